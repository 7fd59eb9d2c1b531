"""Training by a rule: against a loop of autograd, the plain engine, and cut in the middle."""

import numpy as np
import pytest
import torch
from torch.nn.functional import log_softmax

from mtlpaper.methods.descent import RuledLinear, RuledReLU
from mtlpaper.methods.rule import Seen
from mtlpaper.methods.rules import RULES
from mtlpaper.students import gaussian, with_biases
from mtlpaper.tasks import one_hot
from mtlpaper.training import (
    LinearDescent,
    Measure,
    ReLUDescent,
    Schedule,
    TrainingSet,
    deep_student,
    descend_to_minima,
)

N1, N2, N3, NETS, RATE, STEPS = 6, 5, 3, 4, 0.2, 25
#: The first network ignores the auxiliary task.
ALPHAS = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
X_NEW = torch.tensor(np.random.default_rng(2).standard_normal((N1, 9)))
KINDS = ("linear", "linear, two layers", "ReLU")


def with_ones(X):
    return np.concatenate([X, np.ones((*X.shape[:-2], 1, X.shape[-1]))], axis=-2)


def training_sets():
    """12 points of the main task and 15 of the other, with labels of every network's own."""
    rng = np.random.default_rng(0)
    return [
        TrainingSet(
            rng.standard_normal((1, N1, n)),
            np.stack([one_hot(rng.integers(0, N3, n), N3) for _ in range(NETS)]),
        )
        for n in (12, 15)
    ]


def students(kind):
    """Students with biases and random weights, each its own."""
    rng = np.random.default_rng(1)
    if kind == "ReLU":
        drawn = (deep_student(N1, N2, N3, 2, 1.0, rng, n_tasks=2, biases=True) for _ in range(NETS))
        return list(drawn)
    layers = 2 if kind == "linear, two layers" else 1
    drawn = (gaussian(N1, N2, N3, 1.0, rng, n_tasks=2, layers=layers) for _ in range(NETS))
    return [with_biases(student, rng) for student in drawn]


def ruled(name, kind, grid=None, dtype="float64"):
    """A batch under a rule, one value of its grid a network."""
    parameter = torch.tensor((grid or RULES[name].grid)[:NETS], dtype=torch.float64)
    return batch(kind, RULES[name](parameter), dtype)


def batch(kind, rule=None, dtype="float64"):
    sets, extra = training_sets(), () if rule is None else (rule,)
    if kind == "ReLU":
        make = ReLUDescent if rule is None else RuledReLU
    else:
        make = LinearDescent.on_sets if rule is None else RuledLinear
        sets = [TrainingSet(with_ones(part.X), part.Y) for part in sets]
    return make(students(kind), sets, *extra, ALPHAS, RATE, dtype=dtype)


def run(descent, steps=STEPS):
    with torch.inference_mode():
        for _ in range(steps):
            descent.step()
    return descent


def outputs(descent, dtype=torch.float64):
    """Logits (net, task, N3, points) at new inputs."""
    with torch.inference_mode():
        found = [descent.logits(X_NEW.to(dtype), task) for task in (0, 1)]
    return torch.stack(found, dim=1).double()


