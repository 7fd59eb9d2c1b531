"""Following losses to their minima: known curves, and real networks with and without stopping."""

import pickle
from itertools import pairwise

import numpy as np
import pytest

from mtlpaper.randomness import Streams
from mtlpaper.students import orthogonal
from mtlpaper.tasks import gaussian_inputs, make_teacher_pair, test_labels, training_targets
from mtlpaper.training import (
    DivergenceError,
    GaussianTest,
    LabelledPoints,
    LinearDescent,
    Measure,
    Minima,
    Schedule,
    TrainingSet,
    descend_to_minima,
)


class Curves:
    """Stands in for networks whose losses are known functions of time."""

    def __init__(self, test, validation=None, learning_rate: float = 0.5) -> None:
        self.learning_rate = learning_rate
        self._test, self._validation = test, test if validation is None else validation
        self._active = np.arange(len(test))
        self._steps = 0
        self.trained: list[int] = []  # networks at every step, for what stopping saves

    def __len__(self) -> int:
        return self._active.size

    def step(self) -> None:
        self._steps += 1
        self.trained.append(len(self))

    def keep(self, chosen: np.ndarray) -> None:
        self._active = self._active[chosen]

    def measure(self) -> Measure:
        t = self._steps * self.learning_rate
        loss = np.array([self._test[net](t) for net in self._active])
        validation = np.array([[self._validation[net](t)] for net in self._active])
        # Two groups that differ by a known amount, and an accuracy peculiar to network and time.
        groups = np.stack([loss - 0.1, loss + 0.1], axis=1)
        return Measure(groups, 1 / (1 + (t - 2 - self._active) ** 2), validation)


def follow(test, validation=None, *, every: int = 2, t_max: float = 100.0, **options) -> Minima:
    curves = Curves(test, validation)
    return descend_to_minima(curves, curves.measure, Schedule(every, t_max, **options))


def parabola(at: float, depth: float = 1.0, width: float = 10.0):
    return lambda t: ((t - at) / width) ** 2 - depth


def rising(t: float) -> float:
    return t


def falling(t: float) -> float:
    return -t


def two_minima(first: float, second: float):
    """A well at `first`, and a deeper one at `second`."""
    return lambda t: -np.exp(-((t - first) ** 2)) - 2 * np.exp(-((t - second) ** 2))


# ------------------------------------------------------------------------------- known curves


@pytest.mark.parametrize("stop_early", [True, False])
def test_minima_of_parabolas(stop_early):
    """Looks are one tau apart: minima at whole times are met exactly."""
    at = np.array([3.0, 10.0, 30.0])
    minima = follow([parabola(t, depth=k) for k, t in enumerate(at)], stop_early=stop_early)
    assert np.array_equal(minima.t, at)
    depths = -np.arange(3.0)
    assert np.allclose(minima.loss, np.stack([depths - 0.1, depths + 0.1], axis=1), atol=1e-13)
    assert np.array_equal(minima.chosen_loss[:, 0], minima.loss)
    # The accuracy of network k is largest, 1, at time 2 + k.
    assert np.array_equal(minima.accuracy, np.ones(3))


def test_a_minimum_between_two_looks_is_the_better_look():
    minima = follow([parabola(10.4), parabola(10.6)])
    assert np.array_equal(minima.t, [10.0, 11.0])
    assert follow([parabola(10.4)], every=1).t[0] == 10.5


@pytest.mark.parametrize("at", [0.0, 3.0, 20.0])
def test_a_network_ends_when_its_minimum_is_well_past(at):
    """The first look at which t > 1.5 t_min + 4; a look every tau."""
    minima = follow([parabola(at)])
    assert minima.t_end[0] == np.floor(1.5 * at + 4) + 1
    assert minima.times[-1] == minima.t_end[0]
    other = follow([parabola(at)], stretch=2.0, margin=1.0)
    assert other.t_end[0] == 2 * at + 2


def test_a_loss_that_only_rises_is_least_at_the_start():
    minima = follow([rising])
    assert minima.t[0] == 0
    assert minima.t_end[0] == 5  # the first look after the margin of 4
    assert np.allclose(minima.loss[0], [-0.1, 0.1])


def test_a_loss_that_never_turns_is_least_at_the_end():
    minima = follow([falling], t_max=50.0)
    assert minima.t[0] == minima.t_end[0] == minima.times[-1] == 50
    assert minima.loss[0].mean() == pytest.approx(-50)


