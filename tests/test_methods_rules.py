"""Rules against TorchJD, against their defining equations and formulas, and at their limits."""

from pathlib import Path

import cvxpy
import numpy as np
import pytest
import torch
from torchjd.aggregation import (
    CAGradWeighting,
    FairGradWeighting,
    IMTLGWeighting,
    MGDAWeighting,
    PCGradWeighting,
)

from mtlpaper.methods import rules
from mtlpaper.methods.rule import Seen
from mtlpaper.methods.rules import RULES

NETS = 40


def gradients(seed=0):
    """Gradients (net, 2, 6) of unequal lengths, at all angles."""
    rng = np.random.default_rng(seed)
    J = rng.standard_normal((NETS, 2, 6))
    J[:, 1] += rng.uniform(-3, 3, (NETS, 1)) * J[:, 0]
    return torch.tensor(J * 10 ** rng.uniform(-1, 1, (NETS, 2, 1)))


def gram_of(J):
    return J @ J.transpose(1, 2)


def rule(name, value, nets=NETS):
    return RULES[name](torch.full((nets,), value, dtype=torch.float64))


def trunk(name, gram, value=1.0):
    """Weights of the trunk of a rule that reads the Gram matrix only."""
    losses = torch.full(gram.shape[:2], torch.nan, dtype=torch.float64)
    return rule(name, value, len(gram)).weights(Seen(losses, gram))[0]


def norm(weights, gram):
    """Norms of weighted sums of gradients."""
    return (weights[:, None] @ gram @ weights[:, :, None]).flatten().clamp_min(0).sqrt()


def test_every_file_is_a_rule_with_five_values():
    files = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(RULES) == files
    for one in RULES.values():
        assert len(set(one.grid)) == 5
        assert sorted(one.grid) == list(one.grid)


# TorchJD's weights, and how many times as large ours are: ours sum to two where its sum to one.
PEERS = {
    "mgda": (MGDAWeighting(epsilon=1e-12, max_iters=1000), 1.0, 2),
    "pcgrad": (PCGradWeighting(), 1.0, 1),
    "imtl_g": (IMTLGWeighting(), 1.0, 2),
    "cagrad": (CAGradWeighting(c=0.4, norm_eps=1e-9), 0.4, 2),
    # Fair with alpha = 1 is the bargain of Nash-MTL, whose own solver stops at 1e-3.
    "nash": (FairGradWeighting(alpha=1.0), 2**0.5, 1),
}


@pytest.fixture
def _tight(monkeypatch):
    """Solve TorchJD's convex problems to the last digits; by default 1e-8 of the value is left."""
    solve, tolerance = cvxpy.Problem.solve, 1e-15
    settings = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), tolerance)
    monkeypatch.setattr(
        cvxpy.Problem, "solve", lambda self, solver: solve(self, solver, **settings)
    )


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")  # no more digits to be had
@pytest.mark.usefixtures("_tight")
@pytest.mark.parametrize("name", PEERS)
def test_steps_are_torchjds(name):
    peer, value, factor = PEERS[name]
    J = gradients()
    theirs = factor * torch.stack([peer(one) for one in gram_of(J)])
    ours = trunk(name, gram_of(J), value)
    steps = [(weights[:, None] @ J)[:, 0] for weights in (ours, theirs)]
    largest = steps[1].norm(dim=1, keepdim=True)
    assert ((steps[0] - steps[1]).abs() / largest).max() < 1e-6


def test_no_convex_combination_is_shorter_than_mgdas():
    gram = gram_of(gradients())
    ours = norm(trunk("mgda", gram) / 2, gram)
    for share in np.linspace(0, 1, 101):
        other = torch.tensor([share, 1 - share]).double().expand(NETS, 2)
        assert (ours <= norm(other, gram) * (1 + 1e-12)).all()
    assert ours.gt(0).all()


def test_mgda_and_pcgrad_lower_both_losses():
    gram = gram_of(gradients())
    for name in ("mgda", "pcgrad"):
        fall = (gram @ trunk(name, gram)[:, :, None]).flatten()
        assert fall.min() > -1e-12 * gram.max()
    plain = (gram @ torch.ones(NETS, 2, 1).double()).flatten()
    assert plain.min() < 0  # the plain sum raises some


def test_pcgrad_is_the_plain_sum_without_conflict():
    gram = gram_of(gradients())
    agree = gram[:, 0, 1] >= 0
    changed = (trunk("pcgrad", gram) != 1).any(dim=1)
    assert torch.equal(changed, ~agree)
    assert 0 < agree.sum() < NETS


