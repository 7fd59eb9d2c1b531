"""The multiverse: claims in many settings, how often they hold, and which factor decides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import DeepUnit, Problem, Training, Unit
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.precision import of_loss
from mtlpaper.chapters.common.single_task.experiment import record_steps
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.experiment import N_GROUPS, REFERENCE_POINTS
from mtlpaper.chapters.multiverse.design import FACTORS, Choice, choices, levels_of
from mtlpaper.chapters.multiverse.importance import importance, wilson_interval
from mtlpaper.chapters.multiverse.judged import JUDGED
from mtlpaper.chapters.multiverse.parameters import Multiverse
from mtlpaper.chapters.multiverse.scanned import Scanned, gap_unit, scanned_unit
from mtlpaper.chapters.multiverse.views import CLASSES, LIMITED, views_of
from mtlpaper.companion.claims import Claim, MissingDataError
from mtlpaper.companion.contract import Grid, Labels, Stage, Variable
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE, FIGURE1_TIME
from mtlpaper.dynamics import SGD, Curves, Setting

#: Number of levels of a span in the analysis of importance.
N_BINS = 4
#: Learning rate of mini-batches, relative to that of the full batch.
_MINI = 0.1
#: Bounds of the rate: smaller rates take too many steps, larger ones depart from the gradient flow.
_RATES = (0.025, 2.0)
_LEAST_TIME = 100.0
_FIGURE1_POINTS = 100
_NOT_SCANNED = -1
#: Least number of settings for an analysis of importance.
_LEAST = 3


@dataclass(frozen=True)
class PanelTasks:
    """Training set sizes, main task and auxiliary tasks of one panel, the same in all settings.

    Attributes
    ----------
    n_train, n_aux : int
        Training points of the main and of the auxiliary task.
    S_A : float
        Singular value of the main task's teacher.
    S_B, r_AB : tuple of float
        Singular values and levels of relatedness; every pair is an auxiliary task.
    depth : int
        Hidden layers with ReLUs between them; 0 for linear students.
    """

    n_train: int
    n_aux: int
    S_A: float
    S_B: tuple[float, ...]
    r_AB: tuple[float, ...]
    depth: int = 0


def measure(params: Multiverse, _: xr.Dataset) -> Iterator[Grid]:
    """Benefits of every panel in every setting, and the gap of Eq. (3).

    `benefit` over (setting, panel, S_B, r_AB), NaN where nothing was trained, and `gap` over
    (setting, N3).
    """
    settings, kinds = choices(params), panels(params)
    S_B, r_AB = all_S_B(params), all_r_AB(params)

    def scanned(setting: int, panel: str) -> Scanned | None:
        if kinds[panel].depth and setting >= params.n_deep:
            return None
        unit = unit_of(params, settings[setting], kinds[panel])
        return Scanned(unit, settings[setting].protocol, S_B, r_AB)

    labels = Labels(range(len(settings)), "number of the setting")
    yield Grid(
        {"setting": labels, "panel": Labels(tuple(kinds), "what is trained")},
        scanned,
        scanned_unit,
        {
            "benefit": Variable(
                ("S_B", "r_AB"), "multitask benefit", "nats", lambda one: of_loss(one.unit)
            )
        },
        {
            "S_B": variable("S_B", list(S_B), "singular value of the auxiliary task"),
            "r_AB": variable("r_AB", list(r_AB), "relatedness"),
        },
        lambda one: cost(one.unit),
    )
    yield Grid(
        {"setting": labels, "N3": Labels(CLASSES, "number of classes")},
        lambda setting, N3: gap_unit_of(params, settings[setting], N3),
        gap_unit,
        {"gap": Variable((), "gap of Eq. (3) to SGD")},
    )


def derive(params: Multiverse, data: xr.Dataset) -> xr.Dataset:
    """Judge all claims in every setting, and compute the importance of every factor.

    Returns
    -------
    xarray.Dataset
        `level` and `value` of every factor over (factor, setting), and what `judge_claims` gives.
    """
    values = [[shown(getattr(one, name)) for one in choices(params)] for name in FACTORS]
    claims = scanned_claims(params)
    levels = levels_of(params, N_BINS)
    return xr.Dataset(
        {
            "level": variable(("factor", "setting"), levels, "level of a factor"),
            "value": variable(("factor", "setting"), values, "value of a factor"),
            **judge_claims(params, data, claims, levels),
        },
        {
            "factor": variable("factor", list(FACTORS), "what varies"),
            "claim": variable("claim", claims, "claim"),
            "bound": BOUND,
        },
    )


def judge_claims(
    params: Multiverse, data: xr.Dataset, names: Sequence[str], levels: np.ndarray
) -> dict[str, xr.Variable]:
    """Judge the claims by the benefits and gaps of all settings.

    Returns
    -------
    dict
        Over (claim, setting) the `effect` of a claim's least favourable part, its `margin` to the
        limit (negative outside) and whether it `holds` (-1 where it was not scanned); the `share`
        of settings in which it does over (bound, claim); `n_scanned`; `importance` and its `chance`
        level over (claim, factor); the factor that `decides`.
    """
    views = [
        views_of(params, choice, data["benefit"].isel(setting=i), data["gap"].values[i])
        for i, choice in enumerate(choices(params))
    ]
    found = np.array([[_judge(JUDGED[name], view) for view in views] for name in names])
    return _summary(found, levels)


def scanned_claims(params: Multiverse) -> list[str]:
    """Claims that can be judged from the networks of the scan, deep ones included."""
    ones = xr.DataArray(
        np.ones((len(panels(params)), 3, 3)),
        {
            "panel": list(panels(params)),
            "S_B": list(all_S_B(params)),
            "r_AB": list(all_r_AB(params)),
        },
        ("panel", "S_B", "r_AB"),
    )
    views = views_of(params, choices(params)[0], ones, np.ones(len(CLASSES)))
    return [name for name, claim in JUDGED.items() if np.isfinite(_judge(claim, views)).all()]


def all_S_B(params: Multiverse) -> tuple[float, float, float]:
    """Singular values of auxiliary teachers; most panels have the first and the last only."""
    return params.S_low, 1.0, params.S_high


def all_r_AB(params: Multiverse) -> tuple[float, float, float]:
    """Levels of relatedness; some panels have the first and the last only."""
    return 0.0, params.weak, 1.0


def panels(params: Multiverse) -> dict[str, PanelTasks]:
    """The panels of every setting by name."""
    ends, all_S, levels = (params.S_low, params.S_high), all_S_B(params), all_r_AB(params)
    least, enough = params.n_train[0], params.n_train[1]
    found = {
        f"{n}": PanelTasks(n, n, params.S_high, all_S, levels)
        if n <= LIMITED * least
        else PanelTasks(n, n, params.S_high, ends, (0.0, 1.0))
        for n in params.n_train
    }
    found["noisy main"] = PanelTasks(enough, enough, params.S_low, ends, (0.0, 1.0))
    found["auxiliary"] = PanelTasks(least, params.n_aux, params.S_high, ends, (0.0, 1.0))
    found["deep"] = PanelTasks(enough, enough, params.S_high, ends, (0.0, 1.0), params.depth)
    return found


def unit_of(params: Multiverse, choice: Choice, panel: PanelTasks) -> Unit | DeepUnit:
    """The students of one panel in one setting."""
    problem = Problem(
        N1=choice.N1,
        N3=params.N3,
        rank=params.rank,
        sigma=choice.sigma,
        noise=choice.noise,
        label_rule=choice.label_rule,
        inputs=choice.inputs,
        n_train=panel.n_train,
        n_aux=panel.n_aux,
        S_A=panel.S_A,
        S_B=panel.S_B,
        r_AB=panel.r_AB,
        seed=params.seed,
        replicate=choice.dataset,
    )
    training = _training(params, choice, panel)
    if panel.depth:
        return DeepUnit(problem, training, choice.N2, panel.depth, "between", 1.0)
    return Unit(problem, training, choice.N2, choice.s0, choice.initial)


def _training(params: Multiverse, choice: Choice, panel: PanelTasks) -> Training:
    mini = 0 < choice.batch_size < min(panel.n_train, panel.n_aux) and not panel.depth
    share = panel.n_train / REFERENCE_POINTS * (_MINI if mini else 1)
    rate = float(np.clip(choice.learning_rate * share, *_RATES))
    rate = params.deep_learning_rate if panel.depth else rate
    return Training(
        learning_rate=rate,
        t_max=max(params.t_max * panel.n_train, _LEAST_TIME),
        look_every=max(2 * rate, 0.4),
        n_test=params.n_test,
        n_groups=N_GROUPS,
        n_validation=params.n_validation,
        device=params.device,
        dtype=params.dtype,
        look_growth=0.1,
        batch_size=choice.batch_size if mini else 0,
    )


def gap_unit_of(params: Multiverse, choice: Choice, N3: int) -> Curves:
    """The students of Figure 1 in one setting, with the initial value of Figure 1."""
    setting = Setting(
        N1=choice.N1,
        N2=choice.N2,
        N3=N3,
        n_train=_FIGURE1_POINTS,
        s_bar=params.s_bar,
        sigma=choice.sigma,
        noise=choice.noise,
        label_rule=choice.label_rule,
        s0=FIGURE1_SINGULAR_VALUE[0],
    )
    t_end, n_steps = FIGURE1_TIME[1], params.n_steps
    t = record_steps(n_steps, 21) * t_end / n_steps
    sgd = SGD(t_end / n_steps, params.device, "float64", choice.batch_size)
    return Curves(setting, params.seed, 2, ("sgd",), tuple(t.tolist()), sgd)


def _judge(claim: Claim, views: Mapping[str, xr.Dataset]) -> tuple[float, float]:
    """Effect of a claim's least favourable part and its margin to the limit; NaN if not scanned."""
    assert claim.statistic is not None  # `JUDGED` holds claims with a statistic only
    try:
        parts = claim.statistic(views.get(claim.experiment, xr.Dataset()))
    except MissingDataError:
        return float("nan"), float("nan")
    margin = claim.range.margin(parts.estimate)
    i = int(margin.argmin())
    return float(parts.estimate[i]), float(margin[i])


