"""How close a number computed again has to come to the published one, and why."""

from dataclasses import dataclass

import numpy as np
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
