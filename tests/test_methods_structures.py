"""Ways of sharing: what each is as a penalty on the maps, its limits, and what it decides."""

from collections.abc import Sequence

import cvxpy as cp
import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.kernel_ridge import KernelRidge

from mtlpaper.benefit import Problem, Training, Unit
from mtlpaper.errors import NotConvergedError
from mtlpaper.methods import structure
from mtlpaper.methods.sharing import Sharing, sharing
from mtlpaper.methods.structure import STRENGTHS, Sizes, Structure, TwoTasks, mixed
from mtlpaper.methods.structures import STRUCTURES
from mtlpaper.methods.structures.adaptive_branching import affinity
from mtlpaper.methods.structures.mean_regularised import mean_regularised
from mtlpaper.methods.structures.soft import soft
from mtlpaper.randomness import Streams
from mtlpaper.tasks import gaussian_inputs, make_teacher_pair, training_targets
from mtlpaper.training import TrainingSet
from mtlpaper.wide.decayed import Tuned, tuned

N1, N3, N = 6, 3, 14
SIZES = Sizes(N1, 6, N3)
STRENGTH = 0.02


def pair(r_AB: float, seed: int = 1, identical: bool = False) -> TwoTasks:
    """Both tasks of one network."""
    streams = Streams(seed)
    teachers = make_teacher_pair(
        N1, N3, np.array([3.0, 2.0]), np.array([3.0, 2.0]), r_AB, 0, streams
    )
    found = []
    for teacher, name in zip(teachers, "AB", strict=True):
        X = gaussian_inputs(N1, N, streams.rng(f"inputs {name}"))
        Y = training_targets(teacher, X, "argmax", streams.rng(f"labels {name}"))
        found.append(TrainingSet(X[None], Y[None]))
    fresh = gaussian_inputs(N1, 500, streams.rng("validation inputs"))
    return TwoTasks([found[0], found[0 if identical else 1]], np.ones((1, 2)), fresh)


def batch(*tasks: TwoTasks) -> TwoTasks:
    """The networks of several batches in one."""
    sets = [
        TrainingSet(*(np.concatenate([getattr(t.sets[k], part) for t in tasks]) for part in "XY"))
        for k in (0, 1)
    ]
    return TwoTasks(sets, np.concatenate([t.alphas for t in tasks]), tasks[0].fresh)


def fitted(way: Structure, tasks: TwoTasks, strength: float = STRENGTH) -> np.ndarray:
    """Maps (task, N3, N1) of the first network."""
    strengths = np.full(len(tasks.alphas), strength)
    return way.fit(tasks, strengths, SIZES, np.random.default_rng(0)).numpy()[0]


def loss(W: Sequence, tasks: TwoTasks):
    """Loss of maps, arrays or variables."""
    parts = []
    for one, data in zip(W, tasks.sets, strict=True):
        z = one @ data.X[0]
        right = cp.sum(cp.multiply(data.Y[0], z))
        parts.append((cp.sum(cp.log_sum_exp(z, axis=0)) - right) / N)
    return sum(parts)


def nuclear(*W):
    return 2 * cp.normNuc(cp.vstack(W))


def columns(A, B):
    return 2 * cp.sum(cp.norm(cp.vstack([A, B]), axis=0))


def apart(A, B):
    return nuclear(A) + nuclear(B)


def distances(A, B):
    return cp.sum_squares((A + B) / 2) + 3 / 2 * 2 * cp.sum_squares((A - B) / 2)


def objective(W, tasks: TwoTasks, penalty) -> float:
    return float((loss(W, tasks) + STRENGTH * penalty(*W)).value)


def least(tasks: TwoTasks, penalty) -> float:
    """The convex optimum, by another solver."""
    W = [cp.Variable((N3, N1)) for _ in range(2)]
    problem = cp.Problem(cp.Minimize(loss(W, tasks) + STRENGTH * penalty(*W)))
    return float(problem.solve(solver="CLARABEL"))


# ------------------------------------------------------------------------ penalties on the maps