def _summary(found: np.ndarray, levels: np.ndarray) -> dict[str, xr.Variable]:
    effect, margin = found[..., 0], found[..., 1]
    seen = np.isfinite(margin)
    holds = np.where(seen, margin >= 0, _NOT_SCANNED).astype(int)
    share = [_share(row) for row in holds]
    weights = np.array([_importance(row, levels) for row in margin])
    both = ("claim", "setting")
    return {
        "effect": variable(both, effect, "effect of a claim's least favourable part"),
        "margin": variable(both, margin, "its distance inside the range that counts as true"),
        "holds": variable(both, holds, "whether the claim holds; -1 where not scanned"),
        "share": variable(
            ("bound", "claim"), np.array(share).T, "share of settings in which it holds"
        ),
        "n_scanned": variable("claim", seen.sum(axis=1), "settings scanned"),
        "importance": variable(
            ("claim", "factor"), weights[:, 0], "share of the margin's variance by rank"
        ),
        "chance": variable(("claim", "factor"), weights[:, 1], "what chance reaches of it"),
        "decides": variable(
            "claim", [_deciding_factor(*row) for row in weights], "factor in charge"
        ),
    }


def _share(holds: np.ndarray) -> tuple[float, float, float]:
    total = int((holds >= 0).sum())
    return wilson_interval(int((holds == 1).sum()), total) if total else (np.nan,) * 3


def _importance(margin: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Importance of every factor where a claim was scanned; 0 with too few settings."""
    seen = np.isfinite(margin)
    if seen.sum() < _LEAST:
        return np.stack([np.zeros(len(levels)), np.ones(len(levels))])
    return importance(margin[seen], levels[:, seen])


def shown(value: Any) -> str:
    """Write the value of a factor."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _deciding_factor(weight: np.ndarray, chance: np.ndarray) -> str:
    """The factor of the largest index among those above chance; "none" if there is none."""
    above = np.where(weight > chance, weight, -np.inf)
    return FACTORS[int(above.argmax())] if np.isfinite(above).any() else "none"


STAGES = (Stage(measure, derive),)
