"""Units of networks: what is paired with what, exact zeros, limits, and indifference to blocks."""

from dataclasses import replace

import numpy as np
import pytest

from mtlpaper.benefit import DeepUnit, Problem, Training, Unit, deep_unit, descent, linear_unit
from mtlpaper.benefit.data import Data, draw_data
from mtlpaper.randomness import Streams
from mtlpaper.tasks import make_teacher
from mtlpaper.training import DivergenceError, GaussianTest, LinearDescent

PROBLEM = Problem(
    N1=12,
    N3=4,
    rank=3,
    sigma=0.5,
    noise="weight",
    label_rule="argmax",
    inputs="separate",
    n_train=40,
    n_aux=60,
    S_A=2.0,
    S_B=(0.1, 5.0),
    r_AB=(0.0, 0.5, 1.0),
    seed=3,
    replicate=0,
)
TRAINING = Training(
    learning_rate=0.5,
    t_max=80.0,
    look_every=1.0,
    n_test=256,
    n_groups=4,
    n_validation=100,
    device="cpu",
    dtype="float64",
)
UNIT = Unit(PROBLEM, TRAINING, N2=10, s0=0.1, initial="orthogonal")
DEEP = DeepUnit(PROBLEM, TRAINING, N2=10, depth=2, activation="every", scale=0.7)


def unit(training: dict | None = None, alpha_B: float = 1.0, **problem) -> Unit:
    changed = replace(TRAINING, **(training or {}))
    return replace(UNIT, problem=replace(PROBLEM, **problem), training=changed, alpha_B=alpha_B)


def benefit(result: dict[str, np.ndarray]) -> np.ndarray:
    loss = result["loss"].mean(axis=1)
    return loss[0] - loss[1:]


# -------------------------------------------------------------------------------------- draws


def test_the_first_network_is_alone_and_the_others_are_not():
    data = draw_data(PROBLEM, 0.3)
    assert np.array_equal(data.alphas[0], [1, 0])
    assert np.array_equal(data.alphas[1:], [[1, 0.3]] * 6)
    assert PROBLEM.n_networks == len(data.B) == len(data.alphas) == 7
    for part, N in zip(data.sets, (40, 60), strict=True):
        assert part.X.shape == (1, 12, N)
        assert part.Y.shape == (7, 4, N)
        assert np.array_equal(part.Y.sum(axis=1), np.ones((7, N)))


def test_auxiliary_tasks_are_those_asked_for_in_their_order():
    data = draw_data(PROBLEM)
    assert PROBLEM.auxiliary == [(S, r) for S in (0.1, 5.0) for r in (0.0, 0.5, 1.0)]
    for B, (S_B, r_AB) in zip(data.B[1:], PROBLEM.auxiliary, strict=True):
        assert np.array_equal(B.S_bar, np.full(3, S_B))
        overlap = B.V_bar.T @ data.A.V_bar
        assert np.allclose(overlap, r_AB * np.eye(3), rtol=0, atol=1e-14)  # rounding
    expected = make_teacher(12, 4, np.full(3, 2.0), 0.5, Streams(3, 0))
    assert np.array_equal(data.A.Sigma_hat, expected.Sigma_hat)


PROFILES = (((4.0, 1.0), (1.0, 0.5)), ((3.0, 2.0, 1.0, 0.5), 1.0), (5.0, (0.0, 0.5, 1.0)))


def test_auxiliary_tasks_may_differ_from_direction_to_direction():
    problem = replace(PROBLEM, S_A=(3.0, 2.0, 1.0), pairs=PROFILES)
    data = draw_data(problem)
    assert problem.auxiliary[6:] == list(PROFILES)
    assert problem.n_networks == len(data.B) == 10
    assert np.array_equal(data.A.S_bar, [3.0, 2.0, 1.0])
    values = [(4.0, 1.0), (3.0, 2.0, 1.0, 0.5), (5.0, 5.0, 5.0)]
    angles = [(1.0, 0.5), (1.0, 1.0, 1.0), (0.0, 0.5, 1.0)]
    for B, S, r in zip(data.B[7:], values, angles, strict=True):
        assert np.array_equal(B.S_bar, S)
        overlap = B.V_bar.T @ data.A.V_bar
        assert np.allclose(overlap[: len(r), : len(r)], np.diag(r), rtol=0, atol=1e-14)  # rounding
        assert np.allclose(np.sum(overlap**2), np.sum(np.square(r)), rtol=0, atol=1e-14)


