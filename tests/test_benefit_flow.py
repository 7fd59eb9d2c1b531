"""Benefits by theory: against an integrator, against training on many points, and in limits."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mtlpaper import theory
from mtlpaper.benefit import Problem, TheoryUnit, Training, Unit, linear_unit, theory_unit
from mtlpaper.benefit.data import Data, draw_data
from mtlpaper.benefit.descent import initial_student
from mtlpaper.benefit.flow import _finite, _infinite
from mtlpaper.gibbs import GaussianField
from mtlpaper.training import GaussianTest

PROBLEM = Problem(
    N1=10,
    N3=4,
    rank=3,
    sigma=0.7,
    noise="weight",
    label_rule="argmax",
    inputs="separate",
    n_train=60,
    n_aux=90,
    S_A=1.0,
    S_B=(4.0,),
    r_AB=(0.0, 1.0),
    seed=5,
    replicate=0,
)
TRAINING = Training(
    learning_rate=0.25,
    t_max=25.0,
    look_every=0.5,
    n_test=256,
    n_groups=4,
    n_validation=100,
    device="cpu",
    dtype="float64",
)
N_POINTS = 128
KINDS = ("finite", "infinite")
ALL = (*KINDS, "cavity")


def unit(alpha_B: float = 1.0, training: dict | None = None, **problem) -> Unit:
    return Unit(
        replace(PROBLEM, **problem),
        replace(TRAINING, **(training or {})),
        N2=8,
        s0=0.1,
        initial="orthogonal",
        alpha_B=alpha_B,
    )


def by_theory(start: Unit, kind: str, n_points: int = N_POINTS) -> dict[str, np.ndarray]:
    return theory_unit(TheoryUnit(start, kind, n_points))


def benefit(result: dict[str, np.ndarray]) -> np.ndarray:
    loss = result["loss"].mean(axis=1)
    return loss[0] - loss[1:]


def one_force(start: Unit, kind: str, task: int, net: int) -> theory.Force:
    """The force on one network from the theory's own functions, without a batch."""
    data, field = draw_data(start.problem), GaussianField(PROBLEM.N3, N_POINTS)
    teacher, rule = data.B[net] if task else data.A, start.problem.label_rule
    fine = GaussianField(PROBLEM.N3, 2**15)
    if kind == "infinite":
        return theory.population_force(theory.population_drive(teacher, rule, fine), field)
    X, Y = data.sets[task].X[0], data.sets[task].Y[net]
    S = X @ X.T / X.shape[1]
    if rule == "soft":
        variance = teacher.logit_variance
        drive = theory.soft_drive(teacher.Sigma_hat, fine, S=S, logit_variance=variance)
    else:
        drive = theory.empirical_drive(Y, X)
    return theory.finite_sample_force(drive, S, field)


# -------------------------------------------------------------------------------- the forces


def forces_of(data: Data, kind: str, rule: str = "argmax", n_points: int = N_POINTS):
    problem = replace(PROBLEM, label_rule=rule)
    return (_finite if kind == "finite" else _infinite)(data, problem, GaussianField(4, n_points))


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_batch_feels_each_networks_force(kind, label_rule):
    start = unit(label_rule=label_rule, noise="sample" if label_rule == "soft" else "weight")
    data = draw_data(start.problem, 0.3)
    forces = forces_of(data, kind, label_rule)
    W = np.random.default_rng(0).standard_normal((3, 4, 10))
    for task in (0, 1):
        seen = forces[task](torch.from_numpy(W)).numpy()
        for net in range(3):
            expected = data.alphas[net, task] * one_force(start, kind, task, net)(W[net])
            assert np.allclose(seen[net], expected, rtol=0, atol=1e-13)  # rounding
        forces[task].keep(np.array([False, True, True]))
        assert np.allclose(forces[task](torch.from_numpy(W[1:])), seen[1:], rtol=0, atol=1e-13)
    # Task B of the single-task network alone: nothing to average, nothing to feel.
    forces = forces_of(draw_data(start.problem), "finite", label_rule)
    forces[1].keep(np.array([True, False, False]))
    assert np.array_equal(forces[1](torch.from_numpy(W[:1])).numpy(), np.zeros((1, 4, 10)))