def test_impartial_steps_have_equal_projections_whatever_the_scales():
    J = gradients()
    gram = gram_of(J)
    for name in ("imtl_g", "nash"):
        weights = trunk(name, gram)
        along = (gram @ weights[:, :, None])[:, :, 0] / J.norm(dim=2)
        torch.testing.assert_close(along[:, 0], along[:, 1], rtol=1e-9, atol=1e-12)
        scale = torch.tensor([1.0, 7.0]).double()
        scaled = trunk(name, gram * scale[:, None] * scale) * scale
        turned = weights[:, 0] * scaled[:, 1] - weights[:, 1] * scaled[:, 0]
        assert (turned.abs() / (weights.norm(dim=1) * scaled.norm(dim=1))).max() < 1e-12


def test_nash_weights_solve_the_bargain_and_are_cut_down_by_the_norm():
    gram = gram_of(gradients())
    alpha = trunk("nash", gram, 2**0.5)
    torch.testing.assert_close(
        (gram @ alpha[:, :, None])[:, :, 0], 1 / alpha, rtol=1e-9, atol=1e-12
    )
    largest = torch.full((NETS,), 0.3, dtype=torch.float64)
    torch.testing.assert_close(norm(trunk("nash", gram, 0.3), gram), largest, rtol=1e-9, atol=0)


def test_cagrad_lowers_the_worse_off_loss_fastest_in_its_ball():
    J, c = gradients(), 0.4
    gram, mean = gram_of(J), J.mean(dim=1)
    step = (trunk("cagrad", gram, c)[:, None] @ J)[:, 0] / 2
    radius = c * mean.norm(dim=1)
    torch.testing.assert_close((step - mean).norm(dim=1), radius, rtol=1e-9, atol=0)
    worse = (J @ step[:, :, None]).flatten(1).min(dim=1).values
    rng = torch.Generator().manual_seed(0)
    for _ in range(200):
        away = torch.randn(J.shape[0], J.shape[2], generator=rng, dtype=torch.float64)
        other = mean + radius[:, None] * away / away.norm(dim=1, keepdim=True)
        assert ((J @ other[:, :, None]).flatten(1).min(dim=1).values <= worse + 1e-12).all()


def test_cagrad_without_a_ball_is_the_plain_sum():
    weights = trunk("cagrad", gram_of(gradients()), 0.0)
    torch.testing.assert_close(weights, torch.ones_like(weights), rtol=0, atol=1e-15)


def test_auxiliary_gradients_are_gated_and_weighted_by_their_cosine():
    J = gradients()
    cosine = torch.nn.functional.cosine_similarity(J[:, 0], J[:, 1], dim=1)
    gated, weighted = (trunk(name, gram_of(J)) for name in ("gate", "weighted_cosine"))
    assert (gated[:, 0] == 1).all()
    assert (weighted[:, 0] == 1).all()
    assert torch.equal(gated[:, 1], (cosine > 0).double())
    torch.testing.assert_close(weighted[:, 1], cosine.clamp_min(0), rtol=1e-12, atol=1e-14)


# ------------------------------------------------------------------------- rules that read losses


def falling_losses(steps=12, seed=1):
    """Losses (step, net, 2) that fall at paces of their own."""
    rng = np.random.default_rng(seed)
    pace = rng.uniform(0.05, 0.4, (NETS, 2))
    noise = 0.02 * rng.standard_normal((steps, NETS, 2))
    return torch.tensor(np.exp(1 - np.arange(steps)[:, None, None] * pace + noise))


def uncertainty(losses, _, value):
    """Autograd of exp(-s) L + s / 2."""
    s = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for L in losses:
        yield torch.exp(-s).detach()
        (slope,) = torch.autograd.grad((torch.exp(-s) * L + s / 2).sum(), s)
        s = (s - value * slope).detach().requires_grad_()


def dynamic_weight_average(losses, _, value):
    for t in range(len(losses)):
        ratio = losses[t - 1] / losses[t - 2] if t >= 2 else torch.ones(2).double()
        yield 2 * torch.softmax(ratio / value, dim=0)


def gradnorm(losses, gram, value):
    """Autograd of the paper's L_grad, with its targets held constant."""
    w = torch.ones(2, dtype=torch.float64, requires_grad=True)
    for L, G in zip(losses, gram, strict=True):
        yield w.detach()
        size = w * torch.stack([G[0, 0], G[1, 1]]).sqrt()
        pace = (L / losses[0]) / (L / losses[0]).mean()
        target = (size.mean() * pace**value).detach()
        (slope,) = torch.autograd.grad((size - target).abs().sum(), w)
        w = w - 0.025 * slope
        w = (2 * w / w.sum()).detach().requires_grad_()


