"""What a worker does with one unit."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from mtlpaper.companion.sweeps.entry import as_arrays
from mtlpaper.companion.sweeps.errors import SourceChangedError
from mtlpaper.companion.sweeps.keys import Code, code_of


def checked(function: Callable[[Any], Any], code: Code | None, unit: Any) -> dict[str, np.ndarray]:
    """Compute a unit, and check the code that computed it.

    Parameters
    ----------
    function : callable
    code : Code or None
        What the result will be stored under; None where nothing is stored.
    unit : frozen dataclass

    Raises
    ------
    SourceChangedError
        If this process runs other code than the one that asks.
    """
    arrays = as_arrays(function(unit))
    if code is not None:  # after the unit, when modules that the function imports are loaded
        _require_code_once(function, code)
    return arrays


def require_code(function: Callable[[Any], Any], code: Code) -> None:
    """Refuse to compute with other code than is expected.

    Raises
    ------
    SourceChangedError
        If this process's code is another one.
    """
    ours = code_of(function)
    if ours.source != code.source:
        raise SourceChangedError(
            f"a worker has another source of {function.__module__} than the process that asks; "
            "bring both to the same state and start them again"
        )
    if ours.versions != code.versions:
        pairs = zip(ours.versions, code.versions, strict=True)
        others = [f"{name} {has}, not {want}" for (name, has), (_, want) in pairs if has != want]
        raise SourceChangedError(f"a worker has {', '.join(others)} as the process that asks")


#: In each process once; only a success is remembered.
_require_code_once = lru_cache(require_code)
