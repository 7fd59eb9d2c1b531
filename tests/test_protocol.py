"""The authors' protocol in the units: noise on outputs, shares of noisy labels, pools, test sets,
alternating updates, and lengths of training in epochs.
"""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
import torch
from scipy.stats import binom, kstest, norm
from torch.nn import functional

from mtlpaper.benefit import Problem, TheoryUnit, Training, Unit, linear_unit, theory_unit
from mtlpaper.benefit.data import draw_data, generalisation, test_points
from mtlpaper.benefit.descent import initial_student, linear_descent
from mtlpaper.chapters.common.two_tasks.experiment import linear, training_of
from mtlpaper.chapters.common.two_tasks.parameters import Protocol
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.gibbs import GaussianField
from mtlpaper.randomness import Streams, haar_frame, orthonormal
from mtlpaper.students import Student, orthogonal, with_biases
from mtlpaper.tasks import Teacher, gaussian_inputs, make_teacher, test_labels, training_targets
from mtlpaper.theory import population_drive
from mtlpaper.training import GaussianTest, LinearDescent, TrainingSet, deep_student

PROBLEM = Problem(
    N1=12,
    N3=4,
    rank=3,
    sigma=1.5,
    noise="output",
    label_rule="argmax",
    inputs="separate",
    n_train=40,
    n_aux=80,
    S_A=1.0,
    S_B=(0.1, 5.0),
    r_AB=(0.0, 1.0),
    seed=3,
    replicate=0,
    noisy_train=0.5,
    noisy_test=0.5,
)
TRAINING = Training(
    learning_rate=0.1,
    t_max=4.0,
    look_every=0.4,
    n_test=512,
    n_groups=4,
    n_validation=0,
    device="cpu",
    dtype="float64",
)
UNIT = Unit(PROBLEM, TRAINING, N2=10, s0=1.0, initial="orthogonal", alpha_B=2.0)


def unit(training: dict | None = None, **problem) -> Unit:
    changed = replace(TRAINING, **(training or {}))
    return replace(UNIT, problem=replace(PROBLEM, **problem), training=changed)


def of_outputs(sigma: float = 1.5, N1: int = 4, S: float = 1.0) -> Teacher:
    return make_teacher(N1, 2, np.array([S]), sigma, Streams(1), noise="output", centred=True)


# ------------------------------------------------------------------------------------- labels


@pytest.mark.parametrize("size", [0.1, 3.0])
def test_noise_on_outputs_has_the_same_size_for_every_input(size):
    teacher, n = of_outputs(), 20_000
    x = size * np.array([[2.0], [-1.0], [0.5], [1.0]])
    Y = training_targets(teacher, np.repeat(x, n, axis=1), "argmax", np.random.default_rng(0))
    gap = float(np.subtract(*(teacher.W_bar @ x)[:, 0]))
    expected = norm.cdf(gap / (np.sqrt(2) * 1.5 / np.sqrt(4)))
    error = np.sqrt(expected * (1 - expected) / n)
    assert abs(Y[0].mean() - expected) < 4 * error
    # Negative control: the reading `sample` scales the noise with the input.
    other = replace(teacher, noise="sample")
    Y = training_targets(other, np.repeat(x, n, axis=1), "argmax", np.random.default_rng(0))
    assert abs(Y[0].mean() - expected) > 4 * error
    assert teacher.logit_variance == pytest.approx(1.5**2 / 4)


@pytest.mark.parametrize("noise", ["weight", "sample", "output"])
@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
def test_labels_are_noisy_in_the_share_asked_for(noise, label_rule):
    teacher = make_teacher(6, 4, np.ones(2), 50.0, Streams(0), noise=noise)
    X = gaussian_inputs(6, 4000, np.random.default_rng(1))

    def draw(noisy: float, N: int = 4000) -> np.ndarray:
        return training_targets(teacher, X[:, :N], label_rule, np.random.default_rng(2), noisy)

    all_noisy, none, some = draw(1.0), draw(0.0), draw(0.3)
    clean = replace(teacher, sigma=0.0, xi=np.zeros_like(teacher.xi))
    wanted = training_targets(clean, X, label_rule, np.random.default_rng(2))
    assert np.array_equal(none, wanted)
    differ = (all_noisy != none).any(axis=0)
    is_noisy = (some != none).any(axis=0)
    assert np.array_equal(some, np.where(is_noisy, all_noisy, none))
    low, high = binom.ppf([1e-4, 1 - 1e-4], differ.sum(), 0.3)
    assert low <= is_noisy.sum() <= high
    assert np.array_equal(draw(0.3, 100), some[:, :100])  # smaller sets are the first points


