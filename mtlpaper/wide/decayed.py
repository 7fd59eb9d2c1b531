"""Units of linear students with weight decay, on two tasks set by the first paper's teachers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtlpaper.benefit import Problem, Unit
from mtlpaper.benefit.data import Data, draw_data, generalisation, targets, validation_points
from mtlpaper.benefit.descent import initial_student
from mtlpaper.errors import NotConvergedError
from mtlpaper.randomness import Streams
from mtlpaper.students import Student, gaussian
from mtlpaper.tasks import gaussian_inputs, make_teacher_pair, training_targets
from mtlpaper.training import LinearDescent, TrainingSet
from mtlpaper.wide.trace_norm import Certificate, certify, teachers_trace_norm, train_decayed

#: Scale of random initial weights, whose composite weights then have singular values around a half.
_SCALE = 0.7


def _trained(
    students: Sequence[Student],
    sets: Sequence[TrainingSet],
    alphas: np.ndarray,
    decay: np.ndarray,
    gap: float = 1e-5,
) -> tuple[list[Student], Certificate]:
    """Train students, and refuse any whose objective exceeds its bound by more than a share."""
    found = train_decayed(students, sets, alphas, decay)
    certificate = certify(found, sets, alphas, decay)
    if not (certificate.gap <= gap).all():
        told = "students came to rest above the optimum, largest relative gap to the bound"
        raise NotConvergedError(told, float(certificate.gap.max()))
    return found, certificate


# ---------------------------------------------------------------------------------------- benefits


@dataclass(frozen=True)
class Tuned:
    """The networks of a unit at every weight decay.

    Attributes
    ----------
    unit : Unit
        Without biases; of its training the test and validation points count.
    decays : tuple of float
    """

    unit: Unit
    decays: tuple[float, ...]


def tuned(unit: Tuned) -> dict[str, np.ndarray]:
    """Train all networks at all weight decays to their optima.

    Returns
    -------
    dict
        `loss` (decay, net, group) in nats; `chosen` (decay, net), the loss on validation points
        that are labelled as in training; `gap` (decay, net), see `Certificate`.
    """
    base, n = unit.unit, len(unit.decays)
    problem, training = base.problem, base.training
    data = draw_data(problem, base.alpha_B)
    nets = problem.n_networks
    sets = [TrainingSet(part.X, np.tile(part.Y, (n, 1, 1))) for part in data.sets]
    students, certificate = _trained(
        [initial_student(base, data)] * (n * nets),
        sets,
        np.tile(data.alphas, (n, 1)),
        np.repeat(unit.decays, nets),
    )
    ended = LinearDescent(
        students, (), training.learning_rate, device=training.device, dtype=training.dtype
    )
    validation = validation_points(data, problem, training)
    assert validation is not None
    loss = generalisation(data, problem, training)(ended).loss
    return {
        "loss": loss.reshape(n, nets, -1),
        "chosen": validation.losses(ended.logits)[:, -1, 0].reshape(n, nets),
        "gap": certificate.gap.reshape(n, nets),
    }


# ------------------------------------------------------------------------------------------- width


@dataclass(frozen=True)
class Width:
    """The networks of a problem at one width, from several random initial weights.

    Attributes
    ----------
    problem : Problem
    N2 : int
        Hidden units.
    decay : float
    n_starts : int
    """

    problem: Problem
    N2: int
    decay: float
    n_starts: int


def width(unit: Width) -> dict[str, np.ndarray]:
    """Train all networks from all starts.

    Returns
    -------
    dict
        `objective` and `bound` (net, start), see `Certificate`, and `modes` (net, start), how many
        singular values of the stacked map exceed a thousandth of the largest.
    """
    problem, n = unit.problem, unit.n_starts
    data = draw_data(problem)
    nets = problem.n_networks
    starts = _starts(problem, unit.N2, n, data.streams)
    decay = np.full(n * nets, unit.decay)
    students, certificate = _trained(
        starts * nets,
        [TrainingSet(part.X, np.repeat(part.Y, n, axis=0)) for part in data.sets],
        np.repeat(data.alphas, n, axis=0),
        decay,
        gap=np.inf,  # which narrow ones do not close
    )
    S = np.linalg.svd(np.stack([_stacked(one) for one in students]), compute_uv=False)
    found = {
        "objective": certificate.objective,
        "bound": certificate.bound,
        "modes": (S > 1e-3 * S[:, :1]).sum(axis=1),
    }
    return {name: values.reshape(nets, n) for name, values in found.items()}


def _starts(problem: Problem, N2: int, n: int, streams: Streams) -> list[Student]:
    return [
        gaussian(problem.N1, N2, problem.N3, _SCALE, rng, n_tasks=2)
        for rng in streams.rng("student").spawn(n)
    ]


def _stacked(student: Student) -> np.ndarray:
    return np.concatenate([student.W(task) for task in range(len(student.W32))])


# ---------------------------------------------------------------------------------------- coupling


@dataclass(frozen=True)
class Coupling:
    """Main tasks learned alone and in pairs, at one weight decay.

    Attributes
    ----------
    problem : Problem
    N2 : int
    decay : float
    orthogonal : bool
        Whether inputs of task A have the first half of the components only, and those of task B the
        second half.
    """

    problem: Problem
    N2: int
    decay: float
    orthogonal: bool


def coupling(unit: Coupling) -> dict[str, np.ndarray]:
    """Measure how far the other task moves what is learned of the main task (Definition 4).

    Returns
    -------
    dict
        Over the auxiliary tasks: `distance`, of the main task's logits at its training inputs from
        those learned alone, in Frobenius norms of the latter; `force`, the operator norm of the
        stacked forces at the maps learned alone, over twice the decay. Those maps are optimal for
        the pair as well exactly if it is at most one.

    Notes
    -----
    Logits, not maps: along directions that no input of task A has, the optimum need not be unique.
    """
    problem = unit.problem
    data = draw_data(problem)
    sets = _halved(data, problem) if unit.orthogonal else data.sets
    n = problem.n_networks - 1
    # Task A alone, every task B alone, every pair.
    pairs = np.arange(1, n + 1)
    which = np.concatenate([[0], pairs, pairs])
    alphas = np.concatenate([[[1.0, 0.0]], np.tile([0.0, 1.0], (n, 1)), np.ones((n, 2))])
    sets = [TrainingSet(part.X, part.Y[which]) for part in sets]
    start = _starts(problem, unit.N2, 1, data.streams)
    students, _ = _trained(start * len(which), sets, alphas, np.full(len(which), unit.decay))
    alone, *seen = (one.W() @ sets[0].X[0] for one in (students[0], *students[1 + n :]))
    moved = np.array([np.linalg.norm(one - alone) for one in seen])
    apart = [_joined(students[0], one) for one in students[1 : 1 + n]]
    tested = [TrainingSet(part.X, part.Y[1 + n :]) for part in sets]
    together = certify(apart, tested, np.ones((n, 2)), np.full(n, unit.decay))
    return {"distance": moved / np.linalg.norm(alone), "force": together.force}


def _joined(A: Student, B: Student) -> Student:
    """One student with the main task's map of one and the auxiliary task's of another."""
    zeros = np.zeros_like(A.W32[0])
    heads = np.hstack([A.W32[0], zeros]), np.hstack([zeros, B.W32[1]])
    return Student(np.vstack([A.W21, B.W21]), heads)


def _halved(data: Data, problem: Problem) -> list[TrainingSet]:
    """The training sets with orthogonal inputs, labelled by the teachers at these inputs."""
    first = (np.arange(problem.N1) < problem.N1 // 2)[:, None]
    found = []
    tasks = zip(data.sets, (first, ~first), ((data.A,) * len(data.B), data.B), "AB", strict=True)
    for part, kept, teachers, name in tasks:
        X = part.X[0] * kept
        Y = [targets(problem, one, X, data.streams.rng(f"labels {name}")) for one in teachers]
        found.append(TrainingSet(X[None], np.stack(Y)))
    return found


# ------------------------------------------------------------------------------------ norms


@dataclass(frozen=True)
class Norms:
    """Students of noise-free soft labels of two tasks at several weight decays and relatednesses.

    Attributes
    ----------
    N1, N2, N3 : int
        The teachers have rank N3 - 1 and left singular vectors orthogonal to the all-ones vector,
        along which the softmax sees nothing.
    n_train : int
        Points of each task; from N1 on the labels determine the teachers.
    S_A, S_B : float
    r_AB, decays : tuple of float
    seed, replicate : int
    """

    N1: int
    N2: int
    N3: int
    n_train: int
    S_A: float
    S_B: float
    r_AB: tuple[float, ...]
    decays: tuple[float, ...]
    seed: int
    replicate: int


def norms(unit: Norms) -> dict[str, np.ndarray]:
    """Train to the optimum.

    Returns
    -------
    dict
        `squares` and `norm` (decay, r_AB): half the squared weights, and the trace norm of the
        stacked map; `formula` (r_AB): the trace norm of the teachers.
    """
    streams = Streams(unit.seed, unit.replicate)
    n, rank = len(unit.decays), unit.N3 - 1
    S_A, S_B = (np.full(rank, S) for S in (unit.S_A, unit.S_B))
    pairs = [
        make_teacher_pair(unit.N1, unit.N3, S_A, S_B, r, 0.0, streams, centred=True)
        for r in unit.r_AB
    ]
    sets = []
    for task, name in enumerate("AB"):
        X = gaussian_inputs(unit.N1, unit.n_train, streams.rng(f"inputs {name}"))
        rng = streams.rng(f"labels {name}")
        Y = np.stack([training_targets(pair[task], X, "soft", rng) for pair in pairs])
        sets.append(TrainingSet(X[None], np.tile(Y, (n, 1, 1))))
    nets = n * len(pairs)
    rng = streams.rng("student")
    start = gaussian(unit.N1, unit.N2, unit.N3, _SCALE, rng, n_tasks=2)
    _, certificate = _trained(
        [start] * nets,
        sets,
        np.ones((nets, 2)),
        np.repeat(unit.decays, len(pairs)),
    )
    return {
        "squares": certificate.squares.reshape(n, -1),
        "norm": certificate.trace_norm.reshape(n, -1),
        "formula": np.array([teachers_trace_norm(S_A, S_B, r) for r in unit.r_AB]),
    }
