"""Operations that a method takes, over those of the plain one: what it costs, on any processor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.benefit.data import draw_data
from mtlpaper.errors import require
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.sharing import to_fit
from mtlpaper.methods.structures import STRUCTURES
from mtlpaper.methods.units import started

#: What others are compared with: the plain sum of losses, and hard sharing.
PLAIN_RULE, PLAIN_STRUCTURE = "fixed", "hard"


@dataclass(frozen=True)
class Effort:
    """A method, and the networks whose matrix products are counted.

    Attributes
    ----------
    unit : Unit or DeepUnit
    method : str
        A rule, or for linear students a way of sharing.
    """

    unit: Unit | DeepUnit
    method: str

    def __post_init__(self) -> None:
        known = [*RULES, *(STRUCTURES if isinstance(self.unit, Unit) else ())]
        require(self.method in known, "method", self.method, f"one of {', '.join(known)}")


def effort(unit: Effort) -> dict[str, np.ndarray]:
    """Count the floating-point operations of matrix products.

    Returns
    -------
    dict
        `ratio` (): of a rule, those of its first step over the plain sum's; of a way of sharing,
        those of an objective with its gradient over hard sharing's, for all trainings it takes.
    """
    if isinstance(unit.unit, Unit) and unit.method in STRUCTURES:
        found = [_objective(unit.unit, name) for name in (unit.method, PLAIN_STRUCTURE)]
    else:
        found = [_step(unit.unit, name) for name in (unit.method, PLAIN_RULE)]
    return {"ratio": np.array(found[0] / found[1])}


def _step(unit: Unit | DeepUnit, name: str) -> int:
    rule, data = RULES[name], draw_data(unit.problem)
    parameters = torch.tensor(rule.grid, dtype=torch.float64, device=unit.training.device)
    descent, _ = started(unit, data, rule(parameters.repeat_interleave(len(data.alphas))))
    with torch.inference_mode():
        return _counted(descent.step)


def _objective(unit: Unit, name: str) -> int:
    data, count = draw_data(unit.problem), 0
    for structure in STRUCTURES[name].trained():
        objective, x = structure.objective(*to_fit(unit, structure, data))
        count += _counted(partial(objective, x))
    return count


def _counted(work: Callable[[], object]) -> int:
    # The counter knows this product, but not its form in place.
    in_place: Any = {torch.ops.aten.baddbmm_: _product}
    with FlopCounterMode(display=False, custom_mapping=in_place) as counter:
        work()
    return counter.get_total_flops()


def _product(_: torch.Size, first: torch.Size, second: torch.Size, **__: object) -> int:
    return 2 * prod(first) * second[-1]