def test_tasks_that_differ_from_direction_to_direction():
    pairs = (((5.0, 1.0), (1.0, 0.0)), ((4.0, 2.0, 1.0, 0.5), (0.0, 0.5, 1.0)))
    start = unit(S_A=(3.0, 1.0, 0.3), S_B=(), r_AB=(), pairs=pairs)
    force = forces_of(draw_data(start.problem), "finite")[1]
    W = np.random.default_rng(0).standard_normal((3, 4, 10))
    seen = force(torch.from_numpy(W)).numpy()
    for net in (1, 2):
        expected = one_force(start, "finite", 1, net)(W[net])
        assert np.allclose(seen[net], expected, rtol=0, atol=1e-13)  # rounding
    assert benefit(by_theory(start, "finite")).shape == (2,)


def test_the_finite_sample_force_is_near_the_training_sets():
    """While logits are small, and farther where they saturate."""
    data = draw_data(replace(PROBLEM, n_train=2000))
    exact = theory.training_set_force(data.sets[0].X[0], data.sets[0].Y[0])
    force = forces_of(data, "finite", n_points=4096)[0]
    errors = []
    for scale in (0.01, 3.0):
        W = scale * np.random.default_rng(0).standard_normal((4, 10))
        seen = force(torch.from_numpy(np.stack([W] * 3))).numpy()[0]
        errors.append(np.abs(seen - exact(W)).max())
    # Second order in the logits, 1e-3 of them, besides the points' error.
    assert errors[0] < 1e-3
    assert errors[1] > 10 * errors[0]


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
def test_the_finite_sample_force_leaves_the_common_shift_alone(label_rule):
    """(Y - p) X^T sums to zero over the classes at any W, and so does its theory.

    The labels' moment itself sums to the mean input, which the drive is without.
    """
    data = draw_data(replace(PROBLEM, label_rule=label_rule))
    force = forces_of(data, "finite", label_rule)[0]
    W = np.random.default_rng(0).standard_normal((3, 4, 10))
    exact = theory.training_set_force(data.sets[0].X[0], data.sets[0].Y[0])(W[0])
    assert np.abs(exact.sum(axis=0)).max() < 1e-13  # rounding
    assert np.abs(force(torch.from_numpy(W)).numpy().sum(axis=1)).max() < 1e-13


def test_soft_labels_let_the_student_rest_at_the_teacher():
    """As gradient descent does, sample by sample: (T 7a), whose drive is the decay's own form."""
    data = draw_data(replace(PROBLEM, label_rule="soft"))
    W = torch.from_numpy(np.stack([data.A.Sigma_hat] * 3))
    # With the points of the drive, so that both averages are the same sums: rounding.
    force = forces_of(data, "finite", "soft", 2**15)[0]
    assert np.abs(force(W).numpy()).max() < 1e-12
    # With fewer points their error is left, which is far below the drive of the labels, 0.1.
    assert np.abs(forces_of(data, "finite", "soft", 512)[0](W).numpy()).max() < 0.01
    # Negative control: (T 7b) with these labels, whose scatter of 60 points pulls.
    assert np.abs(forces_of(data, "finite", "sample", 2**15)[0](W).numpy()).max() > 0.01


# ---------------------------------------------------------------------- against an integrator


@pytest.mark.parametrize("kind", KINDS)
def test_minima_are_those_of_the_integrated_flow(kind):
    """Runge-Kutta with the one-network forces, for the single-task and a multitask network."""
    start = unit(training={"learning_rate": 0.025, "t_max": 12.0})
    result = by_theory(start, kind)
    data = draw_data(start.problem)
    student = initial_student(start, data)
    times = np.arange(0, 12.25, 0.5)
    test = GaussianTest(data.A, 256, dtype="float64")

    def least(net: int, alphas: tuple[float, float], r_net: int | None = None) -> np.ndarray:
        forces = [one_force(start, kind, task, r_net or net) for task in (0, 1)]
        flow = theory.solve_flow(student, forces, times, alphas=alphas, rtol=1e-5)
        losses = test(torch.from_numpy(flow.W())).loss.mean(axis=1)
        return np.array([losses.min(), times[losses.argmin()]])

    for net, alphas in ((0, (1.0, 0.0)), (2, (1.0, 1.0))):
        loss, t = least(net, alphas)
        # Euler's error is of the order of the rate times the loss's own change, 0.025 by 0.05.
        assert result["loss"][net].mean() == pytest.approx(loss, abs=2e-3)
        # The loss is flat there: a look or two, half a tau each.
        assert abs(result["t"][net] - t) <= 1.0
    # Negative control: the flow with the other task B.
    assert abs(result["loss"][2].mean() - least(2, (1.0, 1.0), r_net=1)[0]) > 1e-2


# ------------------------------------------------------------------------------------ limits


