"""Teachers, training sets, validation and test points of a unit, drawn from its streams."""

from dataclasses import dataclass

import numpy as np

from mtlpaper.benefit.units import Problem, Training, Values
from mtlpaper.randomness import Streams
from mtlpaper.tasks import (
    Teacher,
    gaussian_inputs,
    make_teacher_pair,
    test_labels,
    training_targets,
)
from mtlpaper.training import GaussianTest, LabelledPoints, TrainingSet


@dataclass(frozen=True)
class Data:
    """Data of the networks of a unit.

    Attributes
    ----------
    streams : Streams
        Random streams of the replicate, also for initial weights and test points.
    A : Teacher
        Teacher of the main task.
    B : tuple of Teacher
        Teachers of the auxiliary tasks, one for each network. The first belongs to the single-task
        network, whose loss weight of task B is 0.
    sets : tuple of TrainingSet
        Training sets of A and of B, for all networks.
    alphas : (net, 2) array
        Loss weights; 0 for task B of the first network.
    """

    streams: Streams
    A: Teacher
    B: tuple[Teacher, ...]
    sets: tuple[TrainingSet, TrainingSet]
    alphas: np.ndarray


def draw_data(problem: Problem, alpha_B: float = 1.0) -> Data:
    """Draw the data of a problem.

    Inputs, noise and singular vectors depend on the seed and the replicate only, so that all
    problems of a replicate are paired; smaller training sets are the first points of larger ones.
    """
    streams = Streams(problem.seed, problem.replicate)
    auxiliary = [problem.auxiliary[0], *problem.auxiliary]
    pairs = [_pair(problem, S_B, r_AB, streams) for S_B, r_AB in auxiliary]
    A, B = pairs[0][0], tuple(pair[1] for pair in pairs)
    X_A = gaussian_inputs(problem.N1, problem.n_train, streams.rng("inputs A"))
    role = "inputs A" if problem.inputs == "shared" else "inputs B"
    X_B = gaussian_inputs(problem.N1, problem.n_aux, streams.rng(role))
    Y_A = training_targets(A, X_A, problem.label_rule, streams.rng("labels A"))
    Y_B = [
        training_targets(teacher, X_B, problem.label_rule, streams.rng("labels B")) for teacher in B
    ]
    alphas = np.tile([1.0, alpha_B], (len(auxiliary), 1))
    alphas[0, 1] = 0
    shared_Y = np.broadcast_to(Y_A, (len(auxiliary), *Y_A.shape))
    sets = (TrainingSet(X_A[None], shared_Y), TrainingSet(X_B[None], np.stack(Y_B)))
    return Data(streams, A, B, sets, alphas)


def _pair(problem: Problem, S_B: Values, r_AB: Values, streams: Streams) -> tuple[Teacher, Teacher]:
    return make_teacher_pair(
        problem.N1,
        problem.N3,
        _singular_values(problem.S_A, problem.rank),
        _singular_values(S_B, problem.rank),
        np.array(r_AB) if isinstance(r_AB, tuple) else r_AB,
        problem.sigma,
        streams,
        noise=problem.noise,
    )


def _singular_values(S: Values, rank: int) -> np.ndarray:
    return np.array(S) if isinstance(S, tuple) else np.full(rank, S)


def quadrature(data: Data, training: Training) -> GaussianTest:
    """Test loss and accuracy of linear students, by the same points in all units.

    The error of the points then cancels from differences between units.
    """
    return GaussianTest(
        data.A,
        training.n_test,
        n_groups=training.n_groups,
        seed=0,
        device=training.device,
        dtype=training.dtype,
    )


def validation_points(data: Data, problem: Problem, training: Training) -> LabelledPoints | None:
    """Independent inputs with two labellings: noise-free, and noisy as in training.

    The class of a noisy soft target is its largest entry. None if `n_validation` is 0.
    """
    if training.n_validation == 0:
        return None
    X = gaussian_inputs(problem.N1, training.n_validation, data.streams.rng("validation inputs"))
    rng = data.streams.rng("validation labels")
    noisy = training_targets(data.A, X, problem.label_rule, rng).argmax(axis=0)
    return LabelledPoints(
        X, [test_labels(data.A, X), noisy], device=training.device, dtype=training.dtype
    )


def test_points(data: Data, problem: Problem, training: Training) -> LabelledPoints:
    """Independent inputs with noise-free labels, in groups."""
    n = training.n_test * training.n_groups
    X = gaussian_inputs(problem.N1, n, data.streams.rng("test inputs"))
    return LabelledPoints(
        X,
        [test_labels(data.A, X)],
        n_groups=training.n_groups,
        device=training.device,
        dtype=training.dtype,
    )


test_points.__test__ = False  # type: ignore[attr-defined]  # not a test, though pytest would think so
