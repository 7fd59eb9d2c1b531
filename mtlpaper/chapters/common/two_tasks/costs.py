"""Cost of units of networks: floating-point operations, evaluations of losses, memory.

The estimate is right to about a factor of two: the number of steps depends on the time of the
minimum.
"""

from mtlpaper.benefit import AnyUnit, DeepUnit, TheoryUnit
from mtlpaper.benefit.descent import DEEP_BLOCK
from mtlpaper.companion.contract import Cost

#: Looks at the losses of a network, and seconds of one for each logit of a test point.
_LOOKS, _LOGIT = 40, 5e-9
#: Steps until the loss has passed its minimum, and how many times more with validation points.
_STEPS, _DEEP_STEPS, _LONGER = 50, 200, 4
#: Ratio of the time of a step by a theory to that of a training step.
_THEORY = {"finite": 0.6, "infinite": 1.0, "cavity": 15.0}


def cost(unit: AnyUnit) -> Cost:
    """Return the cost of training the networks of a unit, or of following them by theory."""
    if isinstance(unit, TheoryUnit):
        base, ratio = cost(unit.unit), _THEORY[unit.data]
        return Cost(ratio * base.seconds, ratio * base.flops, base.networks, base.bytes)
    problem, training = unit.problem, unit.training
    N1, N2, N3, networks = problem.N1, unit.N2, problem.N3, problem.n_networks
    points = problem.n_train + problem.n_aux
    tested = (problem.test_set or training.n_groups * training.n_test) + training.n_validation
    longer = _LONGER if training.n_validation else 1
    hidden = 0
    if isinstance(unit, DeepUnit):
        layers = N1 * N2 + (unit.depth - 1) * N2**2 + N3 * N2
        flops = 2.0 * (3 * longer * _DEEP_STEPS * points + _LOOKS * tested) * layers
        hidden = 3 * DEEP_BLOCK * unit.depth * N2 * points
    else:
        steps, each = float(longer * _STEPS), points
        if training.batch_size:
            steps, each = training.t_max / training.learning_rate, 2 * training.batch_size
        trunk = 12.0 * N3 * N1 * N2 + 12.0 * (unit.layers - 1) * N3 * N2**2
        flops = steps * (4.0 * N3 * N1 * each + trunk)
        if problem.test_set:  # else quadrature in a few dimensions
            flops += 2.0 * _LOOKS * tested * N3 * N1
    weights = networks * N2 * (N1 + 2 * N3)
    data = 2 * points * N1 + 3 * networks * N3 * (points + 4 * training.n_test)
    memory = 8 * (2 * weights + data + hidden)
    looks = _LOOKS * _LOGIT * N3 * tested
    return Cost(looks * networks, networks * flops, networks, memory)
