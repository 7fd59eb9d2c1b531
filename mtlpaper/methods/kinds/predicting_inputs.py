"""Predicting inputs: a feature as a further output instead of a further input."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from mtlpaper.methods.experiment import Experiment
from mtlpaper.methods.nets import Backprop, Points, least_errors

#: Ours: the learning rate and the number of steps give about the error that he prints for `alone`.
BACKPROP = Backprop(learning_rate=0.5, n_steps=1500, look_every=50)


@dataclass(frozen=True, kw_only=True)
class InputsAsOutputs(Experiment):
    """Caruana's problem: a feature as a further input, or as a further output.

    A and B are drawn evenly from [-5, 5]; inputs are their codes in bits. The main task is
    sigmoid(A + B), the feature sigmoid(A - B). Of the binary code, A + B is a linear function,
    which one hidden unit can learn without A and B; of the Gray code it is not, and both tasks need
    them.

    The error is the root mean square test error of the main task: `alone`; `together`, with the
    feature as output; `as input`; `shuffled`, with a shuffled feature as output.

    Attributes
    ----------
    n_train, n_held : int
        Training points; halt points and test points.
    n_bits : int
        Of each code.
    code : {"binary", "Gray"}
    backprop : Backprop

    Notes
    -----
    Source: section 4.9 and Table 6 of Caruana (1997), which states binary codes, sizes and early
    stopping, but neither the learning rate nor the initial weights. The Gray code is ours.
    """

    beside: ClassVar = ("as input",)
    controls: ClassVar = ("shuffled",)

    n_train: int = 50
    n_held: int = 1000
    n_bits: int = 10
    code: Literal["binary", "Gray"] = "binary"
    backprop: Backprop = BACKPROP

    def errors(self) -> dict[str, Float[np.ndarray, " dataset"]]:
        """Root mean square test error by treatment."""
        rng, n = self.rng(), self.n_datasets

        def draw(n_points: int) -> Points:
            A, B = rng.uniform(-5, 5, (2, n, n_points))
            gray = self.code == "Gray"
            bits = np.concatenate([_bits(one, self.n_bits, gray) for one in (A, B)], axis=2)
            main, feature = expit(A + B), expit(A - B)
            shuffled = rng.permuted(feature, axis=1)
            none = np.zeros_like(feature)
            X = [np.dstack([bits, extra]) for extra in (none, none, feature, none)]
            Y = [np.dstack([main, extra]) for extra in (feature, feature, feature, shuffled)]
            return Points(np.concatenate(X), np.concatenate(Y))

        train, halt, test = (draw(k) for k in (self.n_train, self.n_held, self.n_held))
        weights = np.repeat([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0], [1.0, 1.0]], n, axis=0)
        errors = least_errors(train, halt, test, weights, self.backprop, rng, n_starts=n)
        return dict(zip(self.treatments, errors.reshape(4, n), strict=True))


def _bits(
    values: Float[np.ndarray, "*point"], n_bits: int, gray: bool
) -> Float[np.ndarray, "*point bit"]:
    """Code of numbers in [-5, 5), the highest bit first."""
    level = np.floor((values + 5) / 10 * 2**n_bits).astype(int)
    level = level ^ (level >> 1) if gray else level
    return ((level[..., None] >> np.arange(n_bits)[::-1]) & 1).astype(float)


EXPERIMENTS = {
    "predicting inputs, binary code": InputsAsOutputs(),
    "predicting inputs, Gray code": InputsAsOutputs(code="Gray"),
}
