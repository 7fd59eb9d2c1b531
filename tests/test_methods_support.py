"""Recovery of the inputs that two sparse regressions use: solver, witness, thresholds."""

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, MultiTaskLasso

from mtlpaper.errors import NotConvergedError
from mtlpaper.methods import support as module
from mtlpaper.methods.support import (
    Support,
    half_recovered,
    minimiser,
    recovered,
    support,
    threshold,
)

P, N = 12, 20


def regressions(same_inputs: bool, trials: int = 1, n: int = N, seed: int = 0):
    """Pairs whose first task uses inputs 0 to 2, and whose second uses 1 to 3."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((trials, 1 if same_inputs else 2, n, P)).repeat(1 + same_inputs, axis=1)
    B = np.zeros((P, 2))
    B[:3, 0] = B[1:4, 1] = 1
    noise = 0.3 * rng.standard_normal((trials, 2, n))
    return X, np.einsum("iknu,uk->ikn", X, B) + noise


def solved(X: np.ndarray, y: np.ndarray, strength: float, norm: str) -> np.ndarray:
    """Coefficients (p, task) of one pair by another solver."""
    if norm == "l1":
        lasso = Lasso(strength, fit_intercept=False, tol=1e-10, max_iter=100_000)
        return np.column_stack([lasso.fit(*one).coef_.copy() for one in zip(X, y, strict=True)])
    if norm == "l2":
        lasso = MultiTaskLasso(strength, fit_intercept=False, tol=1e-10, max_iter=100_000)
        return lasso.fit(X[0], y.T).coef_.T
    B = cp.Variable((X.shape[2], 2))
    errors = sum(cp.sum_squares(y[k] - X[k] @ B[:, k]) for k in (0, 1)) / (2 * y.shape[1])
    penalty = strength * cp.sum(cp.max(cp.abs(B), axis=1))
    cp.Problem(cp.Minimize(errors + penalty)).solve(solver="CLARABEL")
    return B.value


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_the_minimiser_is_that_of_another_solver(norm):
    X, y = regressions(same_inputs=norm == "l2", trials=2)
    found = minimiser(torch.tensor(X), torch.tensor(y), 0.2, norm).numpy()
    for trial in range(2):
        # Clarabel is exact to about 1e-8 of the objective, so to its root in the coefficients.
        expected = solved(X[trial], y[trial], 0.2, norm)
        assert np.allclose(found[trial], expected, atol=1e-4 if norm == "linf" else 1e-7)
        assert not np.allclose(found[1 - trial], expected, atol=1e-2)


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_the_witness_tells_whether_the_whole_problem_uses_just_these_inputs(norm):
    X, y = regressions(same_inputs=norm == "l2", trials=30, n=16)
    rest = torch.tensor(X[..., 4:])
    tensors = torch.tensor(X[..., :4]), torch.tensor(y)
    said = recovered(*tensors, lambda e: (e[:, :, None] @ rest)[:, :, 0], 0.25, norm)
    seen = []
    for trial in range(30):
        B = solved(X[trial], y[trial], 0.25, norm)
        seen.append(np.array_equal(np.abs(B).max(axis=1) > 1e-5, np.arange(P) < 4))
    assert said.tolist() == seen
    assert 5 <= sum(seen) <= 25  # both occur


@pytest.mark.parametrize("same", [False, True])
def test_products_with_other_inputs_are_drawn_from_their_distribution(same):
    """Two errors of 5 points and 40000 inputs, against inputs that are drawn themselves."""
    rng = np.random.default_rng(0)
    errors = torch.tensor(rng.standard_normal((1, 2, 5)))
    drawn = torch.tensor(rng.standard_normal((1, 2, 40_000)))
    found = module._with_errors(errors, drawn, same)[0]
    X = torch.tensor(rng.standard_normal((1 if same else 2, 5, 40_000))).expand(2, -1, -1)
    expected = (errors[0][:, None] @ X)[:, 0]
    # A covariance has an error of about 1 / sqrt(40000) of the variances.
    assert np.allclose(np.cov(found), np.cov(expected), atol=0.03 * float(found.var(dim=1).max()))
    correlation = np.corrcoef(found)[0, 1]
    assert abs(correlation) > 0.1 if same else abs(correlation) < 0.02


def test_a_strong_norm_leaves_nothing_and_a_weak_one_is_least_squares():
    X, y = regressions(same_inputs=False)
    tensors = torch.tensor(X), torch.tensor(y)
    exact = np.column_stack([np.linalg.lstsq(X[0, k], y[0, k])[0] for k in (0, 1)])
    for norm in ("l1", "l2", "linf"):
        assert not minimiser(*tensors, 10.0, norm).any()
        assert np.allclose(minimiser(*tensors, 1e-8, norm)[0], exact, atol=1e-5)


def test_thresholds_of_known_cases():
    p, s = 1000, 10
    equal, signs = np.ones((s, 2)), np.ones((s, 2))
    signs[: s // 2, 1] = -1
    lasso = 2 * s * np.log(p - s)
    assert threshold("l1", p, equal) == pytest.approx(lasso)
    assert threshold("l2", p, equal) == pytest.approx(lasso)
    assert threshold("l2", p, signs) == pytest.approx(lasso / 2)
    assert threshold("linf", p, equal) == pytest.approx(lasso / 2)
    apart = Support(p, s, 0, 10, False, False, 0.0, 0.1, 1, 0).coefficients()
    assert threshold("linf", p, apart) == pytest.approx(4 * s * np.log(p - 2 * s))
    assert threshold("l2", p, apart) == pytest.approx(2 * s * np.log(p - 2 * s))


UNIT = Support(128, 12, 6, 0, False, False, 0.0, 0.05, 80, 1)


def halves(unit: Support, sizes: range) -> np.ndarray:
    """Points at which each norm recovers the inputs of half of the pairs."""
    found = np.array([support(replace(unit, n=n))["recovered"].mean(axis=1) for n in sizes])
    return np.array([half_recovered(np.array(sizes, float), one) for one in found.T])


def test_the_block_norm_with_maxima_beats_the_lasso_from_two_thirds_of_overlap():
    """Negahban & Wainwright: 4 - 3 alpha against 2, whose ratio is 1 at alpha = 2 / 3."""
    shared, sizes = np.array([6, 8, 9]), range(70, 171, 20)
    found = np.array([halves(replace(UNIT, shared=int(k)), sizes) for k in shared])
    ratio, alpha = found[:, 2] / found[:, 0], shared / UNIT.s
    # Eighty pairs leave 5 per cent of doubt in each half, and 128 inputs are not many.
    assert np.allclose(ratio, (4 - 3 * alpha) / 2, rtol=0.1)
    crossing = np.interp(1.0, ratio[::-1], alpha[::-1])
    assert crossing == pytest.approx(2 / 3, abs=0.06)
    lasso = threshold("l1", UNIT.p, UNIT.coefficients())
    assert np.allclose(found[:, 0], lasso, rtol=0.1)


def test_the_euclidean_block_norm_gains_from_orthogonal_coefficients_only():
    """Obozinski, Wainwright & Jordan: n > 2 psi log(p - s), psi from s down to s / 2."""
    unit = replace(UNIT, p=2048, shared=UNIT.s, same_inputs=True)
    equal, signs = (
        halves(replace(unit, orthogonal=orthogonal), range(80, 221, 20))
        for orthogonal in (False, True)
    )
    lasso = threshold("l1", unit.p, unit.coefficients())
    assert equal[1] == pytest.approx(lasso, rel=0.15)
    assert signs[1] == pytest.approx(lasso / 2, rel=0.35)  # half, in the limit of many inputs
    assert signs[1] / equal[1] < 0.75
    assert signs[0] / equal[0] > 0.9  # the lasso does not gain


def test_what_does_not_fit_is_refused(monkeypatch):
    X, y = map(torch.tensor, regressions(same_inputs=False))
    with pytest.raises(ValueError, match=r"`strength` must be a number > 0, got 0.0"):
        minimiser(X, y, 0.0, "l1")
    with pytest.raises(ValueError, match="`shared` must be an integer from 0 to s = 12, got 13"):
        replace(UNIT, shared=13)
    with pytest.raises(ValueError, match="`p` must be more than the 18 inputs in use, got 18"):
        replace(UNIT, p=18)
    monkeypatch.setattr(module, "_STEPS", 3)
    with pytest.raises(NotConvergedError, match="largest move of a coefficient"):
        minimiser(X, y, 0.1, "l1")


def test_the_half_lies_between_the_sizes_around_it():
    assert half_recovered(np.array([10.0, 20.0, 30.0]), np.array([0.0, 0.25, 0.75])) == 25.0
    # Not between sizes of which all or none recover a half.
    for shares in ([0.1, 0.2], [0.6, 0.9]):
        assert np.isnan(half_recovered(np.array([1.0, 2.0]), np.array(shares)))
