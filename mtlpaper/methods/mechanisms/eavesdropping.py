"""Eavesdropping: a feature that is easy to learn for another task."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from mtlpaper.methods.experiment import Experiment
from mtlpaper.methods.nets import Backprop, Points, least_errors
from mtlpaper.randomness import haar_frame

BACKPROP = Backprop(learning_rate=2.0, n_steps=1500, look_every=50)


@dataclass(frozen=True, kw_only=True)
class Eavesdropping(Experiment):
    """A main task that uses a feature in a complex way, and an auxiliary task that is the feature.

    Features are signs of linear functions of the inputs. The main task is whether two of them
    agree, which no linear function of the inputs tells; the auxiliary task, a hint, is one of the
    two. Labels have no noise.

    The error is the root mean square error of nets on the main task, a label in {0, 1}: `alone`;
    `together`; `other feature`, where the auxiliary task is a feature that the main task does not
    use; `shuffled`.

    Attributes
    ----------
    N1, n_train, n_held : int
        Inputs; training points; halt points and test points.
    backprop : Backprop
    """

    controls: ClassVar = ("other feature", "shuffled")

    N1: int = 8
    n_train: int = 150
    n_held: int = 500
    backprop: Backprop = BACKPROP

    def errors(self) -> dict[str, Float[np.ndarray, " dataset"]]:
        """Root mean square test error by treatment."""
        rng, n = self.rng(), self.n_datasets
        frames = np.stack([haar_frame(self.N1, 3, rng) for _ in range(n)])

        def draw(n_points: int) -> Points:
            X = rng.standard_normal((n, n_points, self.N1))
            feature = X @ frames > 0
            main = feature[..., 0] == feature[..., 1]
            hint, other = feature[..., 0], feature[..., 2]
            shuffled = rng.permuted(hint, axis=1)
            Y = [np.stack([main, aux], axis=2) for aux in (hint, hint, other, shuffled)]
            return Points(np.tile(X, (4, 1, 1)), np.concatenate(Y).astype(float))

        weights = np.repeat([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], n, axis=0)
        train, halt, test = (draw(k) for k in (self.n_train, self.n_held, self.n_held))
        errors = least_errors(train, halt, test, weights, self.backprop, rng, n_starts=n)
        return dict(zip(self.treatments, errors.reshape(4, n), strict=True))


EXPERIMENTS = {"eavesdropping": Eavesdropping()}
