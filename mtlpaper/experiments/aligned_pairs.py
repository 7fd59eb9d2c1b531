"""Pairs of rank-one teachers, the students that start aligned with both, and their training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.settings.aligned_tasks import AlignedTasks
from mtlpaper.students import Student
from mtlpaper.tasks import LabelRule, Teacher, gaussian_inputs, make_teacher_pair, training_targets
from mtlpaper.theory import NoisyPair, drawn_pair, first_mode
from mtlpaper.theory.aligned_pair import in_plane
from mtlpaper.training import TrainingSet, train


@dataclass(frozen=True)
class Pair:
    """Two drawn teachers and the geometry of their first singular modes."""

    A: Teacher
    B: Teacher
    modes: NoisyPair


def draw_pair(params: AlignedTasks, S_A: float, S_B: float, r_AB: float, replicate: int) -> Pair:
    """Draw dataset number `replicate`; noise and directions are the same in all its cells."""
    streams = Streams(params.seed, replicate)
    sizes = (params.N1, params.N3, np.array([S_A]), np.array([S_B]))
    A, B = make_teacher_pair(*sizes, r_AB, params.sigma, streams, centred=True)
    return Pair(A, B, drawn_pair(A, B))


def aligned_student(params: AlignedTasks, pair: Pair, replicate: int) -> Student:
    """Student whose composite weights start as s0 u_hat v_hat^T for both tasks.

    The trunk is sqrt(s0) times an isometry on the plane of v_hat_A and v_hat_B and zero elsewhere;
    the heads' hidden directions have the overlap of v_hat_A and v_hat_B.
    """
    (u_A, _, v_A), (u_B, _, v_B) = first_mode(pair.A), first_mode(pair.B)
    rng = Streams(params.seed, replicate).rng("student")
    hidden = haar_frame(params.N2, 2, rng)
    v_perp = _across(v_A, v_B, rng)
    root = np.sqrt(params.s0)
    h_B = hidden @ in_plane(np.array([pair.modes.r_hat]))[0]
    trunk = root * hidden @ np.stack([v_A, v_perp])
    return Student(trunk, (root * np.outer(u_A, hidden[:, 0]), root * np.outer(u_B, h_B)))


def _across(v_A: np.ndarray, v_B: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Unit vector orthogonal to v_A in the plane with v_B; any, where the two coincide."""
    rest = v_B - (v_A @ v_B) * v_A
    length = float(np.linalg.norm(rest))
    if length < 1e-12:
        return haar_frame(v_A.size, 1, rng, orthogonal_to=v_A[:, None])[:, 0]
    return rest / length


@dataclass(frozen=True)
class Batch:
    """The networks of a dataset, one a pair, which share inputs and task A.

    Attributes
    ----------
    students : list of Student
    A, B : TrainingSet
    """

    students: list[Student]
    A: TrainingSet
    B: TrainingSet


def draw_batch(
    params: AlignedTasks,
    pairs: Sequence[Pair],
    label_rule: LabelRule,
    n_train: int,
    replicate: int,
) -> Batch:
    """Draw the training data of a dataset's pairs, and their students."""
    streams = Streams(params.seed, replicate)
    X = gaussian_inputs(params.N1, n_train, streams.rng("inputs A"))
    choose = first_mode_teacher if params.labelled_by == "first mode" else _itself
    Y_A = training_targets(choose(pairs[0].A), X, label_rule, streams.rng("labels A"))
    Y_B = [
        training_targets(choose(pair.B), X, label_rule, streams.rng("labels B")) for pair in pairs
    ]
    return Batch(
        [aligned_student(params, pair, replicate) for pair in pairs],
        TrainingSet(X[None], np.broadcast_to(Y_A, (len(pairs), *Y_A.shape))),
        TrainingSet(X[None], np.stack(Y_B)),
    )


def train_together(
    params: AlignedTasks, batch: Batch, steps: np.ndarray
) -> Float[np.ndarray, "time net N3 N1"]:
    """Task A's composite weights along the training of both tasks."""
    return _train(params, batch.students, [batch.A, batch.B], steps)


def train_alone(
    params: AlignedTasks, batch: Batch, steps: np.ndarray
) -> Float[np.ndarray, "time net N3 N1"]:
    """The same networks, from the same weights, without task B.

    With infinite data all of them would be the one student of Eq. (3).
    """
    students = [Student(student.W21, student.W32[:1]) for student in batch.students]
    return _train(params, students, [batch.A], steps)


def _train(
    params: AlignedTasks, students: list[Student], sets: list[TrainingSet], steps: np.ndarray
) -> np.ndarray:
    trajectory = train(
        students,
        sets,
        steps,
        learning_rate=params.learning_rate,
        device=params.device,
        dtype=params.dtype,
    )
    return trajectory.W[0].astype(np.float64)


def first_mode_teacher(teacher: Teacher) -> Teacher:
    """Teacher s_hat u_hat v_hat^T without further noise: rank one, as Eqs. (3) and (5) presume."""
    u_hat, s_hat, v_hat = first_mode(teacher)
    noise = np.zeros_like(teacher.xi)
    return Teacher(u_hat[:, None], np.array([s_hat]), v_hat[:, None], 0.0, noise)


def _itself(teacher: Teacher) -> Teacher:
    return teacher


def look_steps(t_end: float, learning_rate: float, n_looks: int) -> np.ndarray:
    """Numbers of steps up to `t_end`, about evenly spaced in their logarithm, and zero."""
    last = max(1, round(t_end / learning_rate))
    return np.unique(np.append(0, np.round(np.geomspace(1, last, n_looks - 1)))).astype(int)


def log_times(t_end: float, n: int) -> Float[np.ndarray, " time"]:
    """Times from 0 to `t_end`, evenly spaced in log t from a two-thousandth of it on."""
    return np.append(0.0, np.geomspace(t_end / 2000, t_end, n))