def test_profiles_of_equal_entries_are_the_numbers():
    grid = linear_unit(unit({"t_max": 6.0}, S_B=(5.0,), r_AB=(0.5,)))
    flat = {"S_A": (2.0,) * 3, "S_B": (), "r_AB": (), "pairs": (((5.0,) * 3, (0.5,) * 3),)}
    profiles = linear_unit(unit({"t_max": 6.0}, **flat))
    assert all(np.array_equal(grid[name], profiles[name]) for name in grid)
    # Negative control: the order of unequal angles is seen by unequal singular values.
    ordered = [
        linear_unit(unit({"t_max": 6.0}, S_B=(), r_AB=(), pairs=(((5.0, 1.0, 0.2), angles),)))[
            "loss"
        ]
        for angles in ((1.0, 0.5, 0.0), (0.0, 0.5, 1.0))
    ]
    assert not np.allclose(*ordered)


def test_labels_are_those_of_the_noisy_teachers():
    data = draw_data(PROBLEM)
    for net, B in enumerate(data.B):
        y_A, y_B = (part.Y[net].argmax(axis=0) for part in data.sets)
        assert np.array_equal(y_A, (data.A.Sigma_hat @ data.sets[0].X[0]).argmax(axis=0))
        assert np.array_equal(y_B, (B.Sigma_hat @ data.sets[1].X[0]).argmax(axis=0))


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
@pytest.mark.parametrize("noise", ["weight", "sample"])
def test_smaller_training_sets_are_the_first_points_of_larger_ones(noise, label_rule):
    options = {"noise": noise, "label_rule": label_rule}
    large = draw_data(replace(PROBLEM, **options))
    small = draw_data(replace(PROBLEM, n_train=15, n_aux=20, **options))
    for part, whole, N in zip(small.sets, large.sets, (15, 20), strict=True):
        assert np.array_equal(part.X, whole.X[:, :, :N])
        # Products of matrices of other shapes may round otherwise.
        assert np.allclose(part.Y, whole.Y[:, :, :N], rtol=0, atol=1e-14)


def assert_paired(one: Data, other: Data) -> None:
    for a, b in zip(one.sets, other.sets, strict=True):
        assert np.array_equal(a.X, b.X)
    assert np.array_equal(one.A.xi, other.A.xi)
    assert np.array_equal(one.B[0].xi, other.B[0].xi)
    assert np.array_equal(one.A.V_bar, other.A.V_bar)
    assert np.array_equal(one.A.U_bar, other.A.U_bar)
    assert np.array_equal(one.B[0].U_bar, other.B[0].U_bar)


def test_all_problems_of_a_replicate_are_paired():
    one = draw_data(PROBLEM)
    assert_paired(one, draw_data(replace(PROBLEM, S_A=0.3, S_B=(7.0,), r_AB=(0.2, 0.9))))
    # A network does not depend on the others of its unit.
    fewer = draw_data(replace(PROBLEM, S_B=(5.0,), r_AB=(0.5,)))
    assert np.array_equal(fewer.sets[1].Y[1], one.sets[1].Y[5])
    # Negative controls: another replicate, another seed.
    for change in ({"replicate": 1}, {"seed": 4}):
        with pytest.raises(AssertionError):
            assert_paired(one, draw_data(replace(PROBLEM, **change)))


def test_inputs_may_be_shared():
    shared, separate = (draw_data(replace(PROBLEM, inputs=kind)) for kind in ("shared", "separate"))
    assert np.array_equal(shared.sets[0].X, shared.sets[1].X[:, :, :40])
    assert np.array_equal(shared.sets[0].X, separate.sets[0].X)
    assert not np.array_equal(separate.sets[0].X, separate.sets[1].X[:, :, :40])


def test_tasks_have_noise_of_their_own():
    data = draw_data(replace(PROBLEM, inputs="shared", n_aux=40, noise="sample", sigma=3.0))
    assert not np.array_equal(data.A.xi, data.B[0].xi)
    correlation = np.corrcoef(data.A.xi.ravel(), data.B[0].xi.ravel())[0, 1]
    assert abs(correlation) < 5 / np.sqrt(48)  # of 48 entries: five standard errors


# ----------------------------------------------------------------------------- exact answers


