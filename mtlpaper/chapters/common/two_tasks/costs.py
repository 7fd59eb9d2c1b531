"""Cost of units of networks: floating-point operations, evaluations of losses, memory.

The estimate is right to about a factor of two: the number of steps depends on the time of the
minimum.
"""

from mtlpaper.benefit import AnyUnit, DeepUnit, TheoryUnit
from mtlpaper.companion.contract import Cost

#: Seconds for evaluating the losses of a network.
_LOOKS = 0.03
#: Steps until the loss has passed its minimum at 800 points, and their power of larger numbers.
_STEPS, _GROWTH, _REFERENCE = 250, 0.8, 800
_DEEP_STEPS = 600
#: Ratio of the time of a step by a theory to that of a training step.
_THEORY = 3


def cost(unit: AnyUnit) -> Cost:
    """Return the cost of training the networks of a unit, or of following them by theory."""
    if isinstance(unit, TheoryUnit):
        base = cost(unit.unit)
        return Cost(_THEORY * base.seconds, _THEORY * base.flops, base.networks, base.bytes)
    problem = unit.problem
    N1, N2, N3, networks = problem.N1, unit.N2, problem.N3, problem.n_networks
    points = problem.n_train + problem.n_aux
    training = unit.training
    depth = unit.depth if isinstance(unit, DeepUnit) else 0
    if depth:
        layers = 2 * N1 * N2 + 3 * (depth - 1) * N2**2
        flops = _DEEP_STEPS * 2.0 * points * (layers + 3 * N3 * N2)
    else:
        steps, each = _STEPS * max(1.0, problem.n_train / _REFERENCE) ** _GROWTH, points
        if training.batch_size:
            steps, each = training.t_max / training.learning_rate, 2 * training.batch_size
        flops = steps * (4.0 * N3 * N1 * each + 12.0 * N3 * N1 * N2)
    weights = networks * N2 * (N1 + 2 * N3)
    data = 2 * points * N1 + 3 * networks * N3 * (points + 4 * training.n_test)
    hidden = 6 * 3 * depth * N2 * points
    memory = 8 * (2 * weights + data + hidden)
    return Cost(_LOOKS * networks, networks * flops, networks, memory)
