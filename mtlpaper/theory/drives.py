"""Drives T = E[y x^T], the part of the averaged gradient set by the labels, by label rule."""

import numpy as np
from jaxtyping import Float

from mtlpaper.gibbs import GaussianField
from mtlpaper.tasks import LabelRule, Teacher, require_label_rule


def soft_drive(
    Sigma_hat: Float[np.ndarray, "N3 N1"],
    field: GaussianField,
    *,
    S: Float[np.ndarray, "N1 N1"] | None = None,
    logit_variance: float = 0.0,
) -> Float[np.ndarray, "N3 N1"]:
    """Drive of soft labels, T = G(C) Sigma_hat S with C = Sigma_hat S Sigma_hat^T.

    Labels drawn from the same probabilities have the same drive in expectation.

    Parameters
    ----------
    Sigma_hat : (N3, N1) array
        The weight that labels the inputs.
    field : GaussianField
        Points for the Gaussian average over the logits.
    S : (N1, N1) array, optional
        Second moment X X^T / N of the training inputs; the identity (infinite data) by default.
    logit_variance : float
        Variance of fresh noise on every logit, added to the diagonal of C.

    Notes
    -----
    Source: the first term of Eq. (2) of the paper; :eq:`eq-T1` and, with S, :eq:`eq-T7a`.
    """
    WS = Sigma_hat if S is None else Sigma_hat @ S
    C = WS @ Sigma_hat.T + logit_variance * np.eye(field.N3)
    return field.G(C) @ WS


def argmax_drive(
    Sigma_hat: Float[np.ndarray, "N3 N1"],
    field: GaussianField,
    *,
    logit_variance: float = 0.0,
) -> Float[np.ndarray, "N3 N1"]:
    """Drive of argmax labels, T_inf = E[onehot(argmax z) x^T] with z = Sigma_hat x + fresh noise.

    By Gaussian regression of x on z: T_inf = E[onehot z^T] C^+ Sigma_hat, C the covariance of z.

    Parameters
    ----------
    Sigma_hat : (N3, N1) array
        The weight that labels the inputs.
    field : GaussianField
        Points for the average; the integrand is discontinuous and needs many (2^15).
    logit_variance : float
        Variance of fresh noise on every logit.

    Notes
    -----
    Source: :eq:`eq-T5`.
    """
    C = Sigma_hat @ Sigma_hat.T + logit_variance * np.eye(field.N3)
    return field.argmax_moment(C) @ (np.linalg.pinv(C, hermitian=True) @ Sigma_hat)


def empirical_drive(
    Y: Float[np.ndarray, "N3 N"], X: Float[np.ndarray, "N1 N"]
) -> Float[np.ndarray, "N3 N1"]:
    """Drive of a given training set, T_hat = (Y - 1/N3) X^T / N.

    The exact gradient (Y - p) X^T / N sums to zero over the classes, and so does the decay G W S
    of the theory. The drive must do so too: without the term 1/N3 the mean of the inputs would add
    the same row to all classes.

    Notes
    -----
    Source: :eq:`eq-T7b`.
    """
    return np.asarray((Y - Y.mean(axis=0)) @ X.T / X.shape[1])


def population_drive(
    teacher: Teacher, label_rule: LabelRule, field: GaussianField, noisy: float = 1.0
) -> Float[np.ndarray, "N3 N1"]:
    """Infinite-data drive of a teacher under any label rule and any reading of the noise.

    Fresh noise is taken to leading order in 1/N1, where its variance sigma^2 |x|^2 / N1 is sigma^2
    for every input.

    Parameters
    ----------
    teacher : Teacher
    label_rule : {"argmax", "soft", "sample"}
    field : GaussianField
    noisy : float
        Share of noisy labels, see `mtlpaper.tasks.training_targets`.

    Raises
    ------
    ValueError
        If the label rule is unknown.
    """
    require_label_rule(label_rule)
    drive = argmax_drive if label_rule == "argmax" else soft_drive
    found = drive(teacher.Sigma_hat, field, logit_variance=teacher.logit_variance)
    return found if noisy == 1 else noisy * found + (1 - noisy) * drive(teacher.W_bar, field)