def test_with_many_points_training_and_both_theories_agree():
    many = unit(n_train=20_000, n_aux=20_000, training={"learning_rate": 0.5})
    trained = linear_unit(many)
    finite, infinite = (by_theory(many, kind, 4096) for kind in KINDS)
    for result in (finite, infinite):
        # Drives and moments are off by 1 / sqrt(20 000) = 7e-3, of which the loss at its minimum
        # feels the square, and the common part of the benefit less.
        for name in ("loss", "accuracy"):
            assert np.allclose(result[name], trained[name], rtol=0, atol=1e-2), name
        assert np.allclose(benefit(result), benefit(trained), rtol=0, atol=5e-3)
    assert np.abs(benefit(trained)).max() > 2e-2  # there is something to agree on


def test_with_few_points_only_the_finite_theory_knows_of_them():
    """The negative control of the limit above, over four datasets of 40 points."""
    starts = [unit(n_train=40, n_aux=40, replicate=seed) for seed in range(4)]

    def single(results: list[dict[str, np.ndarray]]) -> np.ndarray:
        return np.array([result["loss"][0].mean() for result in results])

    trained = single([linear_unit(start) for start in starts])
    finite, infinite = (single([by_theory(start, kind) for start in starts]) for kind in KINDS)
    cavity = single([by_theory(start, "cavity", 512) for start in starts])
    errors = [np.sqrt(np.mean((loss - trained) ** 2)) for loss in (finite, infinite, cavity)]
    # Seen: 0.04, 0.18 and 0.02 nats; a root mean square of four scatters by a third.
    assert errors[1] > 0.1
    assert errors[0] < 0.6 * errors[1]
    assert errors[2] < 0.7 * errors[0]


@pytest.mark.parametrize("kind", ALL)
def test_an_auxiliary_task_without_weight_is_of_no_benefit(kind):
    assert np.abs(benefit(by_theory(unit(alpha_B=0.0), kind))).max() < 1e-9  # rounding
    assert np.abs(benefit(by_theory(unit(), kind))).min() > 1e-4


@pytest.mark.parametrize("kind", ALL)
def test_the_single_task_network_does_not_know_of_task_B(kind):
    one, other = by_theory(unit(), kind), by_theory(unit(S_B=(0.2,), n_aux=30), kind)
    assert one["t"][0] == other["t"][0]
    assert np.allclose(one["loss"][0], other["loss"][0], rtol=0, atol=1e-9)  # rounding


def test_infinite_data_do_not_depend_on_the_training_set():
    """Only on the teachers and the start."""
    one, other = (by_theory(unit(n_train=n, n_aux=n), "infinite") for n in (20, 300))
    for name in ("loss", "t", "accuracy"):
        assert np.array_equal(one[name], other[name])
    finite = [by_theory(unit(n_train=n, n_aux=n), "finite")["loss"] for n in (20, 300)]
    assert not np.allclose(*finite, atol=1e-2)


def test_the_cavity_theory_is_one_of_hard_labels():
    with pytest.raises(ValueError, match="must be 'argmax' or 'sample'"):
        by_theory(unit(label_rule="soft"), "cavity")


def test_soft_labels_of_many_points_are_those_of_infinite_data():
    """(T 7a) goes over into (T 6) as the inputs' second moment does into the identity."""
    for n, same in ((50_000, True), (60, False)):
        data = draw_data(replace(PROBLEM, label_rule="soft", n_train=n))
        W = torch.from_numpy(np.random.default_rng(0).standard_normal((3, 4, 10)))
        finite, infinite = (forces_of(data, kind, "soft")[0](W).numpy() for kind in KINDS)
        # Second moments are off by 1 / sqrt(50 000), 5e-3, of forces of some tenths.
        assert np.allclose(finite, infinite, rtol=0, atol=5e-3) == same


def test_theory_starts_where_the_training_starts():
    start = unit(training={"curves": True})
    curves = [result["curves"][:, 0] for result in (linear_unit(start), by_theory(start, "finite"))]
    assert np.allclose(*curves, rtol=0, atol=1e-12)  # the same weights, the same points


def test_theory_returns_what_training_returns():
    start = unit(training={"curves": True, "stop_early": False})
    trained, flow = linear_unit(start), by_theory(start, "finite")
    # But for the rules of validation, of which a theory's minima have none.
    shapes = {name: values.shape for name, values in trained.items()}
    shapes |= {"chosen_loss": (3, 0, 4)}
    assert {name: values.shape for name, values in flow.items()} == shapes
    again = by_theory(start, "finite")
    assert all(values.tobytes() == again[name].tobytes() for name, values in flow.items())