def test_the_first_of_equal_minima_counts():
    minima = follow([lambda _: 1.0, lambda t: abs(abs(t - 6) - 2)])
    assert np.array_equal(minima.t, [0.0, 4.0])


@pytest.mark.parametrize("first", [2.0, 10.0])
def test_a_deeper_minimum_is_found_if_it_comes_in_time(first):
    """Before 1.5 t_min + 4 it is, after it is not; that is what stopping early may miss."""
    bound = 1.5 * first + 4
    late, in_time = bound + 4, bound - 1
    assert follow([two_minima(first, in_time)]).t[0] == in_time
    assert follow([two_minima(first, late)]).t[0] == first
    assert follow([two_minima(first, late)], stop_early=False).t[0] == late
    assert follow([two_minima(first, late)], stretch=1.5 + 4 / first).t[0] == late


def test_training_goes_on_until_every_criterion_has_turned():
    """Validation may choose a later time than the test loss, and an earlier one."""
    minima = follow([parabola(5.0), parabola(20.0)], [parabola(20.0), parabola(5.0)])
    assert np.array_equal(minima.t, [5.0, 20.0])
    # The test loss 15 tau away from its minimum: 1.5^2 above it.
    assert np.allclose(minima.chosen_loss.mean(axis=2), -1 + 1.5**2)
    assert np.array_equal(minima.t_end, [35.0, 35.0])


def test_several_rules_choose_independently():
    curves = Curves([parabola(10.0)] * 2)
    times = np.array([[4.0, 8.0, 16.0], [10.0, 2.0, 0.0]])

    def measure() -> Measure:
        seen, t = curves.measure(), curves._steps * curves.learning_rate
        return Measure(seen.test, seen.accuracy, (t - times[curves._active]) ** 2)

    minima = descend_to_minima(curves, measure, Schedule(2, 100.0))
    assert np.allclose(minima.chosen_loss.mean(axis=2), ((times - 10) / 10) ** 2 - 1)


def test_curves_end_in_nan_where_their_networks_end():
    curves = Curves([parabola(2.0), parabola(20.0), parabola(8.0)])
    minima = descend_to_minima(curves, curves.measure, Schedule(2, 100.0))
    assert minima.curves.shape == (minima.times.size, 3)
    assert np.array_equal(minima.times, np.arange(minima.times.size))
    assert np.array_equal(minima.t_end, [8.0, 35.0, 17.0])
    for net, at in enumerate((2.0, 20.0, 8.0)):
        seen = minima.times <= minima.t_end[net]
        assert np.allclose(minima.curves[seen, net], ((minima.times[seen] - at) / 10) ** 2 - 1)
        assert np.isnan(minima.curves[~seen, net]).all()
    # What leaves is trained no more: steps of three, two and one network.
    assert curves.trained == [3] * 16 + [2] * 18 + [1] * 36


def test_networks_go_in_any_order_and_keep_their_places():
    at = np.random.default_rng(0).permutation(30).astype(float)
    minima = follow([parabola(t) for t in at])
    assert np.array_equal(minima.t, at)
    assert np.allclose(minima.loss.mean(axis=1), -1, atol=1e-13)


def test_a_network_that_is_done_is_judged_no_more_whatever_its_companions_do():
    """One done network of six is too few to leave: what it does afterwards must not count."""
    odd, slow = two_minima(2.0, 14.0), parabola(30.0)
    alone, together = follow([odd]), follow([odd] + [slow] * 5)
    assert alone.t[0] == together.t[0]
    assert alone.t_end[0] == together.t_end[0]
    assert alone.accuracy[0] == together.accuracy[0]
    # Its curve ends where it ends, though it is trained on, and the others' go on.
    assert np.array_equal(np.isfinite(together.curves[:, 0]), together.times <= alone.t_end[0])
    assert np.isfinite(together.curves[:, 1:]).all()
    # Negative control: the deeper minimum was there to be found.
    assert follow([odd] + [slow] * 5, stop_early=False).t[0] == 14


def test_without_stopping_early_every_network_is_judged_to_the_end():
    curves = Curves([parabola(2.0), parabola(30.0)])
    minima = descend_to_minima(curves, curves.measure, Schedule(2, 40.0, stop_early=False))
    assert np.array_equal(minima.t_end, [40.0, 40.0])
    assert curves.trained == [2] * 80


# ---------------------------------------------------------------------------- looks that thin out