def famo(losses, _, value):
    """Autograd of softmax(xi) times the fall of the logarithms, with a decay of 1e-3."""
    xi = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for t, L in enumerate(losses):
        if t:
            fall = losses[t - 1].log() - L.log()
            (slope,) = torch.autograd.grad((torch.softmax(xi, dim=0) * fall).sum(), xi)
            xi = (xi - value * (slope + 1e-3 * xi)).detach().requires_grad_()
        weights = torch.softmax(xi, dim=0).detach() / L
        yield 2 * weights / weights.sum()


@pytest.mark.parametrize("formula", [uncertainty, dynamic_weight_average, gradnorm, famo])
def test_losses_weigh_as_in_the_papers_formulas(formula):
    losses = falling_losses()
    # Short gradients: no weight of GradNorm comes near its least value.
    gram = torch.stack([gram_of(0.05 * gradients(seed)) for seed in range(len(losses))])
    for value in RULES[formula.__name__].grid:
        ours = rule(formula.__name__, value)
        seen = [ours.weights(Seen(L, G)) for L, G in zip(losses, gram, strict=True)]
        exact = [torch.stack(list(formula(losses[:, i], gram[:, i], value))) for i in range(NETS)]
        trunk = torch.stack([weights[0] for weights in seen], dim=1)
        torch.testing.assert_close(trunk, torch.stack(exact), rtol=1e-9, atol=1e-12)
        assert all(torch.equal(*weights) for weights in seen)  # of trunk and of heads


def test_uncertainty_comes_to_rest_at_half_the_inverse_loss():
    ours = rule("uncertainty", 0.3, 1)
    losses = torch.tensor([[0.2, 1.7]], dtype=torch.float64)
    for _ in range(300):
        weights, _heads = ours.weights(Seen(losses, torch.full((1, 2, 2), torch.nan).double()))
    torch.testing.assert_close(weights, 0.5 / losses, rtol=1e-9, atol=0)


def test_gradnorm_without_asymmetry_makes_weighted_gradients_equally_long():
    ours = rule("gradnorm", 0.0, 1)
    gram = torch.tensor([[[1.0, 0.2], [0.2, 0.25]]]).double()
    for _ in range(400):
        weights, _heads = ours.weights(Seen(torch.ones(1, 2).double(), gram))
    size = weights[0] * torch.tensor([1.0, 0.5]).double()
    assert abs(size[0] / size[1] - 1) < 0.05  # the weights go on by steps of 0.025


# ------------------------------------------------------------------------------------------ limits

LIMITS = {
    "identical": [[2.0, 2.0], [2.0, 2.0]],
    "orthogonal": [[2.0, 0.0], [0.0, 3.0]],
    "opposite": [[2.0, -2.0], [-2.0, 2.0]],
    "opposite, unequal": [[2.0, -4.0], [-4.0, 8.0]],
    "no gradient of A": [[0.0, 0.0], [0.0, 3.0]],
    "no gradient of B": [[2.0, 0.0], [0.0, 0.0]],
    "no gradient": [[0.0, 0.0], [0.0, 0.0]],
    "small": [[1e-40, 1e-30], [1e-30, 1e-20]],
    "rounded": [[1.0, 1.0 + 1e-9], [1.0 + 1e-9, 1.0]],
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("losses", [(1.0, 2.0), (1e-9, 1.0), (0.0, 1.0), (0.0, 0.0)])
def test_weights_are_finite_at_limits(name, losses):
    gram = torch.tensor(list(LIMITS.values()), dtype=torch.float64)
    for value in RULES[name].grid:
        ours = rule(name, value, len(gram))
        for L in ((1.0, 2.0), losses, losses, (1.0, 2.0)):
            seen = Seen(torch.tensor(L, dtype=torch.float64).expand(len(gram), 2), gram)
            for weights in ours.weights(seen):
                assert torch.isfinite(weights).all()
                assert (weights >= 0).all()


@pytest.mark.parametrize("name", [name for name in RULES if RULES[name].reads_gram])
def test_equal_gradients_and_losses_are_summed(name):
    """All directions are the common one; a gate, and a cosine of 1, leave the plain sum."""
    gram = torch.tensor([LIMITS["identical"]], dtype=torch.float64)
    weights, _heads = rule(name, 1.0, 1).weights(Seen(torch.ones(1, 2).double(), gram))
    torch.testing.assert_close(weights[:, 0], weights[:, 1], rtol=1e-9, atol=0)
    if name not in ("nash", "cagrad"):  # of a length of its own; twice as long with c = 1
        torch.testing.assert_close(weights, torch.ones(1, 2).double(), rtol=1e-9, atol=0)


def test_no_step_on_opposite_gradients_of_equal_length():
    gram = torch.tensor([LIMITS["opposite"]], dtype=torch.float64)
    for name in ("mgda", "pcgrad", "imtl_g", "nash", "cagrad"):
        assert norm(trunk(name, gram, 0.5), gram).item() < 1e-7
