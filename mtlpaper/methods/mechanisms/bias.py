"""Representation bias: a representation that other tasks prefer serves a novel one."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtlpaper.methods.experiment import OneByOne
from mtlpaper.methods.linear import alone, direction, excess, shared
from mtlpaper.randomness import haar_frame


@dataclass(frozen=True, kw_only=True)
class Bias(OneByOne):
    """A novel task of few points, after other tasks of its environment.

    All tasks of an environment have weights in one subspace of `N2` dimensions. A trunk learned on
    several tasks is kept; the novel task, which had no part in it, trains a head on it.

    The error is the novel task's excess risk: `alone`, least squares on all inputs; `together`, on
    the trunk; `best`, on the environment's own subspace; `other environment`, on the trunk of tasks
    in another subspace; `shuffled`, on the trunk of shuffled labels.

    Attributes
    ----------
    N1, N2, n_tasks : int
        Inputs, dimensions of the environment, tasks that train the trunk.
    n_train, n_novel : int
        Points of those tasks, common to them, and of the novel task, more than `N1` in both cases.
    sigma : float
        Standard deviation of the noise; the weights of each task have norm 1.
    """

    beside: ClassVar = ("best",)
    controls: ClassVar = ("other environment", "shuffled")

    N1: int = 20
    N2: int = 3
    n_tasks: int = 8
    n_train: int = 100
    n_novel: int = 40
    sigma: float = 1.0

    def measured(self, rng: np.random.Generator) -> dict[str, float]:
        """Errors of one data set."""
        N2, sigma = self.N2, self.sigma
        frame = haar_frame(self.N1, 2 * N2, rng)
        X = rng.standard_normal((self.n_train, self.N1))
        noise = sigma * rng.standard_normal((self.n_train, self.n_tasks))
        heads = np.stack([direction(N2, rng) for _ in range(self.n_tasks)], axis=1)
        Y = X @ frame[:, :N2] @ heads + noise
        labels = {
            "together": Y,
            "other environment": X @ frame[:, N2:] @ heads + noise,
            "shuffled": rng.permuted(Y, axis=0),
        }
        w = frame[:, :N2] @ direction(N2, rng)
        X_new = rng.standard_normal((self.n_novel, self.N1))
        y = X_new @ w + sigma * rng.standard_normal(self.n_novel)

        def on(trunk: np.ndarray) -> float:
            return excess(trunk @ alone(X_new @ trunk, y[:, None])[:, 0], w)

        found = {"alone": on(np.eye(self.N1)), "best": on(frame[:, :N2])}
        for name, targets in labels.items():
            trunk = np.linalg.svd(shared(X, targets, N2), full_matrices=False)[0][:, :N2]
            found[name] = on(trunk)
        return found


EXPERIMENTS = {"representation bias": Bias()}