@pytest.mark.parametrize(
    ("every", "growth", "taken", "ahead"),
    [
        (2, 0.0, 1000, 2),
        (2, 0.1, 0, 2),
        (2, 0.1, 29, 2),
        (2, 0.1, 30, 3),
        (2, 0.1, 1000, 100),
        (7, 0.1, 69, 7),
        (1, 2.0, 3, 6),
    ],
)
def test_looks_are_a_share_of_the_steps_apart(every, growth, taken, ahead):
    assert Schedule(every, 100.0, growth=growth).steps_after(taken) == ahead


def test_later_looks_are_farther_apart():
    curves = Curves([falling])
    schedule = Schedule(2, 60.0, growth=0.25)
    minima = descend_to_minima(curves, curves.measure, schedule)
    steps = 2 * minima.times
    assert np.array_equal(steps[:8], [0, 2, 4, 6, 8, 10, 12, 15])
    *regular, (before, last) = pairwise(steps)
    assert all(b - a == schedule.steps_after(int(a)) for a, b in regular)
    # As many steps as looks say; the last look is at `t_max`, which may come early.
    assert len(curves.trained) == last <= before + schedule.steps_after(int(before))
    assert minima.times[-1] == minima.t[0] == minima.t_end[0] == 60


@pytest.mark.parametrize("at", [3.0, 40.0, 333.0])
def test_a_late_minimum_is_met_within_a_share_of_its_time(at):
    minima = follow([parabola(at, width=at)], every=1, t_max=2000.0, growth=0.04)
    # The nearest look is at most half a gap away: half a step, or 2 % of the time and a step.
    assert abs(minima.t[0] - at) <= 0.02 * at + 0.5
    # The loss there, a parabola as broad as its time, is off by the square of that share.
    assert minima.loss[0].mean() + 1 <= (0.02 + 0.5 / at) ** 2
    # Something was saved, and more where more was asked for.
    coarse = follow([parabola(at, width=at)], every=1, t_max=2000.0, growth=0.9)
    every = follow([parabola(at, width=at)], every=1, t_max=2000.0)
    assert coarse.times.size < minima.times.size <= every.times.size


# ------------------------------------------------------------------------------------- divergence


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_losses_that_are_not_finite_end_the_training(broken):
    def bad(t: float) -> float:
        return -t if t < 3 else broken

    message = "the training diverged before t/tau = 3; lower the learning rate"
    for test, validation in (
        ([falling, bad], None),
        ([falling, falling], [bad, falling]),  # seen by the validation set alone
    ):
        with pytest.raises(DivergenceError, match=message) as caught:
            follow(test, validation)
        assert caught.value.t == 3


def test_a_network_that_is_done_may_diverge():
    """It ended at t = 8 and is judged no more; it leaves with the next that are done."""

    def odd(t: float) -> float:
        return parabola(2.0)(t) if t <= 8 else np.nan

    slow = [parabola(30.0)] * 5
    minima = follow([odd, *slow])
    assert np.array_equal(minima.t, [2.0] + [30.0] * 5)
    # Negative control: it is not done yet.
    with pytest.raises(DivergenceError):
        follow([odd, *slow], margin=10.0)


def test_divergence_survives_the_way_from_a_worker():
    error = DivergenceError(12.5)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is DivergenceError
    assert isinstance(again, ArithmeticError)
    assert (again.t, str(again)) == (12.5, str(error))


def test_the_longest_training_ends_at_its_time():
    minima = follow([falling, parabola(3.0)], every=3, t_max=10.0, stop_early=False)
    # A look every 1.5 tau, and the last at 10.
    assert np.array_equal(minima.times, [*(1.5 * np.arange(7)), 10])
    assert np.array_equal(minima.t_end, [10, 10])
    assert np.isfinite(minima.curves).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 10.0), "`every` must be an integer >= 1, got 0"),
        ((1, 0.0), "`t_max` must be a number > 0, got 0.0"),
        ((1, 10.0, 1.0), "`stretch` must be a number > 1, got 1.0"),
        ((1, 10.0, 1.5, 0.0), "`margin` must be a number > 0, got 0.0"),
        ((1, 10.0, 1.5, 4.0, True, -0.1), "`growth` must be a number >= 0, got -0.1"),
    ],
)
def test_inadmissible_schedules_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Schedule(*arguments)


# ------------------------------------------------------------------------------ real networks

N1, N2, N3 = 16, 12, 4
RATE = 0.5


