"""The finite-sample force with the response of a student to the points that it was trained on."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import softmax

from mtlpaper.errors import require


class CavityForce:
    """Force D on many students of one task along their descent, for argmax and sampled labels.

    The logits of a training point are those of a fresh point, moved by what the student has learned
    from it: z = W x + kappa Delta, Delta the sum of y - softmax(z) over the steps so far. The
    number kappa is what makes the correlation of z with the labels that of the training set,
    tr(T_hat W^T). The probabilities are then regressed on z, the labels and the teacher's logits,
    and the regressors replaced by their moments with the training inputs.

    Every call is a step: the force remembers Delta. Steps must be of equal length.

    Parameters
    ----------
    drive : (net, N3, N1) array
        T_hat of the training sets, from `empirical_drive`.
    S : (N1, N1) array
        Second moment X X^T / N of the training inputs.
    Sigma_hat : (net, N3, N1) array
        Weights of the teachers.
    X : (N1, n) array
        Fresh inputs, which are none of the training points, with X X^T / n = I. Their scatter must
        be below that of the training set: n at least its number of points.
    Y : (net, N3, n) array
        Their targets, drawn by the rule of the training targets; columns sum to one.

    Raises
    ------
    ValueError
        If the second moment of `X` is not the identity.

    Notes
    -----
    Source: :eq:`eq-T7c`, :eq:`eq-T7d` and :eq:`eq-T7e`.
    """

    def __init__(
        self,
        drive: Float[np.ndarray, "net N3 N1"],
        S: Float[np.ndarray, "N1 N1"],
        Sigma_hat: Float[np.ndarray, "net N3 N1"],
        X: Float[np.ndarray, "N1 n"],
        Y: Float[np.ndarray, "net N3 n"],
    ) -> None:
        excess = float(np.abs(X @ X.T / X.shape[1] - np.eye(len(X))).max())
        require(excess < 1e-6, "X", f"X X^T / n = I + {excess:g}", "inputs with X X^T / n = I")
        self._S, self._X = S, X
        self._drive, self._Y = drive, Y - 1 / Y.shape[1]
        self._h, self._hS = Sigma_hat @ X, Sigma_hat @ S
        self._Delta = np.zeros(Y.shape)

    def __call__(self, W: Float[np.ndarray, "net N3 N1"]) -> Float[np.ndarray, "net N3 N1"]:
        """Force at the composite weights of this step."""
        n = self._X.shape[1]
        z = W @ self._X
        lacking = (self._drive * W).sum((1, 2)) - (self._Y * z).sum((1, 2)) / n
        learned = (self._Y * self._Delta).sum((1, 2)) / n
        kappa = np.divide(lacking, learned, out=np.zeros_like(learned), where=learned > 0)
        z += np.maximum(kappa, 0)[:, None, None] * self._Delta
        p = softmax(z, axis=1) - 1 / z.shape[1]
        F = np.concatenate([z, self._Y, self._h], axis=1)
        moments = np.concatenate([W @ self._S, self._drive, self._hS], axis=1)
        scale = np.linalg.norm(F, axis=2, keepdims=True)  # teachers and students may have any
        scale[scale == 0] = 1
        F, moments = F / scale, moments / scale
        C = p @ F.swapaxes(1, 2) @ np.linalg.pinv(F @ F.swapaxes(1, 2), 1e-9, hermitian=True)
        self._Delta += self._Y - p
        return np.asarray(self._drive - C @ moments)

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the students only."""
        for name in ("_drive", "_Y", "_h", "_hS", "_Delta"):
            setattr(self, name, getattr(self, name)[chosen])