def test_an_inadmissible_share_is_refused():
    with pytest.raises(ValueError, match=r"`noisy` must be a number in \[0, 1\], got 1.2"):
        training_targets(of_outputs(), np.ones((4, 1)), "argmax", np.random.default_rng(0), 1.2)


def test_the_drive_of_partly_noisy_labels_is_that_of_a_large_training_set():
    teacher = make_teacher(6, 4, np.array([2.0, 1.0]), 3.0, Streams(0), noise="output")
    drive = population_drive(teacher, "argmax", GaussianField(4, 2**15), 0.4)
    X = gaussian_inputs(6, 400_000, np.random.default_rng(1))
    Y = training_targets(teacher, X, "argmax", np.random.default_rng(2), 0.4)
    seen = (Y - Y.mean(axis=0)) @ X.T / X.shape[1]
    error = 5 / np.sqrt(X.shape[1])  # of the largest of 24 entries, each of size at most one
    assert abs(seen - drive).max() < error
    # Negative control: the drive of labels that are all noisy.
    assert abs(seen - population_drive(teacher, "argmax", GaussianField(4, 2**15))).max() > error


# ------------------------------------------------------------------------------- test losses


def test_the_quadrature_of_noisy_labels_is_the_loss_on_many_test_points():
    problem = replace(PROBLEM, test_set=200_000)
    data = draw_data(problem)
    W = np.stack([data.A.W_bar, 0.5 * np.random.default_rng(0).standard_normal((4, 12))])
    points = test_points(data, problem, TRAINING)
    seen = points(lambda X: torch.tensor(W) @ X)
    exact = GaussianTest(data.A, 2**14, noisy=0.5, dtype="float64")(torch.tensor(W))
    assert np.allclose(seen.loss.mean(1), exact.loss.mean(1), rtol=0, atol=0.01)  # 4 errors
    clean = GaussianTest(data.A, 2**14, dtype="float64")(torch.tensor(W))
    assert abs(seen.loss.mean(1) - clean.loss.mean(1))[0] > 0.03  # negative control


def test_noise_on_the_weights_needs_test_points():
    teacher = make_teacher(6, 4, np.ones(2), 1.0, Streams(0))
    with pytest.raises(ValueError, match="`noisy` must be 0 where the noise is on the teacher's"):
        GaussianTest(teacher, 64, noisy=0.5)
    found = linear_unit(unit(noise="weight", test_set=400))
    assert found["loss"].shape == (5, 4)


# -------------------------------------------------------------------------------------- pools


def test_replicates_of_a_pool_are_subsets_with_one_teacher_and_one_test_set():
    first, second = (draw_data(replace(PROBLEM, pool=100, replicate=k)) for k in (1, 2))
    assert np.array_equal(first.A.W_bar, second.A.W_bar)
    pool = [tuple(x) for x in draw_data(replace(PROBLEM, n_train=100, n_aux=100)).sets[0].X[0].T]
    chosen = [[pool.index(tuple(x)) for x in data.sets[0].X[0].T] for data in (first, second)]
    assert all(len(set(one)) == PROBLEM.n_train for one in chosen)
    assert set(chosen[0]) != set(chosen[1])
    points = [test_points(one, PROBLEM, TRAINING) for one in (first, second)]
    zero = [one(lambda X: torch.arange(8.0).view(2, 4, 1).double() * X[:4]).loss for one in points]
    assert np.array_equal(*zero)
    student = [initial_student(UNIT, data).W21 for data in (first, second)]
    assert np.array_equal(*student)
    apart = [draw_data(replace(PROBLEM, replicate=k)).A.W_bar for k in (1, 2)]
    assert not np.array_equal(*apart)  # without a pool every replicate has teachers of its own


