"""The verdicts that were published, and in what others differ from them."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtlpaper.companion.claims.claim import Finding
from mtlpaper.companion.results import ResultError

#: Name of the file beside the published datasets.
FILE = "verdicts.json"
_NUMBERS = ("effect", "low", "high")


def as_json(findings: Mapping[str, Finding]) -> dict[str, dict[str, Any]]:
    """Return findings as they are published.

    Parameters
    ----------
    findings : mapping
        By the claim's name.

    Returns
    -------
    dict
        Name to `verdict`, `effect`, `low`, `high`, `held` and `total`; numbers that do not exist
        are None.
    """
    return {
        name: {
            "verdict": finding.verdict,
            **{key: finite(getattr(finding, key)) for key in _NUMBERS},
            "held": finding.held,
            "total": finding.total,
        }
        for name, finding in findings.items()
    }


def finite(number: float) -> float | None:
    """Return a number, or None where JSON knows none."""
    return number if math.isfinite(number) else None


def read_published(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the published verdicts.

    Parameters
    ----------
    folder : Path
        Of the published results.

    Raises
    ------
    ResultError
        If the file is missing, or no such thing as `as_json` returns.
    """
    path = folder / FILE
    if not path.is_file():
        raise ResultError(f"there are no published verdicts {path}")
    try:
        published = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultError(f"{path} is no valid JSON ({error})") from None
    if not isinstance(published, dict):
        raise ResultError(f"{path} must hold an object, got a {type(published).__name__}")
    for name, entry in published.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("verdict"), str):
            raise ResultError(f"{path}: `{name}` has no verdict")
    return published


def differences(
    findings: Mapping[str, Finding], published: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Say which verdicts are not the published ones.

    Parameters
    ----------
    findings : mapping
        By the claim's name.
    published : mapping
        What `read_published` returns.

    Returns
    -------
    list of str
        One line for each claim that differs or is missing on either side.
    """
    lines = []
    for name, finding in findings.items():
        if name not in published:
            lines.append(f"{name}: {finding.verdict}, but not published")
        elif published[name]["verdict"] != finding.verdict:
            lines.append(f"{name}: {finding.verdict}, published as {published[name]['verdict']}")
    lines += [
        f"{name}: published as {entry['verdict']}, but there is no such claim"
        for name, entry in published.items()
        if name not in findings
    ]
    return lines
