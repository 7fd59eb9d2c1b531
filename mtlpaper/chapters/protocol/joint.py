"""All flags together: a quadratic emulator of the means, and what the published ones leave."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.stats import qmc

from mtlpaper.chapters.protocol.parameters import Flags

#: Combinations of flags that are weighed by their likelihood.
_DRAWS = 2**18
#: Bins of the flags' densities.
BINS = 24


@dataclass(frozen=True)
class Range:
    """Values of a flag that are tried together with those of the others.

    Attributes
    ----------
    name : str
    sets : tuple of str
        The parameters that have its value; those of `epochs` are lengths of training in tau.
    low, high : float
    even : {"log", "linear", "inverse"}
        In what function of the flag all values count the same.
    """

    name: str
    sets: tuple[str, ...]
    low: float
    high: float
    even: Literal["log", "linear", "inverse"]

    def value(self, z: float) -> float:
        """Value of the flag at z, from -1 at the low end to 1 at the high one."""
        share = (z + 1) / 2
        if self.even == "log":
            return float(self.low * (self.high / self.low) ** share)
        if self.even == "inverse":
            return float(1 / ((1 - share) / self.low + share / self.high))
        return float((1 - share) * self.low + share * self.high)

    def scaled(self, value: float) -> float:
        """The z of a value of the flag."""
        low, high, at = self.low, self.high, value
        if self.even == "log":
            low, high, at = np.log([low, high, at])
        if self.even == "inverse":
            low, high, at = 1 / low, 1 / high, 1 / at
        return float(2 * (at - low) / (high - low) - 1)


#: What changes in the trials.
RANGES = (
    Range("inputs N1", ("N1",), 60, 160, "log"),
    Range("hidden units N2", ("N2",), 24, 160, "log"),
    Range("rate x epochs", ("epochs",), 0.7, 50, "inverse"),
    Range("share of noisy labels", ("noisy_train", "noisy_test"), 0.3, 0.8, "linear"),
    Range("noise sigma", ("sigma",), 0.6, 1.6, "log"),
)


def trials(params: Flags) -> list[Flags]:
    """Parameters at combinations of flags that fill `RANGES` evenly."""
    cube = qmc.LatinHypercube(len(RANGES), rng=params.seed).random(params.n_trials)
    return [params.checked({**params.plain(), **_values(params, point)}) for point in 2 * cube - 1]


def of_settings(params: Flags) -> list[str]:
    """Named settings that change flags of `RANGES`, and nothing else."""
    flags = {name for flag in RANGES for name in flag.sets}
    return [
        name
        for name, changes in params.settings.items()
        if changes and changes.keys() <= flags
        if params.at(name).noisy_train == params.at(name).noisy_test
    ]


def _values(params: Flags, z: Float[np.ndarray, " flag"]) -> dict[str, float]:
    """Parameters of one combination, which is over [-1, 1] for every flag."""
    found = {name: flag.value(at) for flag, at in zip(RANGES, z, strict=True) for name in flag.sets}
    found["epochs"] /= params.script_rate
    whole = {name for name in found if isinstance(getattr(params, name), int)}
    return {name: round(value) if name in whole else value for name, value in found.items()}


def scaled(params: Flags) -> Float[np.ndarray, " flag"]:
    """Flags of a run over [-1, 1]; training past the minimum is the end of the range."""

    def value(flag: Range) -> float:
        if flag.sets == ("epochs",):
            return params.script_rate * params.epochs or flag.high
        return float(getattr(params, flag.sets[0]))

    return np.array([flag.scaled(value(flag)) for flag in RANGES])


@dataclass(frozen=True)
class Emulator:
    """A quadratic function of the flags for every mean.

    Attributes
    ----------
    origin : (flag,) array
        Where it is zero.
    coefficients : (term, value) array
    scatter : (value,) array
        Root mean square error at a combination that is left out of the fit.
    error : (value,) array
        Standard error of a prediction, root mean square over the combinations.
    """

    origin: np.ndarray
    coefficients: np.ndarray
    scatter: np.ndarray
    error: np.ndarray

    @classmethod
    def fitted(
        cls,
        origin: Float[np.ndarray, " flag"],
        z: Float[np.ndarray, "trial flag"],
        change: Float[np.ndarray, "trial value"],
    ) -> "Emulator":
        """Fit the change of the means from those at the origin, by least squares.

        Each change is that of one world; worlds scatter, and so does what no quadratic function
        describes. Both are in the errors.
        """
        terms = _terms(z - origin)
        coefficients, _, rank, _ = np.linalg.lstsq(terms, change, rcond=None)
        if rank < terms.shape[1]:
            raise ValueError(f"{len(z)} trials do not determine {terms.shape[1]} coefficients")
        leverage = np.einsum("ij,ji->i", terms, np.linalg.pinv(terms))
        left_out = (change - terms @ coefficients) / (1 - leverage)[:, None]
        scatter = np.sqrt(np.mean(left_out**2, axis=0))
        return cls(origin, coefficients, scatter, scatter * np.sqrt(leverage.mean()))

    def __call__(self, z: Float[np.ndarray, "*n flag"]) -> Float[np.ndarray, "*n value"]:
        """Change of the means from those at the origin."""
        return np.asarray(_terms(z - self.origin) @ self.coefficients)


def _terms(z: Float[np.ndarray, "*n flag"]) -> Float[np.ndarray, "*n term"]:
    """Linear and quadratic terms."""
    first, second = np.triu_indices(z.shape[-1])
    return np.concatenate([z, z[..., first] * z[..., second]], axis=-1)


@dataclass(frozen=True)
class Posterior:
    """What the published means leave of evenly distributed flags.

    Attributes
    ----------
    quantiles : (3, flag) array
        Median and ends of the 95 % interval, over [-1, 1].
    density : (flag, BINS) array
        Relative to the prior.
    correlation : (flag, flag) array
    chi2, chi2_origin : float
        Least chi squared, and that at the emulator's origin, at the most probable size and with the
        emulator's error.
    n_effective : float
        Combinations that carry the weight.
    sizes : (size,) array
        Probability of each size of the test set.
    """

    quantiles: np.ndarray
    density: np.ndarray
    correlation: np.ndarray
    chi2: float
    chi2_origin: float
    n_effective: float
    sizes: np.ndarray


def posterior(
    emulator: Emulator,
    apart: Float[np.ndarray, " value"],
    covariances: Float[np.ndarray, "size value value"],
    size_likelihood: Float[np.ndarray, " size"],
    seed: int,
) -> Posterior:
    """Weigh combinations of flags and sizes of the test set by their Gaussian likelihood.

    Parameters
    ----------
    emulator : Emulator
    apart : (value,) array
        Published means less ours at the emulator's origin.
    covariances : (size, value, value) array
        Of the published means about ours, without the emulator's error, for test sets of several
        sizes.
    size_likelihood : (size,) array
        Logarithm of the likelihood of these sizes by other data.
    seed : int
    """
    z = 2 * qmc.Sobol(len(emulator.origin), rng=seed).random(_DRAWS) - 1
    off = apart - emulator(z)
    log_weights, chi2s = [], []
    for C, other in zip(covariances, size_likelihood, strict=True):
        whole = C + np.diag(emulator.error**2)
        chi2 = np.einsum("iv,vi->i", off, np.linalg.solve(whole, off.T))
        log_weights.append(other - (chi2 + np.linalg.slogdet(whole)[1]) / 2)
        chi2s.append((chi2.min(), apart @ np.linalg.solve(whole, apart)))
    weights = np.exp(np.array(log_weights) - np.max(log_weights))
    weights /= weights.sum()
    sizes, w = weights.sum(axis=1), weights.sum(axis=0)
    mean = w @ z
    centred = z - mean
    cov = (centred * w[:, None]).T @ centred
    sd = np.sqrt(np.diag(cov))
    edges = np.linspace(-1, 1, BINS + 1)
    density = [np.histogram(column, edges, weights=w)[0] * BINS for column in z.T]
    least, at_origin = chi2s[int(sizes.argmax())]
    return Posterior(
        np.stack([_quantiles(column, w) for column in z.T], axis=1),
        np.array(density),
        cov / np.outer(sd, sd),
        float(least),
        float(at_origin),
        float(1 / np.sum(w**2)),
        sizes,
    )


def _quantiles(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    order = np.argsort(values)
    return np.interp([0.5, 0.025, 0.975], np.cumsum(weights[order]), values[order])