PENALTIES = {
    "hard": (STRUCTURES["hard"], nuclear),
    "cross_stitch": (STRUCTURES["cross_stitch"], nuclear),
    "apart": (soft(0.0), apart),
    "block_sparse": (STRUCTURES["block_sparse"], columns),
    "mean_regularised": (STRUCTURES["mean_regularised"], distances),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_the_optimum_is_that_of_a_convex_penalty_on_the_maps(name):
    way, penalty = PENALTIES[name]
    tasks = pair(0.5)
    optimum = least(tasks, penalty)
    W = fitted(way, tasks)
    assert objective(W, tasks, penalty) == pytest.approx(optimum, rel=1e-5)
    # Negative control: the optima of the other penalties are not optimal for this one.
    for other, (_, another) in PENALTIES.items():
        if another is not penalty:
            other_W = fitted(PENALTIES[other][0], tasks)
            assert objective(other_W, tasks, penalty) > optimum * (1 + 1e-3), other


def test_a_strong_penalty_leaves_nothing_and_a_weak_one_separates_the_labels():
    tasks = pair(0.5)
    for name, way in STRUCTURES.items():
        assert np.abs(fitted(way, tasks, 1e3)).max() < 1e-3, name
        W = fitted(way, tasks, 1e-3)
        for one, data in zip(W, tasks.sets, strict=True):
            assert ((one @ data.X[0]).argmax(axis=0) == data.Y[0].argmax(axis=0)).all(), name


@pytest.mark.parametrize("name", ["cross_stitch", "sluice"])
def test_what_mixes_trunks_pays_no_less_than_hard_sharing(name):
    """Random weights pay more than twice the trace norm of the stacked maps, the best just that."""
    way, rng = STRUCTURES[name], np.random.default_rng(5)
    shapes = {key: values.shape for key, values in way.start(SIZES, rng).items()}

    def paid(weights):
        maps = way.maps(weights)
        least = 2 * torch.linalg.matrix_norm(maps.flatten(1, 2), ord="nuc")
        return maps, way.penalty(weights) / least

    draws = {key: torch.tensor(rng.standard_normal((50, *shape))) for key, shape in shapes.items()}
    assert float(paid(draws)[1].min()) > 1
    # The best weights of hard sharing, in parts of the trunks that both tasks use.
    W = rng.standard_normal((2 * N3, N1))
    U, S, Vt = np.linalg.svd(W, full_matrices=False)
    trunk, heads = np.sqrt(S)[:, None] * Vt, (U * np.sqrt(S)).reshape(2, N3, N1)
    trunks, units = np.zeros(shapes["trunks"]), np.zeros(shapes["units"])
    if name == "cross_stitch":
        trunks[0], units[:, 0] = trunk, 1
    else:
        trunks[0], trunks[2] = trunk[:3], trunk[3:]
        units[[0, 2], 0] = units[[1, 3], 2] = 1
    weights = {"trunks": trunks, "heads": heads, "units": units}
    maps, share = paid({key: torch.tensor(values[None]) for key, values in weights.items()})
    assert np.allclose(maps[0].reshape(2 * N3, N1), W)
    assert float(share) == pytest.approx(1, rel=1e-12)


def test_training_of_sluices_can_end_above_the_optimum():
    tasks = pair(0.5)
    value = objective(fitted(STRUCTURES["sluice"], tasks), tasks, nuclear)
    assert 1 + 1e-4 < value / least(tasks, nuclear) < 1.05


def test_soft_sharing_goes_from_separate_trunks_to_a_shared_one():
    tasks = pair(0.5)
    values = []
    for coupling in (0.0, 0.3, 3.0, 1e4):
        W = fitted(soft(coupling), tasks)
        values.append(objective(W, tasks, apart))
    assert (np.diff(values) > 0).all()  # ever further from what is best apart
    # The decay of a trunk counts twice, so that hard sharing costs sqrt 2 times as much.
    shared = least(tasks, lambda A, B: 2**0.5 * nuclear(A, B))
    found = objective(W, tasks, lambda A, B: 2**0.5 * nuclear(A, B))
    assert found == pytest.approx(shared, rel=1e-4)


def test_sharing_a_trunk_saves_at_most_one_minus_the_root_of_a_half():
    rng = np.random.default_rng(6)
    shares = []
    for _ in range(50):
        A, B = rng.standard_normal((2, N3, N1))
        shares.append(float((nuclear(A, B) / apart(A, B)).value))
    assert 0.5**0.5 < min(shares) < max(shares) < 1
    assert float((nuclear(A, A) / apart(A, A)).value) == pytest.approx(0.5**0.5)
    half = N1 // 2
    A[:, half:], B[:, :half] = 0, 0  # orthogonal row spaces
    assert float((nuclear(A, B) / apart(A, B)).value) == pytest.approx(1)


def test_relationships_are_the_best_correlation_of_tasks():
    """The optimum is that of the trace norm with R^(-1/2), at the best R_AB; R_AB = 0 is hard."""
    tasks = pair(0.9)

    def related(R_AB):
        own, other = ((1 + R_AB) ** -0.5 + sign * (1 - R_AB) ** -0.5 for sign in (1, -1))
        return lambda A, B: nuclear((own * A + other * B) / 2, (other * A + own * B) / 2)

    values = [least(tasks, related(R_AB)) for R_AB in np.linspace(-0.8, 0.8, 17)]
    assert values[8] == pytest.approx(least(tasks, nuclear), rel=1e-6)
    best = np.argmin(values)
    assert 0 < best < 16
    assert best != 8
    A, B = fitted(STRUCTURES["deep_relationship"], tasks)
    exact = minimize_scalar(lambda R_AB: objective((A, B), tasks, related(R_AB)), bounds=(-1, 1))
    assert exact.fun == pytest.approx(min(values), rel=1e-3)
    assert exact.fun <= min(values)
    assert abs(exact.x - np.linspace(-0.8, 0.8, 17)[best]) < 0.1


@pytest.mark.parametrize("name", ["tensor_factorisation", "deep_relationship"])
def test_what_knows_that_classes_match_pays_less_for_equal_tasks(name):
    tasks = pair(0.5, identical=True)
    # A tensor whose two slices are W has the nuclear norm sqrt 2 |W|_*; equal heads cost one head.
    factor = {"tensor_factorisation": 2**0.5, "deep_relationship": 1.0}[name]
    W = cp.Variable((N3, N1))
    problem = cp.Problem(cp.Minimize(loss([W, W], tasks) + STRENGTH * factor * nuclear(W)))
    optimum = problem.solve(solver="CLARABEL")
    A, B = fitted(STRUCTURES[name], tasks)
    assert np.allclose(A, B, atol=1e-3)
    assert np.allclose(A, W.value, atol=5e-3)
    value = float((loss([A, A], tasks) + STRENGTH * factor * nuclear(A)).value)
    assert value == pytest.approx(optimum, rel=1e-5)


@pytest.mark.parametrize("name", ["tensor_factorisation", "deep_relationship"])
def test_a_task_alone_pays_the_trace_norm(name):
    both = pair(0.5)
    tasks = TwoTasks(both.sets, np.array([[1.0, 0.0]]), both.fresh)
    A, B = fitted(STRUCTURES[name], tasks)
    expected, nothing = fitted(STRUCTURES["hard"], tasks)
    assert np.allclose(A, expected, atol=1e-2)
    assert np.abs(nothing).max() < 1e-6
    if name == "tensor_factorisation":
        assert np.abs(B).max() < 1e-6


def test_a_covariance_of_all_outputs_is_hard_sharing():
    """Over Omega, tr(W^T Omega^-1 W) + tr Omega is least at twice the trace norm."""
    rng = np.random.default_rng(0)
    W = rng.standard_normal((2 * N3, N1 + 4))
    U, S, _ = np.linalg.svd(W, full_matrices=False)

    def cost(Omega):
        return np.trace(W.T @ np.linalg.solve(Omega, W)) + np.trace(Omega)

    best = (U * S) @ U.T
    assert cost(best) == pytest.approx(2 * S.sum(), rel=1e-12)
    for _ in range(20):
        noise = rng.standard_normal(best.shape)
        assert cost(best + 0.1 * noise @ noise.T) > 2 * S.sum()
    # Negative control: of the tasks only, without the classes, it is another penalty.
    slices = W.reshape(2, -1)
    assert np.linalg.norm(slices, ord="nuc") < 0.8 * S.sum()


def test_heads_and_trunks_have_the_prior_of_the_learnt_correlation():
    rng = np.random.default_rng(1)
    S, parts = (torch.tensor(rng.standard_normal(shape)) for shape in ((1, 2, 2), (1, 2, 3, 4)))
    seen = mixed(S, parts)[0]
    rows = (S / S.norm(dim=2, keepdim=True))[0]
    R = rows @ rows.T
    assert torch.allclose(R.diagonal(), torch.ones(2, dtype=R.dtype))
    inner = torch.einsum("kab,lab->kl", seen, seen)
    prior = (torch.linalg.inv(R) * inner).sum()
    assert float(prior) == pytest.approx(float(parts.square().sum()))


# --------------------------------------------------------------------------- mean regularisation


def test_mean_regularisation_is_ridge_with_a_covariance_of_tasks():
    rng, lam, ridge = np.random.default_rng(2), 3.0, 0.4
    way = mean_regularised(lam)
    M = np.array([[1 + lam, 1 - lam], [1 - lam, 1 + lam]]) / 4
    W = rng.standard_normal((2, N3, N1))
    form = np.einsum("kl,kcu,lcu->", M, W, W)
    assert float(way.penalty({"maps": torch.tensor(W[None])})) == pytest.approx(form)
    # Soft sharing of the same: weight decay and the squared distance.
    coupling = (lam - 1) / 2
    decayed = (W**2).sum() + coupling * ((W[0] - W[1]) ** 2).sum()
    assert form == pytest.approx(decayed / 2)
    # Regression with one output: kernel ridge over points of both tasks.
    X, y, task = rng.standard_normal((20, N1)), rng.standard_normal(20), np.arange(20) % 2
    kernel = np.linalg.inv(M)[np.ix_(task, task)] * (X @ X.T)
    predicted = KernelRidge(alpha=ridge, kernel="precomputed").fit(kernel, y).predict(kernel)
    placed = np.zeros((20, 2 * N1))
    for i, k in enumerate(task):
        placed[i, k * N1 : (k + 1) * N1] = X[i]
    w = np.linalg.solve(placed.T @ placed + ridge * np.kron(M, np.eye(N1)), placed.T @ y)
    assert np.allclose(placed @ w, predicted)
    plain = KernelRidge(alpha=ridge, kernel="precomputed").fit(X @ X.T, y).predict(X @ X.T)
    assert not np.allclose(placed @ w, plain, atol=0.05)


def test_mean_regularisation_goes_from_tasks_apart_to_equal_maps():
    tasks = pair(0.5)
    A, B = fitted(mean_regularised(1.0), tasks)
    both = TwoTasks(tasks.sets, np.array([[1.0, 0.0]]), tasks.fresh)
    assert np.allclose(A, fitted(mean_regularised(1.0), both)[0], atol=1e-3)
    equal = fitted(mean_regularised(1e5), tasks)
    assert np.abs(equal[0] - equal[1]).max() < 1e-3 * np.abs(equal).max()
    assert np.abs(A - B).max() > 0.1 * np.abs(A).max()


# ---------------------------------------------------------------------------- adaptive branching


def test_the_affinity_of_teachers_is_their_relatedness_squared():
    X = torch.tensor(np.random.default_rng(3).standard_normal((20, 20000)))
    for r_AB in (0.0, 0.5, 1.0):
        S = np.array([2.0, 2.0])
        A, B = make_teacher_pair(20, 5, S, S, r_AB, 0.0, Streams(4))
        W = torch.tensor(np.stack([A.W_bar, B.W_bar])[None])
        # With n inputs the outputs' correlations are known to about 1 / sqrt n.
        assert float(affinity(W, X)) == pytest.approx(r_AB**2, abs=0.03)
    assert float(affinity(torch.zeros(1, 2, 3, 20, dtype=X.dtype), X)) == 0.0


def test_branches_share_where_tasks_resemble_each_other():
    tasks = batch(pair(0.0), pair(1.0))
    ways = [STRUCTURES["adaptive_branching"], STRUCTURES["hard"], soft(0.0)]
    found, together, separate = (
        way.fit(tasks, np.full(2, STRENGTH), SIZES, np.random.default_rng(0)).numpy()
        for way in ways
    )
    assert np.array_equal(found[0], separate[0])
    assert np.array_equal(found[1], together[1])
    assert not np.allclose(together, separate, atol=1e-2)


# ---------------------------------------------------------------------------------- the training


def test_a_network_does_not_depend_on_its_companions():
    tasks = [pair(r) for r in (0.0, 0.5, 1.0)]
    strengths = np.array([0.01, 0.02, 0.05])
    rng = np.random.default_rng
    many = STRUCTURES["deep_relationship"].fit(batch(*tasks), strengths, SIZES, rng(0)).numpy()
    for net, one in enumerate(tasks):
        alone = fitted(STRUCTURES["deep_relationship"], one, strengths[net])
        assert np.allclose(many[net], alone, rtol=0, atol=5e-3)
    assert not np.allclose(many[0], many[1], rtol=0, atol=0.1)


def test_what_does_not_fit_is_refused(monkeypatch):
    hard, tasks = STRUCTURES["hard"], pair(0.5)
    with pytest.raises(ValueError, match="`strength` must be numbers > 0"):
        fitted(hard, tasks, 0.0)
    with pytest.raises(ValueError, match="`N2` must be an even number of hidden units, got 5"):
        hard.fit(tasks, np.ones(1), Sizes(N1, 5, N3), np.random.default_rng(0))
    two = TwoTasks(tasks.sets, np.ones((2, 2)), tasks.fresh)
    with pytest.raises(ValueError, match="`sets` must be targets for 2 networks, got 1"):
        hard.fit(two, np.ones(2), SIZES, np.random.default_rng(0))
    monkeypatch.setattr(structure, "_ITERATIONS", 3)
    with pytest.raises(NotConvergedError, match="no optimum, largest gradient"):
        fitted(hard, tasks)


def test_every_structure_has_the_same_budget():
    for name, way in STRUCTURES.items():
        assert len(way.strengths) == 5, name
        assert (np.diff(way.strengths) > 0).all(), name


# -------------------------------------------------------------------------------------- the units


def unit(n_validation: int = 50) -> Unit:
    sizes = {"N1": 8, "N3": 3, "rank": 3, "n_train": 40, "n_aux": 40}
    tasks = {"S_A": 5.0, "S_B": (5.0,), "r_AB": (0.0, 1.0), "sigma": 0.0}
    rules = {"noise": "weight", "label_rule": "argmax", "inputs": "separate"}
    problem = Problem(**sizes, **tasks, **rules, seed=1, replicate=0)
    training = Training(0.1, 10.0, 1.0, 64, 2, n_validation, "cpu", "float64")
    return Unit(problem, training, 8, 0.3, "orthogonal")


def test_hard_sharing_is_weight_decay():
    found, known = sharing(Sharing(unit(), "hard")), tuned(Tuned(unit(), STRENGTHS))
    for name in ("loss", "chosen"):
        assert found[name].shape[:2] == (5, 3)
        assert np.allclose(found[name], known[name], rtol=0, atol=1e-4)
    other = sharing(Sharing(unit(), "deep_relationship"))
    assert np.allclose(other["loss"][:, 0], known["loss"][:, 0], rtol=0, atol=1e-3)
    assert not np.allclose(other["loss"], known["loss"], rtol=0, atol=1e-3)


def test_a_unit_names_its_structure_and_has_validation_points():
    with pytest.raises(ValueError, match="`structure` must be one of adaptive_branching, block_"):
        Sharing(unit(), "none")
    with pytest.raises(ValueError, match="`n_validation` must be at least 1, got 0"):
        Sharing(unit(0), "hard")
