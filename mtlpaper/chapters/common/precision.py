"""Agreement of trained students between processors, by their depth and precision.

Measured by training the same networks with other instruction sets (AVX-512 and SSE, which take sums
in different orders): training amplifies rounding, and more so in deeper students.
"""

from mtlpaper.benefit import AnyUnit, DeepUnit, TheoryUnit
from mtlpaper.companion.contract import Tolerance

# The tolerance of linear students, the only ones in many experiments.
LOSS = Tolerance(0.0, 1e-4, "in float32 losses of up to one hidden layer moved by 2e-6")
_DEEP = Tolerance(0.0, 0.01, "in float32 losses of three layers of ReLUs moved by up to 0.0025")
_CHAOTIC = Tolerance(
    0.0, 0.2, "in float32 five layers of ReLUs amplify rounding: losses moved by up to 0.11"
)
_DOUBLE = Tolerance(0.0, 1e-8, "in float64 even five layers of ReLUs moved by no more than 1e-13")
_LOOK = Tolerance(
    0.1, 1.0, "losses are flat at their minimum, which rounding moves by some looks 4 % apart"
)
_LOOKS = Tolerance(0.2, 2.0, "the same after some amplification; moved by up to a twelfth")
_OTHER_LOOK = Tolerance(0.6, 5.0, "the minimum of another descent; moved by up to two fifths")
_POINTS = Tolerance(0.0, 2e-3, "rounding may turn a few of some thousand test points")
_MORE_POINTS = Tolerance(0.0, 0.02, "the same after some amplification; moved by up to 0.008")
_OTHER_POINTS = Tolerance(0.0, 0.15, "the points of another minimum; moved by up to 0.05")


def loss_tolerance(depth: int, dtype: str) -> Tolerance:
    """Tolerance of a loss or a difference of losses, by hidden layers of ReLUs and precision."""
    if dtype == "float64":
        return _DOUBLE
    if depth <= 1:
        return LOSS
    return _DEEP if depth <= 3 else _CHAOTIC


def of_loss(unit: AnyUnit) -> Tolerance:
    """Tolerance of a unit's losses."""
    base = unit.unit if isinstance(unit, TheoryUnit) else unit
    return loss_tolerance(base.depth if isinstance(base, DeepUnit) else 0, base.training.dtype)


def of_time(unit: AnyUnit) -> Tolerance:
    """Tolerance of the times of a unit's minima and of the ends of its training."""
    return {_DEEP: _LOOKS, _CHAOTIC: _OTHER_LOOK}.get(of_loss(unit), _LOOK)


def of_accuracy(unit: AnyUnit) -> Tolerance:
    """Tolerance of a unit's accuracies."""
    return {_DEEP: _MORE_POINTS, _CHAOTIC: _OTHER_POINTS}.get(of_loss(unit), _POINTS)
