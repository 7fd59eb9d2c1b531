"""The key of a stored result: a digest of all that the result follows from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mtlpaper.companion import provenance
from mtlpaper.companion.sweeps.sources import source_digest
from mtlpaper.errors import require

#: Packages whose version can move the last digit of a result.
_COMPUTING = ("numpy", "scipy", "torch")


@dataclass(frozen=True)
class Code:
    """Code that computes: a digest of its source, and the versions of Python and packages."""

    source: str
    versions: tuple[tuple[str, str], ...]


def code_of(function: Callable[..., Any]) -> Code:
    """Return the code that runs when a function is called in this process.

    Raises
    ------
    ValueError, SourceChangedError
        See :func:`mtlpaper.companion.sweeps.sources.source_digest`.
    """
    return Code(source_digest(function), _versions())


def description(function: Callable[..., Any], unit: Any, code: Code) -> str:
    """Return, as one line of JSON, everything that the result of a unit follows from.

    Parameters
    ----------
    function : callable
        The function that computes it.
    unit : frozen dataclass
        Fields are numbers, texts, None, tuples of these, or frozen dataclasses again.
    code : Code

    Raises
    ------
    ValueError
        If `unit` is no dataclass, or holds what JSON cannot tell apart.
    """
    require(dataclasses.is_dataclass(unit), "unit", unit, "a frozen dataclass")
    content = {
        "function": f"{function.__module__}.{function.__qualname__}",
        "unit": plain(unit),
        "source": code.source,
        "versions": dict(code.versions),
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def key_of(text: str) -> str:
    """Return the key of an entry from the line that describes it."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return a unit as JSON can write it: classes by name, fields by name, lists for tuples."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        fields = {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
        return {"class": f"{kind.__module__}.{kind.__qualname__}", **fields}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    # NumPy's scalars are left out: float32(0.1) and 0.1 are different numbers of one text.
    accepted = value is None or type(value) in (bool, int, float, str)
    require(accepted, "unit", value, "made of int, float, bool, str, None, tuples and dataclasses")
    return value


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    found = provenance.versions(_COMPUTING)
    # The package's own version says less than the digest of its source.
    python = provenance.machine()["python"]
    return ("python", python), *((name, found[name]) for name in _COMPUTING)
