"""Teachers, training sets, validation and test points of a unit, drawn from its streams."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mtlpaper.benefit.units import Problem, Training, Values
from mtlpaper.randomness import Streams
from mtlpaper.tasks import (
    Teacher,
    gaussian_inputs,
    make_teacher_pair,
    training_targets,
)
from mtlpaper.training import GaussianTest, LabelledPoints, LinearDescent, Score, TrainingSet


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
    The replicates of a pool differ in the points that they take from it, the same for both tasks.
    """
    own = Streams(problem.seed, problem.replicate)
    streams = Streams(problem.seed, 0) if problem.pool else own
    auxiliary = [problem.auxiliary[0], *problem.auxiliary]
    pairs = [_pair(problem, S_B, r_AB, streams) for S_B, r_AB in auxiliary]
    A, B = pairs[0][0], tuple(pair[1] for pair in pairs)
    chosen = own.rng("subset").permutation(problem.pool) if problem.pool else None

    def task(teachers: Sequence[Teacher], n: int, inputs: str, labels: str) -> TrainingSet:
        X = gaussian_inputs(problem.N1, problem.pool or n, streams.rng(f"inputs {inputs}"))
        Y = np.stack(
            [targets(problem, one, X, streams.rng(f"labels {labels}")) for one in teachers]
        )
        points = slice(None) if chosen is None else chosen[:n]
        return TrainingSet(X[None, :, points], Y[:, :, points])

    of_A = task([A], problem.n_train, "A", "A")
    of_B = task(B, problem.n_aux, "A" if problem.inputs == "shared" else "B", "B")
    alphas = np.tile([1.0, alpha_B], (len(auxiliary), 1))
    alphas[0, 1] = 0
    shared_Y = np.broadcast_to(of_A.Y, (len(auxiliary), *of_A.Y.shape[1:]))
    return Data(streams, A, B, (TrainingSet(of_A.X, shared_Y), of_B), alphas)


def targets(
    problem: Problem, teacher: Teacher, X: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Targets that a teacher of the problem gives to training inputs."""
    return training_targets(teacher, X, problem.label_rule, rng, problem.noisy_train)


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


def generalisation(
    data: Data, problem: Problem, training: Training
) -> Callable[[LinearDescent], Score]:
    """Test loss and accuracy of linear students: over all inputs, or on a test set.

    Over all inputs the points are the same in all units, whose differences are then free of the
    points' error.
    """
    if problem.test_set:
        points = test_points(data, problem, training)
        return lambda descent: points(descent.logits)
    average = GaussianTest(
        data.A,
        training.n_test,
        noisy=problem.noisy_test,
        n_groups=training.n_groups,
        seed=0,
        device=training.device,
        dtype=training.dtype,
    )
    return lambda descent: average(descent.W())


def validation_points(data: Data, problem: Problem, training: Training) -> LabelledPoints | None:
    """Independent inputs with two labellings: as of test points, and as in training.

    The class of a noisy soft target is its largest entry. None if `n_validation` is 0.
    """
    if training.n_validation == 0:
        return None
    X = gaussian_inputs(problem.N1, training.n_validation, data.streams.rng("validation inputs"))
    seen = targets(problem, data.A, X, data.streams.rng("validation labels"))
    as_test = _test_labels(problem, data, X)
    return LabelledPoints(
        X, [as_test, seen.argmax(axis=0)], device=training.device, dtype=training.dtype
    )


def test_points(data: Data, problem: Problem, training: Training) -> LabelledPoints:
    """Independent inputs, in groups: the test set, or many points where it holds all inputs."""
    n = problem.test_set or training.n_test * training.n_groups
    X = gaussian_inputs(problem.N1, n, data.streams.rng("test inputs"))
    return LabelledPoints(
        X,
        [_test_labels(problem, data, X)],
        n_groups=training.n_groups,
        device=training.device,
        dtype=training.dtype,
    )


test_points.__test__ = False  # type: ignore[attr-defined]  # not a test, though pytest would think so


def _test_labels(problem: Problem, data: Data, X: np.ndarray) -> np.ndarray:
    rng = data.streams.rng("test labels")
    return training_targets(data.A, X, "argmax", rng, problem.noisy_test).argmax(axis=0)
