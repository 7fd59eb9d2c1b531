"""Negative controls: change a dataset so that a claim which holds on it must fail."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr


@dataclass(frozen=True)
class Control:
    """A change of a dataset that must turn a verdict.

    Attributes
    ----------
    says : str
        What is changed, with names of variables in backquotes.
    change : callable
    """

    says: str
    change: Callable[[xr.Dataset], xr.Dataset]

    def __call__(self, data: xr.Dataset) -> xr.Dataset:
        """Return the changed dataset; the given one stays as it is."""
        return self.change(data)


def negated(name: str) -> Control:
    """Reverse the sign of a variable: what helped harms."""
    return Control(f"the sign of `{name}` reversed", lambda data: data.assign({name: -data[name]}))


def shifted(name: str, by: float) -> Control:
    """Add a number to a variable: what was close is far off."""
    words = f"{by:g} added to `{name}`" if by > 0 else f"{-by:g} taken from `{name}`"
    return Control(words, lambda data: data.assign({name: data[name] + by}))


def replaced(name: str, value: float | str) -> Control:
    """Put one value in the place of all of a variable's."""

    def change(data: xr.Dataset) -> xr.Dataset:
        same = np.full(data[name].shape, value)
        return data.assign({name: (data[name].dims, same, data[name].attrs)})

    text = value if isinstance(value, str) else f"{value:g}"
    return Control(f"all of `{name}` replaced by {text}", change)


def both(first: Control, second: Control) -> Control:
    """Apply one control after the other."""
    return Control(f"{first.says} and {second.says}", lambda data: second(first(data)))
