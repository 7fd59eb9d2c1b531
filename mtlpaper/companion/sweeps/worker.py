"""What a worker does with one unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mtlpaper.companion.sweeps.entry import as_arrays
from mtlpaper.companion.sweeps.errors import SourceChangedError
from mtlpaper.companion.sweeps.keys import Code, code_of

#: Functions whose code this process has found to be what it should.
_sound: set[tuple[Any, Code]] = set()


def checked(function: Callable[[Any], Any], code: Code | None, unit: Any) -> dict[str, np.ndarray]:
    """Compute a unit, and vouch for the code that did.

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
    # Only now, when modules that the function imports late are loaded too; and once a process.
    if code is not None and (function, code) not in _sound:
        require_code(function, code)
        _sound.add((function, code))
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
        told = [f"{name} {has}, not {want}" for (name, has), (_, want) in pairs if has != want]
        raise SourceChangedError(f"a worker has {', '.join(told)} as the process that asks")
