"""The function that computes units of any kind."""

import numpy as np

from mtlpaper.benefit.descent import deep_unit, linear_unit
from mtlpaper.benefit.flow import theory_unit
from mtlpaper.benefit.units import AnyUnit, DeepUnit, TheoryUnit


def solve(unit: AnyUnit) -> dict[str, np.ndarray]:
    """Minima of a unit's networks, trained or followed by theory.

    See `mtlpaper.benefit.descent.minima_arrays` for what is returned.
    """
    if isinstance(unit, TheoryUnit):
        return theory_unit(unit)
    return deep_unit(unit) if isinstance(unit, DeepUnit) else linear_unit(unit)
