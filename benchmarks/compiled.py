"""The same steps in JAX: the textbook loss under jit(vmap(grad)), steps inside the jit."""

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.problems import RATE, Problem

#: Weights W21 (N2, N1) and W32 (task, N3, N2) of one network, or of all with a leading axis.
Parameters = tuple[jax.Array, jax.Array]


def _loss(parameters: Parameters, X: jax.Array, classes: jax.Array) -> jax.Array:
    """Summed cross-entropy of one network on inputs (task, N1, N) and classes (task, N)."""
    W21, W32 = parameters
    total = jnp.zeros(())
    for head, x, y in zip(W32, X, classes, strict=True):
        z = head @ (W21 @ x)
        of_class = jnp.take_along_axis(z, y[None], axis=0)[0]
        total += (jax.nn.logsumexp(z, axis=0) - of_class).mean()
    return total


_gradient = jax.vmap(jax.grad(_loss), in_axes=(0, None, 0))


def _descend(steps: int, parameters: Parameters, X: jax.Array, classes: jax.Array) -> Parameters:
    def step(_: int, now: Parameters) -> Parameters:
        return jax.tree.map(lambda W, slope: W - RATE * slope, now, _gradient(now, X, classes))

    return jax.lax.fori_loop(0, steps, step, parameters)


class Compiled:
    """JAX's competitor, with the interface of those of `benchmarks.competitors`.

    The points come last and the steps are fused: of the forms tried (points first or last, classes
    or one-hot targets, a jitted step or a jitted loop of them) the fastest at N = 100, and within
    the scatter of the fastest at larger N.
    """

    def __init__(self, problem: Problem) -> None:
        dtype = problem.shape.dtype
        W32 = problem.W32.swapaxes(0, 1)
        self._parameters = (jnp.asarray(problem.W21, dtype), jnp.asarray(W32, dtype))
        self._X = jnp.asarray(problem.X[:, 0], dtype)
        self._classes = jnp.asarray(problem.classes.swapaxes(0, 1))
        self._descend = jax.jit(_descend, donate_argnums=1)

    def run(self, steps: int) -> None:
        """Take steps."""
        moved = self._descend(steps, self._parameters, self._X, self._classes)
        self._parameters = jax.block_until_ready(moved)

    def weights(self) -> np.ndarray:
        """Composite weights."""
        W21, W32 = (np.asarray(part) for part in self._parameters)
        return W32.reshape(len(W32), -1, W32.shape[-1]) @ W21