def test_a_pool_holds_the_training_sets():
    with pytest.raises(ValueError, match="`pool` must be 0, or at least 80, got 50"):
        replace(PROBLEM, pool=50)


# ------------------------------------------------------------------------------------ updates


def two_sets(nets: int = 2) -> tuple[list[Student], list[TrainingSet]]:
    rng = np.random.default_rng(0)
    students = [orthogonal(6, 5, 3, 1.0, rng, n_tasks=2) for _ in range(nets)]
    sets = []
    for N in (20, 30):
        X = rng.standard_normal((1, 6, N))
        sets.append(TrainingSet(X, np.eye(3)[rng.integers(3, size=(nets, N))].swapaxes(1, 2)))
    return students, sets


def test_alternating_tasks_update_one_after_the_other():
    students, sets = two_sets()
    options = {"learning_rate": 0.3, "dtype": "float64"}
    descent = LinearDescent.on_sets(students, sets, np.ones((2, 2)), turns=(1, 3), **options)
    descent.step()
    # The same by descents of one task each, which hand their weights on.
    for net, student in enumerate(students):
        trunk, heads = student.W21, list(student.W32)
        for task in (0, 1, 1, 1):
            own = TrainingSet(sets[task].X, sets[task].Y[net : net + 1])
            alone = LinearDescent.on_sets(
                [Student(trunk, (heads[task],))], [own], np.ones((1, 1)), **options
            )
            alone.step()
            trunk = alone._networks.trunk[0][0].numpy()
            heads[task] = alone._networks.heads[0].numpy()
        for task in (0, 1):
            assert np.allclose(descent.W(task)[net], heads[task] @ trunk, rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="`turns` must be empty or 2 integers >= 1"):
        LinearDescent.on_sets(students, sets, np.ones((2, 2)), turns=(1,), **options)


def test_alternating_and_summed_updates_approach_each_other_in_proportion_to_the_rate():
    def gap(rate: float) -> float:
        found = []
        for alternating in (True, False):
            training = {"learning_rate": rate, "look_every": 4.0, "alternating": alternating}
            found.append(linear_unit(unit(training | {"stop_early": False}))["loss"].mean(1)[1:])
        return float(abs(found[0] - found[1]).max())

    coarse, fine = gap(0.1), gap(0.0125)
    assert 4 < coarse / fine < 16  # first order: a factor of eight
    assert coarse > 1e-4


def test_alternation_takes_whole_numbers_of_steps():
    with pytest.raises(ValueError, match="`alpha_B` must be an integer >= 1 where the tasks"):
        replace(unit({"alternating": True}), alpha_B=0.5)


def test_the_main_task_alone_does_not_see_the_turns_of_the_other():
    training = {"alternating": True, "batch_size": 16}
    alone = [linear_unit(replace(unit(training), alpha_B=k))["loss"][0] for k in (1.0, 3.0)]
    assert np.array_equal(*alone)
    beside = [linear_unit(replace(unit(training), alpha_B=k))["loss"][-1] for k in (1.0, 3.0)]
    assert not np.array_equal(*beside)


# ----------------------------------------------------------------------------------- lengths


class Authors(Protocol):
    """The protocol on its own."""

    name = "authors"
    title = "a test"
    presets: ClassVar = {"paper": {}}


@pytest.mark.parametrize(("N", "batches"), [(100, 1), (128, 1), (129, 2), (800, 7), (3200, 25)])
def test_training_lasts_as_many_steps_as_the_script_takes(N, batches):
    training = training_of(Authors(epochs=2000), N, 1.0)
    assert training.t_max == pytest.approx(2000 * 1e-3 * batches)
    steps = training.t_max / training.learning_rate
    assert steps == pytest.approx(round(steps))
    by_script = training_of(Authors(epochs=2000, updates="alternating"), N, 1.0)
    assert by_script.t_max / by_script.learning_rate == pytest.approx(2000 * batches)
    assert (by_script.batch_size, by_script.alternating) == (128, True)
    assert training_of(Authors(), N, 1.0).t_max == Authors().t_max  # until past the minimum


def test_every_network_is_looked_at_where_its_training_ends():
    found = linear_unit(unit({"stop_early": False, "look_growth": 0.7}))
    assert np.array_equal(found["t_end"], np.full(5, 4.0))


