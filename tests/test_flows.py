"""Matrix flows: conservation, limits, two tasks, and what happens when integration fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlpaper import theory
from mtlpaper.gibbs import GaussianField
from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.students import Student, gaussian, orthogonal, training_aligned
from mtlpaper.tasks import gaussian_inputs, make_teacher, training_targets
from mtlpaper.theory import IntegrationError, solve_flow
from mtlpaper.training import TrainingSet, train

TIMES = np.linspace(0, 4, 9)
N1, N2, N3 = 6, 5, 4


def training_set(label_rule: str = "soft", replicate: int = 0, N: int = 40):
    streams = Streams(2, replicate)
    teacher = make_teacher(N1, N3, np.array([2.0, 1.0]), 0.5, streams)
    X = gaussian_inputs(N1, N, streams.rng("inputs A"))
    return X, training_targets(teacher, X, label_rule, streams.rng("labels A"))


def forces(label_rule: str = "soft") -> list[theory.Force]:
    return [theory.training_set_force(*training_set(label_rule, task)) for task in (0, 1)]


def start(n_tasks: int, scale: float = 0.8) -> Student:
    return gaussian(N1, N2, N3, scale, np.random.default_rng(1), n_tasks=n_tasks)


def conserved(student: Student, weights: tuple[float, ...] = (1.0, 1.0)) -> np.ndarray:
    heads = [a * W32.T @ W32 for a, W32 in zip(weights, student.W32, strict=False)]
    return sum(heads) - student.W21 @ student.W21.T


# -------------------------------------------------------------------------------- conservation


@pytest.mark.parametrize("alphas", [(1.0, 1.0), (1.0, 0.3), (0.2, 2.0)])
def test_two_tasks_conserve_the_difference_of_head_and_trunk(alphas):
    """Heads and trunk follow the same weighted loss, so that heads enter with weight one.

    With the loss sum_i alpha_i L_i, d(W32_i^T W32_i) = alpha_i (M_i + M_i^T) dt with
    M_i = W32_i^T D_i W21^T, and the trunk's W21 W21^T changes by just their sum.
    """
    flow = solve_flow(start(2), forces(), TIMES, alphas=alphas)
    drift = [conserved(flow.student_at(t)) - conserved(flow.student_at(0.0)) for t in TIMES]
    # Tolerances of 1e-7 a step on entries of order one, over a few dozen steps.
    assert np.abs(drift).max() < 1e-5
    if alphas != (1.0, 1.0):
        # Negative control: heads that enter with their task's weight.
        wrong = [conserved(flow.student_at(t), alphas) for t in TIMES[[0, -1]]]
        assert np.abs(wrong[1] - wrong[0]).max() > 1e-2


def test_the_weights_do_move():
    flow = solve_flow(start(1), forces()[:1], TIMES)
    before, after = flow.student_at(0.0), flow.student_at(4.0)
    for matrix in (lambda s: s.W21 @ s.W21.T, lambda s: s.W32[0].T @ s.W32[0]):
        assert np.abs(matrix(after) - matrix(before)).max() > 0.1
    assert np.abs(conserved(after) - conserved(before)).max() < 1e-5  # as above


# -------------------------------------------------------------------------------------- limits


def test_the_flow_starts_where_it_is_told():
    student = start(2)
    flow = solve_flow(student, forces(), TIMES)
    for task in (0, 1):
        assert np.allclose(flow.W(task)[0], student.W(task), rtol=0, atol=1e-13)
    assert flow.singular_values().shape == (9, min(N1, N2, N3))


def test_dense_output_does_not_depend_on_the_times_asked_for():
    coarse = solve_flow(start(1), forces()[:1], np.array([0.0, 4.0]))
    fine = solve_flow(start(1), forces()[:1], TIMES)
    assert np.array_equal(coarse.student_at(2.5).W(), fine.student_at(2.5).W())


@pytest.mark.parametrize("method", ["RK45", "DOP853", "LSODA"])
def test_integrators_agree(method):
    one = solve_flow(start(1), forces()[:1], TIMES, method=method, rtol=1e-8, atol=1e-10)
    other = solve_flow(start(1), forces()[:1], TIMES, method="Radau", rtol=1e-8, atol=1e-10)
    assert np.allclose(one.W(), other.W(), rtol=0, atol=1e-6)  # a hundred steps of 1e-8


def test_soft_labels_take_the_student_to_the_teacher():
    """Infinite data: W -> Sigma_hat, up to the common shift of logits, which no label sees."""
    teacher = make_teacher(3, 3, np.array([1.2, 0.8]), 0.0, Streams(5), centred=True)
    field = GaussianField(3, 4096)
    force = theory.population_force(theory.soft_drive(teacher.Sigma_hat, field), field)
    student = orthogonal(3, 3, 3, 0.5, np.random.default_rng(0))
    W = solve_flow(student, [force], np.array([0.0, 150.0])).W()[-1]
    # The slowest rate is about 0.2: e^(-30) remains. The student keeps a shift that the teacher
    # has not, so that the two averages meet the 4096 points differently: some 1e-3.
    assert np.allclose(W - W.mean(axis=0), teacher.Sigma_hat, rtol=0, atol=3e-3)
    # Negative control: early on it has not arrived.
    early = solve_flow(student, [force], np.array([0.0, 1.0])).W()[-1]
    assert not np.allclose(early - early.mean(axis=0), teacher.Sigma_hat, rtol=0, atol=1e-2)


def test_an_aligned_start_keeps_its_hidden_width_out_of_the_theory():
    teacher = make_teacher(N1, N3, np.array([2.0]), 0.5, Streams(5))
    U, _, Vt = np.linalg.svd(teacher.Sigma_hat)
    flows = [
        solve_flow(
            training_aligned(U[:, :1], Vt[:1].T, np.ones(1), width, np.random.default_rng(width)),
            forces()[:1],
            TIMES,
        ).W()
        for width in (1, 3, 40)
    ]
    # The paths of the integrator differ by its tolerance of 1e-7.
    assert np.allclose(flows[0], flows[1], rtol=0, atol=1e-5)
    assert np.allclose(flows[0], flows[2], rtol=0, atol=1e-5)


# --------------------------------------------------------------------------------- finite data


def test_finite_sample_theory_rests_at_the_teacher():
    """(T 7a): W = Sigma_hat is a fixed point whatever the inputs' second moment."""
    X, Y = training_set(N=12)
    S, field = X @ X.T / X.shape[1], GaussianField(N3, 256)
    Sigma_hat = make_teacher(N1, N3, np.array([2.0, 1.0]), 0.5, Streams(2)).Sigma_hat
    at_rest = theory.finite_sample_force(theory.soft_drive(Sigma_hat, field, S=S), S, field)
    assert np.abs(at_rest(Sigma_hat)).max() < 1e-13  # the same average twice: rounding
    # Gradient descent itself rests there, sample by sample.
    assert np.abs(theory.training_set_force(X, Y)(Sigma_hat)).max() < 1e-13
    # Negative controls: the infinite-data drive, and (T 7b)'s.
    for drive in (theory.soft_drive(Sigma_hat, field), theory.empirical_drive(Y, X)):
        assert np.abs(theory.finite_sample_force(drive, S, field)(Sigma_hat)).max() > 1e-2


