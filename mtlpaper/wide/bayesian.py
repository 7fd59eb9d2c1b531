"""Gaussian Bayesian networks of finite width: posterior means and the density of parameters."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import norm

from mtlpaper.errors import NotConvergedError, require
from mtlpaper.wide.kernels import with_constant
from mtlpaper.wide.problem import Regression

#: Draws from the prior that weigh in the posterior, below which its mean means little.
LEAST_EFFECTIVE = 50
#: Outputs of neurons that are held at once.
_AT_ONCE = 2**21


@dataclass(frozen=True, eq=False)
class Posterior:
    """A posterior mean, with what tells its Monte Carlo error.

    Attributes
    ----------
    mean : (point, task) array
    without : (block, point, task) array
        The same without one block of draws after the other, of equal sizes.
    effective : float
        Effective number of draws, (sum w)^2 / sum w^2 of their weights w.
    """

    mean: Float[np.ndarray, "point task"]
    without: Float[np.ndarray, "block point task"]
    effective: float


def posterior(
    problem: Regression,
    x: Float[np.ndarray, "point dim"],
    width: int,
    *,
    decay: float,
    noise: float,
    n_draws: int,
    rng: np.random.Generator,
    n_blocks: int = 10,
) -> Posterior:
    """Posterior mean of a Gaussian Bayesian network h = sum_k w_k max(0, b_k + <v_k, x>) + c.

    All parameters are Gaussian with variance noise^2 / decay, for which the maximum of the
    posterior density minimises L + decay |theta|^2, Eq. (4). Given the first layer, the outputs of
    a task are a Gaussian process, so that the last layer is integrated out exactly. First layers
    are drawn from the prior and weighed by the likelihood of the labels of all tasks.

    Parameters
    ----------
    problem : Regression
    x : (point, dim) array
        Where to predict.
    width : int
        Number of neurons.
    decay : float
        Above 0.
    noise : float
        Standard deviation of the noise on labels, above 0.
    n_draws : int
        First layers that are drawn, a multiple of `n_blocks`.
    rng : numpy.random.Generator
        In the same state it draws the same first layers for any problem.
    n_blocks : int
        Blocks that are left out one after the other, at least 2.

    Raises
    ------
    NotConvergedError
        If fewer than `LEAST_EFFECTIVE` of the draws are effective; it carries their number.
    """
    for name, value in (("decay", decay), ("noise", noise)):
        require(value > 0, name, value, "above 0")
    require(n_blocks >= 2, "n_blocks", n_blocks, "at least 2")
    positive_multiple = n_draws > 0 and n_draws % n_blocks == 0
    require(positive_multiple, "n_draws", n_draws, f"a positive multiple of {n_blocks}")
    variance = noise**2 / decay
    z = with_constant(np.vstack([x, problem.x]))
    log_weights, means = [], []
    at_once = max(1, _AT_ONCE // (width * len(z)))
    for begin in range(0, n_draws, at_once):
        size = min(at_once, n_draws - begin)
        first = np.sqrt(variance) * rng.standard_normal((size, width, z.shape[1]))
        hidden = np.maximum(first @ z.T, 0)
        K = variance * (hidden.swapaxes(1, 2) @ hidden[..., len(x) :] + 1)
        found = _given_first_layer(problem, K, noise)
        log_weights.append(found[0])
        means.append(found[1])
    return _weighed(np.concatenate(log_weights), np.concatenate(means), n_blocks, width)


def _given_first_layer(
    problem: Regression, K: Float[np.ndarray, "draw all train"], noise: float
) -> tuple[Float[np.ndarray, " draw"], Float[np.ndarray, "draw point task"]]:
    """Log-likelihood of all labels up to a constant, and the means at all other inputs."""
    n_points = K.shape[1] - len(problem.y)
    log_likelihood = np.zeros(len(K))
    mean = np.zeros((len(K), n_points, problem.n_tasks))
    for task in range(problem.n_tasks):
        (mine,) = np.nonzero(problem.task == task)
        if not mine.size:
            continue
        y = problem.y[mine]
        C = K[:, n_points + mine[:, None], mine] + noise**2 * np.eye(mine.size)
        weights = np.linalg.solve(C, np.broadcast_to(y[:, None], (len(K), mine.size, 1)))[..., 0]
        log_likelihood -= (weights @ y + np.linalg.slogdet(C)[1]) / 2
        mean[..., task] = (K[:, :n_points, mine] @ weights[..., None])[..., 0]
    return log_likelihood, mean


def _weighed(
    log_weights: Float[np.ndarray, " draw"],
    means: Float[np.ndarray, "draw point task"],
    n_blocks: int,
    width: int,
) -> Posterior:
    weights = np.exp(log_weights - log_weights.max())
    effective = float(weights.sum() ** 2 / (weights @ weights))
    if effective < LEAST_EFFECTIVE:
        raise NotConvergedError(
            f"of {len(weights)} draws at width {width}, {LEAST_EFFECTIVE} must be effective "
            "(more draws, wider networks or larger noise help)",
            effective,
        )
    blocks = weights.reshape(n_blocks, -1)
    sizes = blocks.sum(1)
    sums = np.einsum("bd,bdpt->bpt", blocks, means.reshape(*blocks.shape, *means.shape[1:]))
    left = (sums.sum(0) - sums) / (sizes.sum() - sizes)[:, None, None]
    return Posterior(sums.sum(0) / sizes.sum(), left, effective)


def below_highest(
    residuals: Float[np.ndarray, " point"],
    parameters: Float[np.ndarray, " parameter"],
    least: float,
    *,
    decay: float,
    noise: float,
) -> float:
    """How far the posterior density of a network's parameters is below the highest there can be.

    Prior and noise are those of `posterior`. The density is the product of those of all labels and
    parameters; -2 noise^2 times its logarithm is the objective of Eq. (4) up to a constant, so that
    the least objective of networks of this or of any larger width bounds it.

    Parameters
    ----------
    residuals : (point,) array
        Label less output at every point.
    parameters : (parameter,) array
        All weights and biases.
    least : float
        Lower bound of the objective.
    decay, noise : float
        Both above 0.

    Returns
    -------
    float
        Difference of the logarithms, in nats.
    """
    deviation = noise / np.sqrt(decay)
    found = (
        norm.logpdf(residuals, scale=noise).sum() + norm.logpdf(parameters, scale=deviation).sum()
    )
    constant = (
        norm.logpdf(0, scale=noise) * residuals.size
        + norm.logpdf(0, scale=deviation) * parameters.size
    )
    return float(constant - least / (2 * noise**2) - found)