@pytest.mark.parametrize(("weight", "n_aux", "alpha"), [("steps", 850, 8), ("one", 850, 1)])
def test_the_auxiliary_weight_is_its_steps_to_one_of_the_main_task(weight, n_aux, alpha):
    assert linear(Authors(auxiliary_weight=weight), 100, n_aux, 1.0, 0).alpha_B == alpha


def test_flow_and_mini_batches_of_small_steps_give_nearly_the_same_benefits():
    params = Authors(S_B=(10.0,), r_AB=(0.0, 1.0), epochs=400, learning_rate=0.05, n_test=512)
    by_flow = linear_unit(linear(params, 256, 256, 10.0, 0))["loss"].mean(1)
    params = params.model_copy(update={"updates": "alternating"})
    by_steps = linear_unit(linear(params, 256, 256, 10.0, 0))["loss"].mean(1)
    benefits = by_flow[0] - by_flow[1:], by_steps[0] - by_steps[1:]
    assert np.allclose(*benefits, rtol=0, atol=1e-3)
    assert abs(benefits[0]).max() > 5e-3
    assert np.allclose(by_flow, by_steps, rtol=0, atol=5e-3)


# ---------------------------------------------------------------------------------- settings


def test_named_settings_change_what_they_say_and_nothing_else():
    authors = Authors(epochs=2000, updates="summed")
    text = authors.at("text")
    changed = {key for key, value in text.plain().items() if authors.plain()[key] != value}
    assert changed == set(Authors.settings["text"])
    assert authors.at("authors") == authors
    with pytest.raises(ParameterError, match="`settings` of authors must be authors or text"):
        Authors().at("paper")


def test_steps_of_the_script_need_a_number_of_epochs():
    with pytest.raises(ParameterError, match="`epochs` must be at least 1 where `updates` is 'su"):
        Authors.checked({"updates": "summed"})


def test_noisy_test_labels_of_weights_need_a_test_set():
    with pytest.raises(ParameterError, match="`noisy_test` must be 0 where `noise` is 'weight'"):
        Authors.checked({"noise": "weight"})
    assert Authors.checked({"noise": "weight", "test_set": 400}).test_set == 400


# ---------------------------------------------------------------------------- theory, students


def test_the_theory_follows_the_protocol():
    """Noise on half of the labels costs the theory's students what it costs trained ones."""
    found = {}
    for noisy in (0.0, 0.5):
        base = unit(noisy_train=noisy, noisy_test=noisy, n_train=400, n_aux=400)
        trained = linear_unit(base)["loss"].mean(1)
        computed = theory_unit(TheoryUnit(base, "finite", 256))["loss"].mean(1)
        assert np.allclose(trained, computed, rtol=0, atol=0.03)
        found[noisy] = trained, computed
    costs = [found[0.5][i] - found[0.0][i] for i in (0, 1)]
    assert np.allclose(*costs, rtol=0, atol=0.03)
    assert costs[0].min() > 0.05  # more than the gap of theory and training


def test_generalisation_is_by_quadrature_or_on_the_test_set():
    for test_set in (0, 400):
        problem = replace(PROBLEM, test_set=test_set)
        data = draw_data(problem)
        measure = generalisation(data, problem, TRAINING)
        base = replace(UNIT, problem=problem)
        descent = linear_descent(initial_student(base, data), data, slice(None), base)
        loss = measure(descent).loss
        assert loss.shape == (5, 4)
        spread = loss[0].std()
        assert (spread > 0.01) == bool(test_set)  # 100 points a group scatter, quadrature does not


@pytest.mark.parametrize("depth", [1, 3])
def test_orthogonal_layers_have_singular_values_of_their_scale(depth):
    rng = np.random.default_rng(0)
    student = deep_student(12, 8, 4, depth, 0.7, rng, initial="orthogonal", n_tasks=2)
    for W in (*student.trunk, *student.heads):
        assert np.allclose(np.linalg.svd(W, compute_uv=False), 0.7)


@pytest.mark.parametrize(("rows", "columns"), [(3, 5), (5, 3), (4, 4)])
def test_orthonormal_matrices(rows, columns):
    Q = orthonormal(rows, columns, np.random.default_rng(0))
    assert Q.shape == (rows, columns)
    assert np.allclose(np.linalg.svd(Q, compute_uv=False), 1)


