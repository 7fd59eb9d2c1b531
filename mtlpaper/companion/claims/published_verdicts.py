"""The verdicts that were published, and in what others differ from them."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, RootModel

from mtlpaper.companion.claims.claim import Finding
from mtlpaper.companion.differences import entries
from mtlpaper.companion.results import ResultError, read_json

#: Name of the file beside the published datasets.
FILE = "verdicts.json"


class PublishedVerdict(BaseModel):
    """A finding as it is published; numbers that do not exist are None."""

    verdict: str
    effect: float | None
    low: float | None
    high: float | None
    held: int
    total: int
    sources: dict[str, "PublishedVerdict"] = {}

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return what is published of a finding."""
        return cls(
            verdict=finding.verdict,
            effect=finite(finding.effect),
            low=finite(finding.low),
            high=finite(finding.high),
            held=finding.held,
            total=finding.total,
            sources={source: cls.of(one) for source, one in finding.sources.items()},
        )


class PublishedVerdicts(RootModel[dict[str, PublishedVerdict]]):
    """The contents of ``verdicts.json``, by the claim's name."""


def as_json(findings: Mapping[str, Finding]) -> dict[str, dict[str, Any]]:
    """Return findings as they are published.

    Parameters
    ----------
    findings : mapping
        By the claim's name.

    Returns
    -------
    dict
        Name to the fields of `PublishedVerdict`; `sources` only where there are any.
    """
    return {
        name: PublishedVerdict.of(finding).model_dump(exclude_defaults=True)
        for name, finding in findings.items()
    }


def finite(number: float) -> float | None:
    """Return a number, or None where JSON knows none."""
    return number if math.isfinite(number) else None


def read_published(folder: Path) -> dict[str, str]:
    """Read the published verdicts, by the claim's name.

    Parameters
    ----------
    folder : Path
        Of the published results.

    Returns
    -------
    dict
        Those of the sources that do not decide have the name ``CLAIM, SOURCE``.

    Raises
    ------
    ResultError
        If the file is missing, or no such thing as `as_json` returns.
    """
    path = folder / FILE
    if not path.is_file():
        raise ResultError(f"there are no published verdicts {path}")
    return _verdicts(read_json(path, PublishedVerdicts).root)


def _verdicts(published: Mapping[str, PublishedVerdict]) -> dict[str, str]:
    named = {}
    for name, one in published.items():
        named[name] = one.verdict
        others = list(one.sources.items())[1:]
        named |= {f"{name}, {source}": other.verdict for source, other in others}
    return named


def differences(findings: Mapping[str, Finding], published: Mapping[str, str]) -> list[str]:
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
    found = _verdicts({name: PublishedVerdict.of(one) for name, one in findings.items()})
    told = {
        "": "{0.name}: {0.a}, published as {0.b}",
        "A": "{0.name}: {0.a}, but not published",
        "B": "{0.name}: published as {0.b}, but there is no such claim",
    }
    return [told[entry.only].format(entry) for entry in entries(found, published)]
