"""Units of linear students that share in one of several ways, on the first paper's tasks."""

from dataclasses import dataclass

import numpy as np

from mtlpaper.benefit import Unit
from mtlpaper.benefit.data import Data, draw_data, generalisation, validation_points
from mtlpaper.errors import require
from mtlpaper.methods.structure import Sizes, Structure, TwoTasks
from mtlpaper.methods.structures import STRUCTURES
from mtlpaper.students import Student
from mtlpaper.tasks import gaussian_inputs
from mtlpaper.training import LinearDescent, TrainingSet


@dataclass(frozen=True)
class Sharing:
    """The networks of a unit in one way of sharing, at all strengths of its penalty.

    Attributes
    ----------
    unit : Unit
        Without biases; of its training the test and validation points count.
    structure : str
        One of `mtlpaper.methods.structures.STRUCTURES`.
    """

    unit: Unit
    structure: str

    def __post_init__(self) -> None:
        known = ", ".join(STRUCTURES)
        require(self.structure in STRUCTURES, "structure", self.structure, f"one of {known}")
        n_validation = self.unit.training.n_validation
        require(n_validation > 0, "n_validation", n_validation, "at least 1")


def sharing(unit: Sharing) -> dict[str, np.ndarray]:
    """Train all networks at all strengths to their optima, as one batch.

    The first network is the single-task one: its main task has the structure's penalty, too.

    Returns
    -------
    dict
        `loss` (strength, net, group) in nats; `chosen` (strength, net), the loss on validation
        points that are labelled as in training.
    """
    base, structure = unit.unit, STRUCTURES[unit.structure]
    problem, training, n = base.problem, base.training, len(structure.strengths)
    data = draw_data(problem, base.alpha_B)
    W = structure.fit(*to_fit(base, structure, data)).numpy()
    # A student of given map: its trunk is the map, its head leaves it as it is.
    students = [Student(one, (np.eye(problem.N3),)) for one in W[:, 0]]
    ended = LinearDescent(
        students, (), training.learning_rate, device=training.device, dtype=training.dtype
    )
    validation = validation_points(data, problem, training)
    assert validation is not None
    loss = generalisation(data, problem, training)(ended).loss
    return {
        "loss": loss.reshape(n, problem.n_networks, -1),
        "chosen": validation.losses(ended.logits)[:, -1, 0].reshape(n, problem.n_networks),
    }


def to_fit(
    unit: Unit, structure: Structure, data: Data
) -> tuple[TwoTasks, np.ndarray, Sizes, np.random.Generator]:
    """What `Structure.fit` takes: all networks of a unit, for every strength in turn."""
    problem, strengths = unit.problem, structure.strengths
    points = unit.training.n_validation
    tasks = TwoTasks(
        [TrainingSet(part.X, np.tile(part.Y, (len(strengths), 1, 1))) for part in data.sets],
        np.tile(data.alphas, (len(strengths), 1)),
        gaussian_inputs(problem.N1, points, data.streams.rng("validation inputs")),
    )
    strength = np.repeat(strengths, problem.n_networks)
    sizes = Sizes(problem.N1, unit.N2, problem.N3)
    return tasks, strength, sizes, data.streams.rng("student")