def test_clean_labels_are_the_test_labels():
    data = draw_data(replace(PROBLEM, noisy_train=0.0))
    X = data.sets[0].X[0]
    assert np.array_equal(data.sets[0].Y[0].argmax(axis=0), test_labels(data.A, X))


# ------------------------------------------------------------------------------------- biases


def biased(**training) -> Unit:
    return replace(unit(training), biases=True)


@pytest.mark.parametrize("layers", [1, 3])
def test_biases_take_the_steps_of_automatic_differentiation(layers):
    students, sets = two_sets(1)
    N2, rng = students[0].W21.shape[0], np.random.default_rng(2)
    further = tuple(haar_frame(N2, N2, rng) for _ in range(layers - 1))
    student = with_biases(replace(students[0], further=further), np.random.default_rng(1))
    ones = [TrainingSet(np.concatenate([s.X, np.ones((1, 1, s.X.shape[2]))], 1), s.Y) for s in sets]
    options = {"learning_rate": 0.3, "dtype": "float64"}
    descent = LinearDescent.on_sets([student], ones, np.array([[1.0, 0.5]]), **options)
    trunk = [torch.tensor(W[:-1], requires_grad=True) for W in (student.W21, *student.further)]
    heads = [torch.tensor(W32, requires_grad=True) for W32 in student.W32]
    for _ in range(3):
        loss = torch.zeros((), dtype=torch.float64)
        for alpha, head, part in zip((1.0, 0.5), heads, sets, strict=True):
            x, target = torch.tensor(part.X[0].T), torch.tensor(part.Y[0].T)
            for layer in (*trunk, head):
                x = functional.linear(x, layer[:, :-1], layer[:, -1])
            loss = loss + alpha * functional.cross_entropy(x, target)
        grads = torch.autograd.grad(loss, [*trunk, *heads])
        with torch.no_grad():
            for weight, grad in zip([*trunk, *heads], grads, strict=True):
                weight -= 0.3 * grad
        descent.step()
    x = torch.tensor(sets[0].X[0])
    for task, head in enumerate(heads):
        hidden = x
        for layer in trunk:
            hidden = layer[:, :-1] @ hidden + layer[:, -1:]
        assert torch.allclose(
            descent.logits(x, task)[0], head[:, :-1] @ hidden + head[:, -1:], rtol=0, atol=1e-12
        )


def test_biases_start_evenly_within_the_fan_in():
    student = orthogonal(400, 300, 4, 1.0, np.random.default_rng(0))
    found = with_biases(student, np.random.default_rng(1))
    b = found.W21[:-1, -1] * np.sqrt(400)
    assert (abs(b) < 1).all()
    assert kstest(b, "uniform", (-1, 2)).pvalue > 1e-3
    assert np.array_equal(found.W21[-1], np.eye(1, 401, 400)[0])
    assert np.array_equal(found.W21[:-1, :-1], student.W21)
    assert (abs(found.W32[0][:, -1]) * np.sqrt(300) < 1).all()


@pytest.mark.parametrize("noisy", [0.0, 0.5])
def test_the_quadrature_of_biased_students_is_the_loss_on_many_test_points(noisy):
    problem = replace(PROBLEM, test_set=200_000, noisy_test=noisy)
    data = draw_data(problem)
    W, bias = torch.tensor(data.A.W_bar)[None], torch.tensor([[[1.0], [-1.0], [0.5], [0.0]]])
    seen = test_points(data, problem, TRAINING)(lambda X: W @ X + bias).loss.mean()
    average = GaussianTest(data.A, 2**14, noisy=noisy, dtype="float64")
    assert seen == pytest.approx(average(torch.cat([W, bias.double()], 2)).loss.mean(), abs=0.01)
    assert abs(seen - average(W).loss.mean()) > 0.05  # negative control


def test_theory_has_no_biases():
    plain, with_them = unit(), biased()
    found = [theory_unit(TheoryUnit(one, "finite", 64))["loss"] for one in (plain, with_them)]
    assert np.array_equal(*found)
    assert not np.array_equal(linear_unit(plain)["loss"], linear_unit(with_them)["loss"])
