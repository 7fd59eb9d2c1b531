"""Datasets of Figure 1's kind: a noisy rank-one teacher, its training set, an aligned student."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.students import Student, training_aligned
from mtlpaper.tasks import (
    LabelRule,
    NoiseReading,
    Teacher,
    gaussian_inputs,
    make_teacher,
    training_targets,
)


@dataclass(frozen=True)
class Setting:
    """Parameters of a dataset and its student.

    Attributes
    ----------
    N1, N2, N3 : int
        Inputs, hidden units and classes.
    n_train : int
        Training points N.
    s_bar : float
        Singular value of the noise-free teacher.
    sigma : float
        Noise level.
    noise : {"weight", "sample"}
        Reading of the noise, see `mtlpaper.tasks.Teacher`.
    label_rule : {"argmax", "soft", "sample"}
        Of the training labels.
    s0 : float
        Initial largest singular value of the student.
    s0_rest : tuple of float
        Initial singular values after the first.
    imbalance : float
        Difference of the squared norms of trunk and head in every mode.
    """

    N1: int
    N2: int
    N3: int
    n_train: int
    s_bar: float
    sigma: float
    noise: NoiseReading
    label_rule: LabelRule
    s0: float
    s0_rest: tuple[float, ...] = ()
    imbalance: float = 0.0


@dataclass(frozen=True)
class Replicate:
    """One dataset and a student aligned with its noisy teacher.

    Attributes
    ----------
    setting : Setting
    teacher : Teacher
    X : (N1, N) array
        Inputs.
    Y : (N3, N) array
        Noisy targets.
    u_hat, v_hat : (N3,) and (N1,) array
        First singular vectors of the noisy teacher.
    s_hat : float
        Its largest singular value.
    student : Student
        Training-aligned initial weights.
    """

    setting: Setting
    teacher: Teacher
    X: Float[np.ndarray, "N1 N"]
    Y: Float[np.ndarray, "N3 N"]
    u_hat: Float[np.ndarray, " N3"]
    v_hat: Float[np.ndarray, " N1"]
    s_hat: float
    student: Student

    @property
    def S(self) -> Float[np.ndarray, "N1 N1"]:
        """Second moment of the inputs, X X^T / N."""
        return self.X @ self.X.T / self.X.shape[1]


def draw_replicate(setting: Setting, seed: int, replicate: int) -> Replicate:
    """Draw dataset number `replicate` of an experiment's `seed`.

    The left singular vectors are orthogonal to the all-ones vector, which the softmax ignores.
    """
    streams = Streams(seed, replicate)
    teacher = make_teacher(
        setting.N1,
        setting.N3,
        np.array([setting.s_bar]),
        setting.sigma,
        streams,
        noise=setting.noise,
        centred=True,
    )
    X = gaussian_inputs(setting.N1, setting.n_train, streams.rng("inputs A"))
    Y = training_targets(teacher, X, setting.label_rule, streams.rng("labels A"))
    S0 = np.array([setting.s0, *setting.s0_rest])
    rng = streams.rng("student")
    U_hat, s_hat, V_hat = singular_modes(teacher.Sigma_hat, S0.size, rng)
    student = training_aligned(U_hat, V_hat, S0, setting.N2, rng, imbalance=setting.imbalance)
    return Replicate(setting, teacher, X, Y, U_hat[:, 0], V_hat[:, 0], s_hat, student)


def singular_modes(
    Sigma_hat: Float[np.ndarray, "N3 N1"], k: int, rng: np.random.Generator
) -> tuple[np.ndarray, float, np.ndarray]:
    """First k left singular vectors (N3, k), largest singular value, right ones (N1, k).

    If the rank of the noisy teacher is less than k, the other vectors are drawn at random; the left
    ones are orthogonal to the all-ones vector if k < N3.
    """
    U, S, Vt = np.linalg.svd(Sigma_hat, full_matrices=False)
    rank = min(k, int(np.sum(S > 1e-10 * S[0])))
    U_hat, V_hat = U[:, :rank], Vt[:rank].T
    missing = k - rank
    if missing:
        N3, N1 = Sigma_hat.shape
        ones = np.full((N3, 1), N3**-0.5)
        fixed = np.linalg.qr(np.hstack([U_hat, ones]))[0] if k < N3 else U_hat
        U_hat = np.hstack([U_hat, haar_frame(N3, missing, rng, orthogonal_to=fixed)])
        V_hat = np.hstack([V_hat, haar_frame(N1, missing, rng, orthogonal_to=V_hat)])
    return U_hat, float(S[0]), V_hat


def draw_replicates(setting: Setting, seed: int, n_seeds: int) -> list[Replicate]:
    """Draw the first `n_seeds` datasets of a setting."""
    return [draw_replicate(setting, seed, replicate) for replicate in range(n_seeds)]