def test_white_second_moments_give_the_infinite_data_force():
    field, W = GaussianField(N3, 256), start(1).W()
    drive = np.random.default_rng(0).standard_normal((N3, N1))
    exact = theory.population_force(drive, field)(W)
    assert np.allclose(theory.finite_sample_force(drive, np.eye(N1), field)(W), exact, atol=1e-14)
    distance = []
    for N in (100, 10_000, 1_000_000):
        X = gaussian_inputs(N1, N, np.random.default_rng(4))
        force = theory.finite_sample_force(drive, X @ X.T / N, field)
        distance.append(np.linalg.norm(force(W) - exact))
    # S - I is of order 1 / sqrt(N): a factor ten each; 30 % scatter of a norm of 24 entries.
    slope = np.polyfit(np.log([1e2, 1e4, 1e6]), np.log(distance), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)


def test_the_training_sets_force_has_the_population_force_as_its_limit():
    teacher = make_teacher(N1, N3, np.array([2.0, 1.0]), 0.5, Streams(2))
    X, Y = training_set(N=200_000)
    field, W = GaussianField(N3, 2**13), start(1).W()
    exact = theory.population_force(theory.soft_drive(teacher.Sigma_hat, field), field)(W)
    # Entries of D are means of 200 000 terms of order 0.3: 7e-4 each; 5 standard errors.
    force = theory.training_set_force(X, Y)(W)
    assert np.abs(force - exact).max() < 3.5e-3
    # Negative control: the drive of other labels.
    drive = theory.argmax_drive(teacher.Sigma_hat, field)
    assert np.abs(force - theory.population_force(drive, field)(W)).max() > 3.5e-3


