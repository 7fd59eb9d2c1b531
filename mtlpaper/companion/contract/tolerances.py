"""How close two numbers have to be, and the comparison of whole variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float


@dataclass(frozen=True)
class Tolerance:
    """Largest admissible difference, ``absolute + relative * |published|``.

    Attributes
    ----------
    relative, absolute : float
        The latter in the variable's unit.
    reason : str
    """

    relative: float
    absolute: float
    reason: str

    def allowed(self, published: Float[np.ndarray, "*cell"]) -> Float[np.ndarray, "*cell"]:
        """Largest admissible difference from each of the published numbers."""
        return np.asarray(self.absolute + self.relative * np.abs(published))


#: What follows from published numbers by arithmetic.
FOLLOWS = Tolerance(1e-9, 1e-12, "the same arithmetic on the same numbers; sums may reorder")
#: Closed forms and training in double precision.
DOUBLE = Tolerance(1e-8, 1e-11, "double precision, of which thousands of steps lose a few digits")
#: Flows solved with adaptive steps.
FLOW = Tolerance(
    1e-4, 1e-7, "the integrator's rtol is 1e-6, and a step taken or refused may differ by that"
)


@dataclass(frozen=True)
class Difference:
    """A variable's worst number: published, computed again, and how far apart they may be.

    Attributes
    ----------
    variable : str
        With the labels of the number, if it is one of several.
    published, recomputed : float or str
    allowed : float
        Largest admissible difference; zero for words.
    ratio : float
        Difference over what is allowed: above 1 the number differs. Infinite where only one is
        not a number, or words differ.
    """

    variable: str
    published: float | str
    recomputed: float | str
    allowed: float
    ratio: float

    @property
    def ok(self) -> bool:
        """Whether it is close enough."""
        return self.ratio <= 1


def compared(
    name: str,
    published: xr.DataArray,
    recomputed: np.ndarray,
    tolerance: Tolerance,
    *,
    open_end: bool = False,
) -> Difference:
    """Compare all numbers of a variable and return the one that is farthest off.

    Parameters
    ----------
    name : str
    published : xarray.DataArray
    recomputed : array
        Of the same shape.
    tolerance : Tolerance
    open_end : bool
        Whether the last dimension may be longer in one of the two, or hold NaN at its end; what
        both have is compared.
    """
    if open_end and recomputed.shape[:-1] == published.shape[:-1]:
        n = min(recomputed.shape[-1], published.shape[-1])
        published, recomputed = published[..., :n], recomputed[..., :n]
        recomputed = np.where(np.isnan(published) | np.isnan(recomputed), published, recomputed)
    if recomputed.shape != published.shape:
        ours, theirs = (f"of shape {shape}" for shape in (recomputed.shape, published.shape))
        return Difference(name, theirs, ours, allowed=0.0, ratio=np.inf)
    seen = published.values
    if seen.dtype.kind in "OSUT":
        ratio, allowed = np.where(seen == recomputed, 0.0, np.inf), np.zeros(seen.shape)
    else:
        ratio, allowed = _ratio(seen.astype(float), recomputed.astype(float), tolerance)
    # Of several equally far ones the last: trajectories start from values that were given.
    last = ratio.size - 1 - int(ratio.ravel()[::-1].argmax())
    worst = np.unravel_index(last, ratio.shape)
    labels = {
        str(dim): _label(published, dim, int(i))
        for dim, i in zip(published.dims, worst, strict=True)
    }
    where = f"[{named(labels)}]" if labels else ""
    return Difference(
        variable=f"{name}{where}",
        published=plain(seen[worst]),
        recomputed=plain(recomputed[worst]),
        allowed=float(allowed[worst]),
        ratio=float(ratio[worst]),
    )


def named(labels: Any) -> str:
    """Labels as one reads them: ``seed=3, S_A=0.1``."""
    return ", ".join(
        f"{dim}={value:g}" if isinstance(value, float) else f"{dim}={value}"
        for dim, value in labels.items()
    )


def plain(value: Any) -> Any:
    """The Python value of a NumPy scalar or an array without dimensions."""
    return value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value


def _ratio(
    published: np.ndarray, recomputed: np.ndarray, tolerance: Tolerance
) -> tuple[np.ndarray, np.ndarray]:
    allowed = tolerance.allowed(published)
    with np.errstate(invalid="ignore"):
        ratio = np.abs(recomputed - published) / allowed
    same = (published == recomputed) | (np.isnan(published) & np.isnan(recomputed))
    return np.where(same, 0.0, np.where(np.isnan(ratio), np.inf, ratio)), allowed


def _label(values: xr.DataArray, dim: Any, index: int) -> Any:
    return plain(values[dim].values[index]) if dim in values.coords else index