class Looped:
    """One network of plain tensors; autograd takes its gradients, one task after the other."""

    def __init__(self, student, relu, name, net):
        trunk, heads = (
            (student.trunk, student.heads)
            if relu
            else ((student.W21, *student.further), student.W32)
        )
        self.trunk, self.heads = (
            [torch.tensor(W, requires_grad=True) for W in group] for group in (trunk, heads)
        )
        self.relu, self.plain = relu, ALPHAS[net, 1] == 0 and not RULES[name].for_one_task
        self.rule = RULES[name](torch.tensor(RULES[name].grid[net : net + 1], dtype=torch.float64))

    def logits(self, X, task):
        h = torch.tensor(with_ones(X))
        for W in self.trunk:
            h = W @ h
            h = h.relu() if self.relu else h
        return self.heads[task] @ h

    def losses(self, net):
        for task, (part, alpha) in enumerate(zip(training_sets(), ALPHAS[net], strict=True)):
            log_p = log_softmax(self.logits(part.X[0], task), dim=0)
            weight = alpha * (self.rule.auxiliary_weight.item() if task else 1)
            yield -weight * (torch.tensor(part.Y[net]) * log_p).sum() / log_p.shape[1]

    def step(self, net):
        losses = list(self.losses(net))
        slopes = [
            torch.autograd.grad(L, [*self.trunk, self.heads[task]]) for task, L in enumerate(losses)
        ]
        # The last unit of a layer with biases is held at 1: its weights are not trained.
        J = torch.stack([torch.cat([G[:-1].flatten() for G in one[:-1]]) for one in slopes])
        seen = Seen(torch.stack(losses).detach()[None], (J @ J.T)[None])
        trunk, heads = (weights[0].tolist() for weights in self.rule.weights(seen))
        if self.plain:
            trunk = heads = (1, 1)
        with torch.no_grad():
            for task, one in enumerate(slopes):
                for W, G in zip(self.trunk, one, strict=False):
                    W[:-1] -= RATE * trunk[task] * G[:-1]
                self.heads[task] -= RATE * heads[task] * one[-1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_training_is_that_of_a_loop_of_autograd(name, kind):
    exact = []
    for net, student in enumerate(students(kind)):
        one = Looped(student, kind == "ReLU", name, net)
        for _ in range(STEPS):
            one.step(net)
        exact.append(torch.stack([one.logits(X_NEW.numpy(), task).detach() for task in (0, 1)]))
    ours = outputs(run(ruled(name, kind)))
    assert torch.isfinite(ours).all()
    torch.testing.assert_close(ours, torch.stack(exact), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_fixed_weights_of_one_take_the_plain_engines_steps(kind):
    ours, plain = outputs(run(ruled("fixed", kind, grid=(1.0,) * NETS))), outputs(run(batch(kind)))
    if kind == "ReLU":  # sums over the points of each task are rounded apart
        torch.testing.assert_close(ours, plain, rtol=1e-12, atol=1e-12)
    else:
        assert torch.equal(ours, plain)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if not rule.for_one_task])
def test_networks_that_ignore_a_task_take_the_plain_step(name):
    plain = outputs(run(batch("linear")))
    ours = outputs(run(ruled(name, "linear")))
    torch.testing.assert_close(ours[0, 0], plain[0, 0], rtol=1e-12, atol=1e-13)
    assert (ours[1, 0] - plain[1, 0]).abs().max() > 1e-3  # the others do not


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_networks_go_on_as_before_when_others_leave(name, kind):
    descent = run(ruled(name, kind), 10)
    chosen = np.array([True, False, True, True])
    descent.keep(chosen)
    ours, all_of_them = outputs(run(descent, 15)), outputs(run(ruled(name, kind)))
    torch.testing.assert_close(ours, all_of_them[torch.tensor(chosen)], rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_single_precision_is_close(name, kind):
    single = outputs(run(ruled(name, kind, dtype="float32")), torch.float32)
    double = outputs(run(ruled(name, kind)))
    # A hundred times the rounding of the steps; GradNorm's may turn a sign one step apart.
    torch.testing.assert_close(single, double, rtol=0, atol=1e-4 if name != "gradnorm" else 2e-2)


def test_ruled_networks_descend_to_minima():
    descent = ruled("pcgrad", "linear")

    def measure():
        n = len(descent)
        loss = -torch.log_softmax(outputs(descent)[:, 0], dim=1)[:, 0].mean(dim=1)
        return Measure(loss.numpy()[:, None], np.zeros(n), np.empty((n, 0)))

    found = descend_to_minima(descent, measure, Schedule(5, 20.0))
    np.testing.assert_array_equal(np.nanmin(found.curves, axis=0), found.loss[:, 0])
    assert len(set(found.t_end)) > 1  # they left the batch one after the other


@pytest.mark.parametrize("make", [RuledLinear, RuledReLU])
def test_a_rule_for_another_number_of_networks_is_refused(make):
    kind = "ReLU" if make is RuledReLU else "linear"
    with pytest.raises(ValueError, match="`rule` must be for 4 networks, got 2"):
        make(students(kind), training_sets(), RULES["fixed"](torch.ones(2).double()), ALPHAS, RATE)