def test_an_auxiliary_task_without_weight_is_of_no_benefit():
    result = linear_unit(unit(alpha_B=0.0))
    # Seven times the same network, in one product whose rows may round differently.
    assert np.abs(benefit(result)).max() < 1e-9
    assert np.ptp(result["t"]) == 0
    # Negative control: a little weight.
    assert np.abs(benefit(linear_unit(unit(alpha_B=0.1)))).min() > 1e-6


@pytest.mark.parametrize(("train", "start"), [(linear_unit, UNIT), (deep_unit, DEEP)])
def test_the_single_task_network_does_not_know_of_task_B(train, start):
    first = train(start)
    other = train(replace(start, problem=replace(PROBLEM, S_B=(9.0, 11.0), r_AB=(0.3,), n_aux=25)))
    assert first["t"][0] == other["t"][0]
    assert np.allclose(first["loss"][0], other["loss"][0], rtol=0, atol=1e-9)  # rounding
    assert np.abs(first["loss"][1] - other["loss"][1]).max() > 1e-3


def test_a_unit_is_its_networks_one_by_one():
    """The same minima from descents of single networks."""
    result = linear_unit(unit({"stop_early": False, "t_max": 40.0}))
    data = draw_data(PROBLEM)
    student = descent.initial_student(UNIT, data)
    test = GaussianTest(data.A, 256, dtype="float64")
    for net in (0, 3, 6):
        sets = [replace(part, Y=part.Y[[net]]) for part in data.sets]
        alone = LinearDescent.on_sets([student], sets, data.alphas[[net]], 0.5, dtype="float64")
        losses = []
        for step in range(81):
            if step % 2 == 0:
                losses.append(test(alone.W()).loss[0])
            alone.step()
        best = int(np.argmin(np.mean(losses, axis=1)))
        assert result["t"][net] == best
        assert np.allclose(result["loss"][net], losses[best], rtol=0, atol=1e-9)  # rounding


def test_a_unit_is_determined_by_its_fields():
    for train, start in ((linear_unit, UNIT), (deep_unit, DEEP)):
        one, same = train(start), train(start)
        for name, values in one.items():
            assert values.tobytes() == same[name].tobytes()
        other = train(replace(start, problem=replace(PROBLEM, replicate=1)))
        assert not np.allclose(one["loss"], other["loss"])


# ---------------------------------------------------------------------------------- physics


def mean_benefit(n_seeds: int = 6, **problem) -> tuple[np.ndarray, np.ndarray]:
    """Mean over datasets, and its standard error."""
    benefits = np.stack(
        [benefit(linear_unit(unit(replicate=seed, **problem))) for seed in range(n_seeds)]
    )
    return benefits.mean(axis=0), benefits.std(axis=0, ddof=1) / np.sqrt(n_seeds)


def test_related_tasks_help_and_help_more_the_more_related():
    mean, error = mean_benefit(n_aux=400, S_B=(5.0,))
    # Six datasets: Student's t with 5 degrees of freedom; paired differences scatter less.
    assert mean[2] > 4 * error[2]
    assert mean[2] > 0.05
    assert (np.diff(mean) > 0).all()
    # Unrelated tasks cannot help by more than chance.
    assert mean[0] < 2 * error[0]


def test_more_auxiliary_points_of_a_related_task_help_more():
    gains = [mean_benefit(4, n_aux=n, S_B=(5.0,), r_AB=(1.0,))[0][0] for n in (10, 60, 400)]
    assert gains[0] < gains[1] < gains[2]


def test_with_plenty_of_main_points_little_is_left_to_gain():
    """But something: the noise on A's weights is fixed, and no number of points averages it."""
    few, _ = mean_benefit(3, n_train=40, n_aux=400, S_B=(5.0,), r_AB=(1.0,))
    many, _ = mean_benefit(3, n_train=4000, n_aux=400, S_B=(5.0,), r_AB=(1.0,))
    assert 0 < many[0] < 0.4 * few[0]


# ----------------------------------------------------------------------------------- blocks


def in_blocks(monkeypatch, size: int, **training) -> dict[str, np.ndarray]:
    monkeypatch.setattr(descent, "BLOCK", size)
    monkeypatch.setattr(descent, "DEEP_BLOCK", size)
    return linear_unit(unit(training))