def real(
    S_A: float, N: int, *, stop_early: bool, dtype: str = "float64", growth: float = 0.0
) -> Minima:
    """Single-task and multitask students of teachers with 3 values of r_AB and 2 of S_B."""
    streams, tasks = Streams(11), [(S_B, r) for S_B in (0.1, 5.0) for r in (0.0, 0.5, 1.0)]
    values = np.full(3, S_A)
    pairs = [
        make_teacher_pair(N1, N3, values, np.full(3, S_B), r, 1.0, streams) for S_B, r in tasks
    ]
    A = pairs[0][0]
    X = [gaussian_inputs(N1, N, streams.rng(f"inputs {task}")) for task in "AB"]
    Y_A = training_targets(A, X[0], "argmax", streams.rng("labels A"))
    Y_B = [training_targets(B, X[1], "argmax", streams.rng("labels B")) for _, B in pairs]
    sets = [TrainingSet(X[0][None], np.stack([Y_A] * 7))]
    sets.append(TrainingSet(X[1][None], np.stack([Y_B[0], *Y_B])))
    alphas = np.array([[1.0, 0.0]] + [[1.0, 1.0]] * 6)
    start = orthogonal(N1, N2, N3, 0.1, streams.rng("student"), n_tasks=2)
    descent = LinearDescent.on_sets([start] * 7, sets, alphas, RATE, dtype=dtype)
    test = GaussianTest(A, 256, dtype=dtype)
    X_V = gaussian_inputs(N1, 100, streams.rng("validation inputs"))
    validation = LabelledPoints(X_V, [test_labels(A, X_V)], dtype=dtype)

    def measure() -> Measure:
        seen = test(descent.W())
        return Measure(seen.loss, seen.accuracy, validation.losses(descent.logits)[:, :, 0])

    schedule = Schedule(2, 150.0, stop_early=stop_early, growth=growth)
    return descend_to_minima(descent, measure, schedule)


@pytest.mark.parametrize("S_A", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("N", [30, 150])
def test_stopping_early_misses_no_minimum(S_A, N):
    early, whole = (real(S_A, N, stop_early=stop) for stop in (True, False))
    assert np.array_equal(early.t, whole.t)
    # Smaller batches may sum in another order: rounding of a few hundred steps. The root of a
    # covariance that nearly vanishes adds its own.
    assert np.allclose(early.loss, whole.loss, rtol=0, atol=1e-9)
    assert np.allclose(early.chosen_loss, whole.chosen_loss, rtol=0, atol=1e-9)
    # Something was saved, and nothing is known of what was not trained.
    assert (whole.t_end == 150).all()
    assert early.t_end.min() < 150
    assert np.isnan(early.curves).sum() == sum((early.times > end).sum() for end in early.t_end)


@pytest.mark.parametrize("growth", [0.04, 0.2])
def test_looking_less_often_finds_nearly_the_same_minima(growth):
    """Of weak noise, whose minima come late: 16 to 26 times the least gap between two looks."""
    often, seldom = (real(10.0, 150, stop_early=True, growth=share) for share in (0.0, growth))
    assert seldom.times.size < (1 - 3 * growth) * often.times.size + 20
    lost = np.abs(seldom.loss.mean(axis=1) - often.loss.mean(axis=1))
    # Half the gap beside a minimum that is as broad as its time, of a gain of about one nat.
    assert (lost < (growth / 2) ** 2).all()
    assert (np.abs(seldom.t - often.t) <= growth * often.t + 1).all()


def test_minima_lie_on_their_curves():
    minima = real(1.0, 150, stop_early=True)
    for net in range(7):
        curve = minima.curves[:, net]
        assert minima.loss[net].mean() == pytest.approx(np.nanmin(curve), abs=1e-14)
        assert minima.times[np.nanargmin(curve)] == minima.t[net]
        # Validation finds no less than the least, and not much more.
        assert 0 <= minima.chosen_loss[net].mean() - minima.loss[net].mean() < 0.1
    assert (0 < minima.t).all()
    assert (minima.t < minima.t_end).all()


def test_what_single_precision_costs():
    double, single = (real(1.0, 150, stop_early=True, dtype=d) for d in ("float64", "float32"))
    # Weights are off by some 1e-6 and the loss is flat at its minimum: what remains is the
    # rounding of means of 256 points, 1e-6 at most.
    assert np.allclose(double.loss, single.loss, rtol=0, atol=1e-5)
