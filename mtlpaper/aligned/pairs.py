"""Pairs of rank-one teachers, the students that start aligned with both, and their training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from mtlpaper.dynamics import SGD
from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.students import Student
from mtlpaper.tasks import LabelRule, Teacher, gaussian_inputs, make_teacher_pair, training_targets
from mtlpaper.theory import NoisyPair, drawn_pair, first_mode
from mtlpaper.theory.aligned_pair import in_plane
from mtlpaper.training import TrainingSet, train


@dataclass(frozen=True)
class AlignedSetting:
    """Parameters that all pairs of tasks and their students share.

    Attributes
    ----------
    N1, N2, N3 : int
        Inputs, hidden units, and classes of each task.
    sigma : float
        Noise level.
    s0 : float
        Initial singular value of both students.
    label_rule : {"argmax", "soft"}
        Rule of the training labels and of the noise-free labels in the loss.
    labelled_by : {"first mode", "all modes"}
        Which singular modes of the noisy teachers label the training inputs.
    t_end : float
        End of flows and of the training, in units of tau.
    seed : int
        Seed of all randomness.
    """

    N1: int
    N2: int
    N3: int
    sigma: float
    s0: float
    label_rule: LabelRule
    labelled_by: Literal["first mode", "all modes"]
    t_end: float
    seed: int


@dataclass(frozen=True)
class Pair:
    """Two drawn teachers and the geometry of their first singular modes."""

    A: Teacher
    B: Teacher
    modes: NoisyPair


def draw_pair(setting: AlignedSetting, S_A: float, S_B: float, r_AB: float, replicate: int) -> Pair:
    """Draw a pair of dataset number `replicate`, whose pairs share noise and directions."""
    streams = Streams(setting.seed, replicate)
    sizes = (setting.N1, setting.N3, np.array([S_A]), np.array([S_B]))
    A, B = make_teacher_pair(*sizes, r_AB, setting.sigma, streams, centred=True)
    return Pair(A, B, drawn_pair(A, B))


@dataclass(frozen=True)
class Tasks:
    """A main task of one dataset, and the auxiliary tasks beside it.

    Attributes
    ----------
    setting : AlignedSetting
    S_A : float
        Singular value of the main task's teacher.
    S_B, r_AB : tuple of float
        Singular values and levels of relatedness; every pair (S_B, r_AB) is an auxiliary task.
    replicate : int
        Number of the dataset.
    """

    setting: AlignedSetting
    S_A: float
    S_B: tuple[float, ...]
    r_AB: tuple[float, ...]
    replicate: int = 0

    def draw_pairs(self) -> list[Pair]:
        """Draw the pairs, r_AB running fastest."""
        return [
            draw_pair(self.setting, self.S_A, S_B, r_AB, self.replicate)
            for S_B in self.S_B
            for r_AB in self.r_AB
        ]


def aligned_student(setting: AlignedSetting, pair: Pair, replicate: int) -> Student:
    """Student whose composite weights start as s0 u_hat v_hat^T for both tasks.

    The trunk is sqrt(s0) times an isometry on the plane of v_hat_A and v_hat_B and zero elsewhere;
    the heads' hidden directions have the overlap of v_hat_A and v_hat_B.
    """
    (u_A, _, v_A), (u_B, _, v_B) = first_mode(pair.A), first_mode(pair.B)
    rng = Streams(setting.seed, replicate).rng("student")
    hidden = haar_frame(setting.N2, 2, rng)
    v_perp = _perpendicular(v_A, v_B, rng)
    root = np.sqrt(setting.s0)
    h_B = hidden @ in_plane(np.array([pair.modes.r_hat]))[0]
    trunk = root * hidden @ np.stack([v_A, v_perp])
    return Student(trunk, (root * np.outer(u_A, hidden[:, 0]), root * np.outer(u_B, h_B)))


def _perpendicular(v_A: np.ndarray, v_B: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Unit vector orthogonal to v_A in the plane with v_B; a random one if v_A = v_B."""
    rest = v_B - (v_A @ v_B) * v_A
    length = float(np.linalg.norm(rest))
    if length < 1e-12:
        return haar_frame(v_A.size, 1, rng, orthogonal_to=v_A[:, None])[:, 0]
    return rest / length


@dataclass(frozen=True)
class Batch:
    """The networks of a dataset, one for each pair; they share inputs and task A.

    Attributes
    ----------
    students : list of Student
        Initial weights.
    A, B : TrainingSet
        Training sets of the two tasks.
    """

    students: list[Student]
    A: TrainingSet
    B: TrainingSet


def draw_batch(
    setting: AlignedSetting, pairs: Sequence[Pair], n_train: int, replicate: int
) -> Batch:
    """Draw the training data of a dataset's pairs, and their students."""
    streams = Streams(setting.seed, replicate)
    X = gaussian_inputs(setting.N1, n_train, streams.rng("inputs A"))

    def targets(teacher: Teacher, role: str) -> np.ndarray:
        if setting.labelled_by == "first mode":
            teacher = first_mode_teacher(teacher)
        return training_targets(teacher, X, setting.label_rule, streams.rng(role))

    Y_A = targets(pairs[0].A, "labels A")
    Y_B = [targets(pair.B, "labels B") for pair in pairs]
    return Batch(
        [aligned_student(setting, pair, replicate) for pair in pairs],
        TrainingSet(X[None], np.broadcast_to(Y_A, (len(pairs), *Y_A.shape))),
        TrainingSet(X[None], np.stack(Y_B)),
    )


def train_together(
    batch: Batch, steps: np.ndarray, descent: SGD
) -> Float[np.ndarray, "time net N3 N1"]:
    """Task A's composite weights along the training of both tasks."""
    return _train(batch.students, [batch.A, batch.B], steps, descent)


def train_alone(
    batch: Batch, steps: np.ndarray, descent: SGD
) -> Float[np.ndarray, "time net N3 N1"]:
    """The same networks, from the same weights, without task B.

    With infinite data all of them would follow Eq. (3).
    """
    students = [Student(student.W21, student.W32[:1]) for student in batch.students]
    return _train(students, [batch.A], steps, descent)


def _train(
    students: list[Student], sets: list[TrainingSet], steps: np.ndarray, descent: SGD
) -> np.ndarray:
    trajectory = train(
        students,
        sets,
        steps,
        learning_rate=descent.learning_rate,
        batch_size=descent.batch_size,
        device=descent.device,
        dtype=descent.dtype,
    )
    return trajectory.W[0].astype(np.float64)


def first_mode_teacher(teacher: Teacher) -> Teacher:
    """Teacher s_hat u_hat v_hat^T without further noise: rank one, as Eqs. (3) and (5) presume."""
    u_hat, s_hat, v_hat = first_mode(teacher)
    noise = np.zeros_like(teacher.xi)
    return Teacher(u_hat[:, None], np.array([s_hat]), v_hat[:, None], 0.0, noise)
