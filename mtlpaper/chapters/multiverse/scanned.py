"""Units of work of the multiverse: benefits by every protocol, and the gap of Eq. (3)."""

from dataclasses import dataclass

import numpy as np

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.benefit import DeepUnit, Unit, solve
from mtlpaper.chapters.common.two_tasks.experiment import RULES
from mtlpaper.dynamics import Curves, curves, draw_replicates
from mtlpaper.theory import rank_one_drive, solve_rank_one
from mtlpaper.training import DivergenceError


@dataclass(frozen=True)
class Scanned:
    """Students of one panel in one setting, and the grid of their benefits.

    Attributes
    ----------
    unit : Unit or DeepUnit
    protocol : str
        Rule that chooses the time of comparison, one of `RULES`.
    S_B, r_AB : tuple of float
        All values of the scan; the auxiliary tasks of the unit may have only some of them.
    """

    unit: Unit | DeepUnit
    protocol: str
    S_B: tuple[float, ...]
    r_AB: tuple[float, ...]


def scanned_unit(scanned: Scanned) -> dict[str, np.ndarray]:
    """Benefits over (S_B, r_AB), NaN without such a task; all NaN if training diverges."""
    problem = scanned.unit.problem
    benefit = np.full((len(scanned.S_B), len(scanned.r_AB)), np.nan)
    rows = [scanned.S_B.index(S_B) for S_B in problem.S_B]
    columns = [scanned.r_AB.index(r) for r in problem.r_AB]
    try:
        found = solve(scanned.unit)
    except DivergenceError:
        return {"benefit": benefit}
    by_rule = np.concatenate([found["loss"][:, None], found["chosen_loss"]], axis=1)
    loss = by_rule[:, RULES.index(scanned.protocol)].mean(axis=-1)
    benefit[np.ix_(rows, columns)] = (loss[0] - loss[1:]).reshape(len(rows), len(columns))
    return {"benefit": benefit}


def gap_unit(unit: Curves) -> dict[str, np.ndarray]:
    """Largest relative gap of Eq. (3), as printed, to SGD in one setting.

    The drive is that of soft labels under every label rule, as in the paper.
    """
    t = np.array(unit.t)
    theory = [
        solve_rank_one(unit.setting.s0, one.u_hat, rank_one_drive(one.s_hat, one.u_hat, "soft"), t)
        for one in draw_replicates(unit.setting, unit.seed, unit.n_seeds)
    ]
    gap = largest_relative_gap(curves(unit)["s_sgd"], np.stack(theory), n_resamples=1)
    return {"gap": np.array(gap[0])}
