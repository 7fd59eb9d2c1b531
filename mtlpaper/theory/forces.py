"""Forces D(W): the averaged gradient of the cross-entropy on a task's composite weight.

Three descriptions of the same gradient, from the coarsest to the exact one: infinite data, the
Gaussian finite-sample theory, and the training set itself.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from mtlpaper.gibbs import GaussianField, softmax

Force = Callable[[Float[np.ndarray, "*net N3 N1"]], Float[np.ndarray, "*net N3 N1"]]


def population_force(drive: Float[np.ndarray, "*net N3 N1"], field: GaussianField) -> Force:
    """Infinite-data force D = T - G(W W^T) W.

    Parameters
    ----------
    drive : (..., N3, N1) array
        T, from `mtlpaper.theory.drives`; with leading axes for many networks at once.
    field : GaussianField
        Points for the average over the student's logits.

    Notes
    -----
    Source: the bracket of Eq. (2) of the paper; :eq:`eq-T6`.
    """

    def force(W: Float[np.ndarray, "*net N3 N1"]) -> Float[np.ndarray, "*net N3 N1"]:
        return drive - field.G(W @ W.swapaxes(-1, -2)) @ W

    return force


def finite_sample_force(
    drive: Float[np.ndarray, "*net N3 N1"],
    S: Float[np.ndarray, "N1 N1"],
    field: GaussianField,
) -> Force:
    """Finite-sample force D = T - G(W S W^T) W S, with the second moments of the given inputs.

    With the drive of `soft_drive(..., S=S)` the fixed point is W = Sigma_hat, as for gradient
    descent on soft labels. With `empirical_drive` the force describes argmax labels while the
    logits are small.

    Parameters
    ----------
    drive : (..., N3, N1) array
        With leading axes for many networks at once.
    S : (N1, N1) array
        Second moment X X^T / N of the training inputs.
    field : GaussianField

    Notes
    -----
    Source: :eq:`eq-T7a` and :eq:`eq-T7b`.
    """

    def force(W: Float[np.ndarray, "*net N3 N1"]) -> Float[np.ndarray, "*net N3 N1"]:
        # One product for all networks; NumPy would loop over them.
        WS = (W.reshape(-1, W.shape[-1]) @ S).reshape(W.shape)
        return drive - field.G(WS @ W.swapaxes(-1, -2)) @ WS

    return force


def training_set_force(X: Float[np.ndarray, "N1 N"], Y: Float[np.ndarray, "N3 N"]) -> Force:
    """Exact force of a training set, D = (Y - softmax(W X)) X^T / N.

    Its flow is the limit of full-batch gradient descent at vanishing learning rate.

    Parameters
    ----------
    X : (N1, N) array
        Inputs.
    Y : (N3, N) array
        Targets; columns sum to one.
    """

    def force(W: Float[np.ndarray, "N3 N1"]) -> Float[np.ndarray, "N3 N1"]:
        return np.asarray((Y - softmax(W @ X)) @ X.T / X.shape[1])

    return force
