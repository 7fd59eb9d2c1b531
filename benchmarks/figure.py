"""Units of Figure 2, trained by the engine and by the paper's recipe in the plain loop."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.competitors import LoopedNetwork
from benchmarks.timing import elapsed
from mtlpaper.benefit import Unit, bootstrap_interval, linear_unit
from mtlpaper.benefit.data import Data, draw_data
from mtlpaper.benefit.descent import initial_student
from mtlpaper.chapters.common.two_tasks.experiment import linear
from mtlpaper.chapters.figure2.parameters import Figure2
from mtlpaper.training import GaussianTest

#: The paper's recipe: learning rate and steps of every network.
RATE, STEPS = 1e-3, 5000
#: Steps between two looks of the loop at its test loss.
_EVERY = 50


def params() -> Figure2:
    """Figure 2's parameters at the sizes of this benchmark."""
    return Figure2(N1=100, N2=100)


def unit_of(n: int, S_A: float, replicate: int, *, t_max: float = 0, **changes: Any) -> Unit:
    """A unit of the figure with n training points a task; `changes` replace fields of it."""
    unit = linear(params(), n, n, S_A, replicate, **changes)
    if not t_max:
        return unit
    return dataclasses.replace(unit, training=dataclasses.replace(unit.training, t_max=t_max))


def unit_seconds(n: int, S_A: float, replicate: int) -> tuple[float, float]:
    """Wall-clock time in which the engine trains a unit to its minima, tests included.

    And the share of its networks whose minimum the recipe would not reach.
    """
    unit = unit_of(n, S_A, replicate)
    minima: dict[str, np.ndarray] = {}
    taken = elapsed(lambda: minima.update(linear_unit(unit)))
    return taken, float((minima["t"] > RATE * STEPS).mean())


def loop_seconds(n: int, S_A: float, replicate: int, steps: int) -> tuple[float, float]:
    """Time of a step of the single-task and of a multitask network in the plain loop."""
    unit = unit_of(n, S_A, replicate)
    data = draw_data(unit.problem)
    networks = [looped(unit, data, net) for net in (0, 1)]
    for network in networks:
        network.run(3)
    single, multi = (elapsed(lambda w=w: w.run(steps)) / steps for w in networks)
    return single, multi


def looped(unit: Unit, data: Data, net: int) -> LoopedNetwork:
    """A unit's network in the plain loop; the first, a single-task network, has one head."""
    tasks = 1 if net == 0 else 2
    student = initial_student(unit, data)
    sets = data.sets[:tasks]
    return LoopedNetwork(
        torch.tensor(student.W21, dtype=torch.float32),
        [torch.tensor(W32, dtype=torch.float32) for W32 in student.W32[:tasks]],
        [torch.tensor(part.X[0].T.copy(), dtype=torch.float32) for part in sets],
        [torch.tensor(part.Y[net].argmax(axis=0)) for part in sets],
        RATE,
    )


@dataclass(frozen=True)
class Comparison:
    """Benefits of the cells of one dataset by the engine and by the loop, in nats.

    Attributes
    ----------
    engine, recipe, longer : (cell,) arrays
        By the engine, by the paper's recipe, and by the same loop until its minima are past.
    half_width : (cell,) array
        Of the interval of the engine's benefit over the figure's datasets.
    cut : float
        Share of the recipe's networks whose least loss is their last.
    interior : bool
        Whether all minima of the longer loop are interior.
    steps : int
        Of the longer loop.
    """

    engine: np.ndarray
    recipe: np.ndarray
    longer: np.ndarray
    half_width: np.ndarray
    cut: float
    interior: bool
    steps: int


def compare(n: int, S_A: float, S_B: tuple[float, ...], r_AB: tuple[float, ...]) -> Comparison:
    """Train the cells of one dataset by engine and loop, from the same starts, to their minima."""
    units = [
        unit_of(n, S_A, replicate, S_B=S_B, r_AB=r_AB) for replicate in range(params().n_seeds)
    ]
    results = [linear_unit(unit) for unit in units]
    benefits = np.stack([gain(result["loss"].mean(axis=1)) for result in results])
    _, low, high = bootstrap_interval(benefits)
    steps = max(STEPS, round(1.2 * results[0]["t"].max() / RATE))
    curves = _loop_curves(units[0], steps)
    recipe = curves[:, : STEPS // _EVERY + 1]
    return Comparison(
        engine=benefits[0],
        recipe=gain(recipe.min(axis=1)),
        longer=gain(curves.min(axis=1)),
        half_width=(high - low) / 2,
        cut=_last(recipe),
        interior=_last(curves) == 0,
        steps=steps,
    )


def gain(loss: np.ndarray) -> np.ndarray:
    """Loss of the single-task network, which is the first, minus those of the others."""
    return loss[0] - loss[1:]


def _last(curves: np.ndarray) -> float:
    return float((curves.argmin(axis=1) == curves.shape[1] - 1).mean())


def _loop_curves(unit: Unit, steps: int) -> np.ndarray:
    """Test loss (net, look) of every network in the loop, the start included."""
    data = draw_data(unit.problem)
    training = unit.training
    test = GaussianTest(data.A, training.n_test, n_groups=training.n_groups, dtype=training.dtype)

    def loss(W: Tensor) -> float:
        return float(test(W[None, : unit.problem.N3]).loss.mean())

    curves = []
    for net in range(unit.problem.n_networks):
        network = looped(unit, data, net)
        curve = [loss(network.weights())]
        for _ in range(0, steps, _EVERY):
            network.run(_EVERY)
            curve.append(loss(network.weights()))
        curves.append(curve)
    return np.array(curves)