@pytest.mark.parametrize("size", [1, 3, 4])
def test_blocks_do_not_matter(monkeypatch, size):
    """Where all networks but one part of the last block, and where all parts are equal."""
    whole, parts = (in_blocks(monkeypatch, block) for block in (50, size))
    for name in whole:
        # Products of other shapes may round otherwise; accuracies count points.
        assert np.allclose(whole[name], parts[name], rtol=0, atol=1e-9), name


@pytest.mark.parametrize("size", [1, 3])
def test_blocks_do_not_matter_where_nobody_leaves(monkeypatch, size):
    """All fields, curves included."""
    options = {"stop_early": False, "t_max": 20.0, "curves": True}
    whole, parts = (in_blocks(monkeypatch, block, **options) for block in (50, size))
    assert whole.keys() == parts.keys()
    for name in whole:
        assert np.allclose(whole[name], parts[name], rtol=0, atol=1e-9), name


def test_curves_of_blocks_are_joined_on_one_clock(monkeypatch):
    result = in_blocks(monkeypatch, 2, curves=True)
    curves, times = result["curves"], result["times"]
    assert curves.shape == (7, times.size)
    assert np.array_equal(times, np.arange(times.size))
    for net in range(7):
        seen = times <= result["t_end"][net]
        assert np.isfinite(curves[net, seen]).all()
        assert np.isnan(curves[net, ~seen]).all()
        assert np.nanmin(curves[net]) == pytest.approx(result["loss"][net].mean(), abs=1e-14)
    assert "curves" not in linear_unit(UNIT)


def test_deep_blocks_do_not_matter(monkeypatch):
    results = []
    for size in (50, 3):
        monkeypatch.setattr(descent, "DEEP_BLOCK", size)
        results.append(deep_unit(DEEP))
    for name in results[0]:
        assert np.allclose(results[0][name], results[1][name], rtol=0, atol=1e-9), name


# -------------------------------------------------------------------------------- divergence


#: Followed to the end: a network whose first look is its best is done before it diverges.
WILD = {"learning_rate": 1e5, "t_max": 1e7, "stop_early": False, "dtype": "float32"}


def test_deep_students_that_diverge_are_refused():
    with pytest.raises(DivergenceError, match="lower the learning rate"):
        deep_unit(replace(DEEP, training=replace(TRAINING, **WILD)))


def test_linear_students_that_diverge_are_refused():
    with pytest.raises(DivergenceError, match="lower the learning rate"):
        linear_unit(unit(WILD))


# ------------------------------------------------------------------------------- the rest


@pytest.mark.parametrize(("train", "start"), [(linear_unit, UNIT), (deep_unit, DEEP)])
def test_what_a_unit_returns(train, start):
    result = train(start)
    shapes = {name: values.shape for name, values in result.items()}
    assert shapes == {
        "loss": (7, 4),
        "t": (7,),
        "accuracy": (7,),
        "chosen_loss": (7, 2, 4),
        "t_end": (7,),
    }
    assert all(np.isfinite(values).all() for values in result.values())
    assert (result["t"] <= result["t_end"]).all()
    assert (result["chosen_loss"].mean(axis=2) >= result["loss"].mean(axis=1)[:, None]).all()
    assert (result["accuracy"] > 0.4).all()  # chance is a quarter


def test_looks_are_at_least_a_step_apart():
    result = linear_unit(unit({"curves": True, "t_max": 10.0, "learning_rate": 2.0}))
    assert np.array_equal(result["times"], 2.0 * np.arange(result["times"].size))


def test_what_single_precision_costs_a_benefit():
    double, single = (benefit(linear_unit(unit({"dtype": d}))) for d in ("float64", "float32"))
    # Means of 256 points round at 1e-6; weights are off by as much, and losses flat.
    assert np.abs(double - single).max() < 1e-5


def test_both_starts_have_composite_weights_of_the_size_asked_for():
    data = draw_data(PROBLEM)
    exact = np.linalg.svd(descent.initial_student(UNIT, data).W(), compute_uv=False)
    assert np.allclose(exact, 0.1, rtol=1e-12)
    rough = descent.initial_student(replace(UNIT, initial="gaussian"), data)
    singular = np.linalg.svd(rough.W(), compute_uv=False)
    # Two Gaussian layers of few units: of the right order, which is all that is promised.
    assert 0.3 * 0.1 < singular.mean() < 3 * 0.1
    # Both tasks' heads are there, and differ.
    assert not np.array_equal(*rough.W32)
