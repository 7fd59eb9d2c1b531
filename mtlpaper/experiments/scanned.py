"""Units of work of the multiverse: benefits by every protocol, and the gap of Eq. (3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.benefit import DeepUnit, Unit, deep_unit, linear_unit
from mtlpaper.experiments.replicates import Setting, draw_all
from mtlpaper.theory import rank_one_drive, solve_rank_one
from mtlpaper.training import DivergenceError, Dtype, TrainingSet, train

#: What chooses the time, in the order of the benefits returned.
PROTOCOLS = ("test", "validation", "noisy validation")


@dataclass(frozen=True)
class GapUnit:
    """Figure 1's students in one setting.

    Attributes
    ----------
    setting : Setting
    n_seeds, seed : int
        Datasets, and where their randomness comes from.
    n_steps : int
        Over which the training is spread.
    t_end : float
        Its end, in units of tau.
    batch_size : int
        Points a step; 0 takes all.
    device, dtype
        As for `mtlpaper.training.train`.
    """

    setting: Setting
    n_seeds: int
    seed: int
    n_steps: int
    t_end: float
    batch_size: int
    device: str
    dtype: Dtype


def scanned_unit(unit: Unit | DeepUnit) -> dict[str, np.ndarray]:
    """Benefits (protocol, auxiliary task) of a unit's students; NaN where training diverges."""
    train_unit: Callable[[Any], dict[str, np.ndarray]] = (
        deep_unit if isinstance(unit, DeepUnit) else linear_unit
    )
    try:
        found = train_unit(unit)
    except DivergenceError:
        return {"benefit": np.full((len(PROTOCOLS), unit.problem.n_networks - 1), np.nan)}
    test, chosen = found["loss"].mean(axis=-1), found["chosen_loss"].mean(axis=-1)
    loss = np.concatenate([test[None], chosen.T])
    return {"benefit": loss[:, :1] - loss[:, 1:]}


def gap_unit(unit: GapUnit) -> dict[str, np.ndarray]:
    """Largest relative gap of Eq. (3), as printed, to SGD in one setting.

    The drive is that of soft labels whatever the rule is: the paper has no other.
    """
    cell = draw_all(unit.setting, unit.seed, unit.n_seeds)
    steps = np.unique(np.linspace(0, unit.n_steps, 21).astype(int))
    data = TrainingSet(np.stack([one.X for one in cell]), np.stack([one.Y for one in cell]))
    trajectory = train(
        [one.student for one in cell],
        [data],
        steps,
        learning_rate=unit.t_end / unit.n_steps,
        batch_size=unit.batch_size,
        seed=unit.seed,
        device=unit.device,
        dtype=unit.dtype,
    )
    t = steps * unit.t_end / unit.n_steps
    theory = [
        solve_rank_one(unit.setting.s0, one.u_hat, rank_one_drive(one.s_hat, one.u_hat, "soft"), t)
        for one in cell
    ]
    sgd = trajectory.singular_values()[:, :, 0].T
    return {"gap": np.array(largest_relative_gap(sgd, np.stack(theory), n_resamples=1).value)}