@given(seed=st.integers(0, 99))
def test_rotated_inputs_rotate_the_training_sets_force(seed):
    X, Y = training_set()
    R, W = haar_frame(N1, N1, np.random.default_rng(seed)), start(1).W()
    turned = theory.training_set_force(R @ X, Y)(W @ R.T)
    assert np.allclose(turned, theory.training_set_force(X, Y)(W) @ R.T, rtol=0, atol=1e-13)


@pytest.mark.parametrize("leading", [(3,), (2, 3)])
@pytest.mark.parametrize("kind", ["population", "finite"])
def test_forces_on_many_networks_are_those_on_each(kind, leading):
    """Every network with a drive of its own, and all with one drive."""
    rng, field = np.random.default_rng(3), GaussianField(N3, 128)
    X, _ = training_set()
    S = X @ X.T / X.shape[1]
    drive, W = rng.standard_normal((2, *leading, N3, N1))

    def force(drive: np.ndarray) -> theory.Force:
        if kind == "population":
            return theory.population_force(drive, field)
        return theory.finite_sample_force(drive, S, field)

    own, common = force(drive)(W), force(drive[(0,) * len(leading)])(W)
    assert own.shape == common.shape == W.shape
    for net in np.ndindex(leading):
        # The same products in a larger batch: rounding of entries of order one.
        assert np.allclose(own[net], force(drive[net])(W[net]), rtol=0, atol=1e-13)
        first = force(drive[(0,) * len(leading)])
        assert np.allclose(common[net], first(W[net]), rtol=0, atol=1e-13)
    assert not np.allclose(own, common, rtol=0, atol=1e-2)


# ----------------------------------------------------------------------------------- two tasks


def test_a_second_task_without_weight_changes_nothing():
    student = start(2)
    alone = solve_flow(Student(student.W21, student.W32[:1]), forces()[:1], TIMES, rtol=1e-9)
    both = solve_flow(student, forces(), TIMES, alphas=(1.0, 0.0), rtol=1e-9)
    # The integrator's steps differ, as its error norm counts the idle head: 1e-9 a step.
    assert np.allclose(both.W(0), alone.W(0), rtol=0, atol=1e-7)
    assert np.array_equal(both.student_at(4.0).W32[1], student.W32[1])
    # Negative control: a little weight is noticed.
    little = solve_flow(student, forces(), TIMES, alphas=(1.0, 0.01), rtol=1e-9)
    assert not np.allclose(little.W(0), alone.W(0), rtol=0, atol=1e-4)


def test_weights_of_both_tasks_scale_time():
    slow = solve_flow(start(2), forces(), TIMES, alphas=(0.5, 0.5), rtol=1e-9)
    fast = solve_flow(start(2), forces(), TIMES / 2, rtol=1e-9)
    for task in (0, 1):
        assert np.allclose(slow.W(task), fast.W(task), rtol=0, atol=1e-7)


