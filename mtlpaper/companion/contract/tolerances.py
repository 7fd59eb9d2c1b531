"""How close two numbers have to be, and the comparison of whole variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.companion.differences import NUMERIC, distances, labels, plain


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
    gap = distances(seen, recomputed)
    numbers = seen.dtype.kind in NUMERIC
    allowed = tolerance.allowed(seen.astype(float)) if numbers else np.zeros(seen.shape)
    ratio = np.divide(gap, allowed, out=gap.copy(), where=np.isfinite(gap) & (gap > 0))
    # Of several equally far ones the last: trajectories start from values that were given.
    last = ratio.size - 1 - int(ratio.ravel()[::-1].argmax())
    worst = np.unravel_index(last, ratio.shape)
    where = f"[{named(labels(published, worst))}]" if published.dims else ""
    return Difference(
        variable=f"{name}{where}",
        published=plain(seen[worst]),
        recomputed=plain(recomputed[worst]),
        allowed=float(allowed[worst]),
        ratio=float(ratio[worst]),
    )


def named(values: Mapping[str, Any]) -> str:
    """Labels as one reads them: ``seed=3, S_A=0.1``."""
    return ", ".join(
        f"{dim}={value:g}" if isinstance(value, float) else f"{dim}={value}"
        for dim, value in values.items()
    )
