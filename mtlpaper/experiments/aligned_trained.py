"""The plane flow against trained networks: singular values of task A in time."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.experiments.aligned_pairs import Pair, draw_batch, draw_pair, train_together
from mtlpaper.experiments.labels import bounds, variable
from mtlpaper.experiments.replicates import record_steps
from mtlpaper.settings.aligned import Aligned
from mtlpaper.tasks import LabelRule
from mtlpaper.theory import AlignedTask, eq3_path, solve_aligned_pair

_RECORDS = 41
#: Past this time little moves any more.
_T_SHOWN = 25.0


def trained_curves(params: Aligned) -> xr.Dataset:
    """Train a few pairs on many points, and follow the same pairs by the plane flow.

    Returns
    -------
    xarray.Dataset
        `s_trained` and `s_plane` over (label_rule, cell, seed, time), and `s_alone` by Eq. (3)
        over (label_rule, seed, time); `flow_gap` over (label_rule, cell, bound).
    """
    t_end = min(_T_SHOWN, params.t_end)
    steps = record_steps(max(1, round(t_end / params.learning_rate)), _RECORDS)
    t = steps * params.learning_rate
    cells = _cells(params)
    trained, plane, alone = [], [], []
    for rule in params.label_rules:
        runs = [_curves(params, cells, rule, steps, t, i) for i in range(params.n_trained)]
        trained.append(np.stack([run[0] for run in runs], axis=1))
        plane.append(np.stack([run[1] for run in runs], axis=1))
        alone.append(np.stack([run[2] for run in runs]))
    gaps = [
        [bounds(largest_relative_gap(*pair)) for pair in zip(*curves, strict=True)]
        for curves in zip(trained, plane, strict=True)
    ]
    dims = ("label_rule", "cell", "seed", "time")
    names = [f"S_B = {S_B:g}, r_AB = {r_AB:g}" for S_B, r_AB in cells]
    return xr.Dataset(
        {
            "s_trained": variable(dims, trained, "singular value of task A, trained"),
            "s_plane": variable(dims, plane, "singular value of task A, plane flow"),
            "s_alone": variable(
                ("label_rule", "seed", "time"), alone, "singular value of task A alone, Eq. (3)"
            ),
            "flow_gap": variable(
                ("label_rule", "cell", "bound"), gaps, "largest relative gap to training"
            ),
        },
        {
            "cell": variable("cell", names, "auxiliary task"),
            "seed": variable("seed", np.arange(params.n_trained), "number of the dataset"),
            "time": variable("time", t, "time t/tau", "tau"),
        },
    )


def _cells(params: Aligned) -> list[tuple[float, float]]:
    """Auxiliary tasks shown: noisy and weakly related; clean and less to fully related."""
    strong = params.S_B[-1]
    half = params.r_AB[len(params.r_AB) // 2]
    return [
        (params.S_B[0], params.weak),
        *((strong, r) for r in sorted({0.0, half, params.r_AB[-1]})),
    ]


def _curves(
    params: Aligned,
    cells: list[tuple[float, float]],
    rule: LabelRule,
    steps: np.ndarray,
    t: np.ndarray,
    replicate: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Trained (cell, time), by the plane flow (cell, time), and alone by Eq. (3) (time,)."""
    pairs = [draw_pair(params, params.S_main, S_B, r_AB, replicate) for S_B, r_AB in cells]
    batch = draw_batch(params, pairs, rule, params.n_large, replicate)
    trained = train_together(params, batch, steps)
    s = np.linalg.svd(trained, compute_uv=False)[..., 0].T
    plane = np.stack([plane_curve(params, pair, rule, t) for pair in pairs])
    A = _task(pairs[0], "A", rule)
    return s, plane, eq3_path(A, params.s0)(t)[:, 0, 0]


def _task(pair: Pair, name: str, rule: LabelRule) -> AlignedTask:
    modes = getattr(pair.modes, name)
    return AlignedTask(modes.s_hat, modes.u_hat, rule)


def plane_curve(
    params: Aligned, pair: Pair, rule: LabelRule, t: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    """Singular value of task A by the plane flow of a pair that starts aligned."""
    A, B = (_task(pair, name, rule) for name in ("A", "B"))
    r_hat = np.array([pair.modes.r_hat])
    flow = solve_aligned_pair(A, B, r_hat, r_hat, params.s0, float(t[-1]))
    return np.asarray(np.linalg.norm(flow.w(t)[:, 0], axis=-1))