def test_two_identical_tasks_are_one_task():
    """Equal heads on equal data at half the weight move the trunk as one head does."""
    student = start(1)
    twice = Student(student.W21, student.W32 * 2)
    force = forces()[0]
    both = solve_flow(twice, [force, force], TIMES)
    # With H = (W32, W32) / sqrt 2 each trunk force is that of one head of sqrt 2 times the size.
    assert np.allclose(both.W(0), both.W(1), rtol=0, atol=1e-12)
    scaled = Student(student.W21, (np.sqrt(2) * student.W32[0],))
    one = solve_flow(scaled, [lambda W: np.sqrt(2) * force(W / np.sqrt(2))], TIMES)
    assert np.allclose(one.W() / np.sqrt(2), both.W(0), rtol=0, atol=1e-5)


@pytest.mark.parametrize("alphas", [(1.0, 1.0), (1.0, 0.3)])
def test_two_task_training_at_a_small_rate_follows_the_flow(alphas):
    """Euler's error is linear in the rate: 1e-3 here, and a tenth of that at a tenth the rate."""
    student, data = start(2), [training_set("argmax", task) for task in (0, 1)]
    flow = solve_flow(student, forces("argmax"), TIMES, alphas=alphas, rtol=1e-9)
    sets = [TrainingSet(X[None], Y[None]) for X, Y in data]
    errors = []
    for rate in (0.02, 0.002):
        steps = np.round(TIMES / rate).astype(int)
        run = train([student], sets, steps, learning_rate=rate, alphas=alphas)
        errors.append(max(np.abs(run.W[task][:, 0] - flow.W(task)).max() for task in (0, 1)))
    assert errors[1] < 2e-3
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.1)  # next order: rate itself, 2 %
    # Negative control: the other weights' flow.
    other = solve_flow(
        student, forces("argmax"), TIMES, alphas=alphas[::-1] if alphas[1] < 1 else (1, 0.9)
    )
    assert np.abs(run.W[0][:, 0] - other.W(0)).max() > 2e-3


# -------------------------------------------------------------------------------------- errors


def test_an_explosion_carries_the_time_and_the_state():
    """D = W makes a balanced singular value obey ds/dt = 2 s^2: infinite at t = 1 / (2 s0)."""
    student = orthogonal(2, 2, 2, 1.0, np.random.default_rng(0))
    with pytest.raises(IntegrationError, match=r"the flow stopped at t/tau = 0\.5") as caught:
        solve_flow(student, [lambda W: W], np.array([0.0, 1.0]))
    assert caught.value.t == pytest.approx(0.5, rel=1e-6)
    assert caught.value.state.shape == (8,)
    assert np.isfinite(caught.value.state).all()
    assert np.abs(caught.value.state).max() > 1e3


def test_a_force_that_turns_to_nan_is_an_error():
    def force(W: np.ndarray) -> np.ndarray:
        return W if np.linalg.norm(W) < 0.6 else np.full_like(W, np.nan)

    with pytest.raises(IntegrationError) as caught:
        solve_flow(orthogonal(2, 2, 2, 0.3, np.random.default_rng(0)), [force], TIMES)
    # |W| = sqrt 2 s with s = 1 / (1 / 0.3 - 2 t): 0.6 is reached at t = 0.488.
    assert caught.value.t == pytest.approx(0.488, abs=1e-3)
    assert np.isfinite(caught.value.state).all()


@pytest.mark.parametrize(
    ("n_forces", "t", "alphas", "message"),
    [
        (1, TIMES, None, "`forces` must be 2 in number, one a head, got 1"),
        (2, TIMES, (1.0,), "`alphas` must be 2 weights, one a head"),
        (2, np.zeros(1), None, "`t` must be at least two increasing times"),
        (2, TIMES[::-1].copy(), None, "`t` must be at least two increasing times"),
    ],
)
def test_inadmissible_arguments_are_refused(n_forces, t, alphas, message):
    with pytest.raises(ValueError, match=message):
        solve_flow(start(2), forces()[:n_forces], t, alphas=alphas)
