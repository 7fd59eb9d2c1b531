"""The multiverse: claims in many settings, how often they hold, and which factor decides."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float
from scipy.stats import binomtest

from mtlpaper.benefit import Problem, Training, Unit, solve
from mtlpaper.chapters.auxiliary_data.claims import CLAIMS as AUXILIARY_DATA
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.precision import of_loss
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.experiment import (
    N_GROUPS,
    REFERENCE_POINTS,
    RULES,
    networks,
    pair_labels,
)
from mtlpaper.chapters.figure2.claims import CLAIMS as FIGURE2
from mtlpaper.chapters.multiverse.design import FACTORS, Choice, as_stated, choices, levels_of
from mtlpaper.chapters.multiverse.importance import importance
from mtlpaper.chapters.multiverse.parameters import Multiverse
from mtlpaper.chapters.multiverse.views import views_of
from mtlpaper.chapters.table1.claims import CLAIMS as TABLE1
from mtlpaper.companion.claims import Claim, MissingDataError
from mtlpaper.companion.contract import Grid, Labels, Stage, Variable

#: Learning rate of mini-batches, relative to that of the full batch.
_MINI = 0.1
#: Bounds of the rate: smaller rates take too many steps, larger ones depart from the gradient flow.
_RATES = (0.05, 2.0)
_LEAST_TIME = 100.0
#: Largest p-value at which a factor counts as one that decides; small, since many are tested.
_CHANCE = 0.01


def measure(params: Multiverse, _: xr.Dataset) -> Iterator[Grid]:
    """Losses of every panel in every setting, by every rule that may choose the time."""
    settings, tasks = choices(params), panels(params)
    least = "generalisation loss by groups of test points, "
    yield Grid(
        {
            "setting": Labels(range(len(settings)), "number of the setting"),
            "panel": Labels(tuple(tasks), "what is trained"),
        },
        lambda setting, panel: unit_of(params, settings[setting], *tasks[panel]),
        solve,
        {
            "loss": Variable(("net", "group"), f"{least}the least", "nats", of_loss),
            "chosen_loss": Variable(
                ("net", "chosen", "group"),
                f"{least}where validation points choose the time",
                "nats",
                of_loss,
            ),
        },
        {
            "net": networks(pair_labels(product(all_S_B(params), all_r_AB(params)))),
            "chosen": variable("chosen", list(RULES[1:]), "what chooses the time"),
            "group": variable("group", np.arange(N_GROUPS), "group of test points"),
        },
        cost,
    )


def panels(params: Multiverse) -> dict[str, tuple[int, int, float]]:
    """Training points of both tasks and S_A of every panel by name, alike in all settings."""
    least, enough = params.n_train[:2]
    return {f"{n}": (n, n, params.S_high) for n in params.n_train} | {
        "noisy main": (enough, enough, params.S_low),
        "auxiliary": (least, params.n_aux, params.S_high),
    }


def all_S_B(params: Multiverse) -> tuple[float, float]:
    """Singular values of the auxiliary teachers."""
    return params.S_low, params.S_high


def all_r_AB(params: Multiverse) -> tuple[float, float, float]:
    """Levels of relatedness."""
    return 0.0, params.weak, 1.0


def unit_of(params: Multiverse, choice: Choice, n_train: int, n_aux: int, S_A: float) -> Unit:
    """The students of one panel in one setting."""
    problem = Problem(
        N1=choice.N1,
        N3=params.N3,
        rank=params.rank,
        sigma=choice.sigma,
        noise=choice.noise,
        label_rule=choice.label_rule,
        inputs=choice.inputs,
        n_train=n_train,
        n_aux=n_aux,
        S_A=S_A,
        S_B=all_S_B(params),
        r_AB=all_r_AB(params),
        seed=params.seed,
        replicate=choice.dataset,
    )
    mini = 0 < choice.batch_size < min(n_train, n_aux)
    share = n_train / REFERENCE_POINTS * (_MINI if mini else 1)
    rate = float(np.clip(choice.learning_rate * share, *_RATES))
    training = Training(
        learning_rate=rate,
        t_max=max(params.t_max * n_train, _LEAST_TIME),
        look_every=max(2 * rate, 0.4),
        n_test=params.n_test,
        n_groups=N_GROUPS,
        n_validation=params.n_validation,
        device=params.device,
        dtype=params.dtype,
        look_growth=0.1,
        batch_size=choice.batch_size if mini else 0,
    )
    return Unit(problem, training, choice.N2, choice.s0, choice.initial)


def derive(params: Multiverse, data: xr.Dataset) -> xr.Dataset:
    """Judge every claim in every setting, and compute the importance of every factor.

    Returns
    -------
    xarray.Dataset
        `benefit` over (setting, panel, S_B, r_AB); the `margin` over (claim, setting) of a claim's
        least favourable part to the limit, negative where the claim fails; the `share` of settings
        in which it holds over (bound, claim), and the `share_stated` of those that are `as_stated`;
        the `importance` of every factor over (claim, factor)
        and whether it is `clear`; the factor that `decides`, or "none".
    """
    settings, benefit = choices(params), _benefits(params, data)
    views = [views_of(params, one) for one in benefit]
    judged = {claim.name: _margins(claim, views) for claim in (*TABLE1, *FIGURE2, *AUXILIARY_DATA)}
    margin = {name: margins for name, margins in judged.items() if margins}
    levels = levels_of(params)
    tested = [[importance(np.array(one), of) for of in levels] for one in margin.values()]
    weight, p_value = np.moveaxis(np.array(tested), -1, 0)
    clear = p_value < _CHANCE
    most = np.where(clear, weight, -np.inf).argmax(axis=1)
    decides = np.where(clear.any(axis=1), np.array(FACTORS)[most], "none")
    holds = np.array(list(margin.values())) >= 0
    stated = np.array([as_stated(choice) for choice in settings])
    what = "share of the margin's variance by rank"
    return xr.Dataset(
        {
            "benefit": benefit,
            "margin": variable(
                ("claim", "setting"), list(margin.values()), "distance inside the accepted range"
            ),
            "share": variable(
                ("bound", "claim"), _shares(holds), "share of settings in which it holds"
            ),
            "share_stated": variable(
                ("bound", "claim"),
                _shares(holds[:, stated]),
                "the same of settings that have what the text states",
            ),
            "stated": variable("setting", stated, "whether a setting has what the text states"),
            "importance": variable(("claim", "factor"), weight, what),
            "clear": variable(("claim", "factor"), clear, "whether chance hardly reaches it"),
            "decides": variable("claim", decides, "factor in charge"),
        },
        {
            "factor": variable("factor", list(FACTORS), "what varies"),
            "claim": variable("claim", list(margin), "claim"),
            "bound": BOUND,
        },
    )


def _benefits(params: Multiverse, data: xr.Dataset) -> xr.DataArray:
    """Benefits over (setting, panel, S_B, r_AB), at times chosen by the rule of each setting."""
    loss = data["loss"].expand_dims(chosen=[RULES[0]])
    rules = [choice.protocol for choice in choices(params)]
    loss = xr.concat([loss, data["chosen_loss"]], "chosen").mean("group")
    by_rule = loss.sel(chosen=xr.DataArray(rules, dims="setting")).transpose(..., "net").values
    S_B, r_AB = all_S_B(params), all_r_AB(params)
    coordinates = {
        "setting": data["setting"].variable,
        "panel": data["panel"].variable,
        "S_B": variable("S_B", list(S_B), "singular value of the auxiliary task"),
        "r_AB": variable("r_AB", list(r_AB), "relatedness"),
    }
    values = by_rule[..., :1] - by_rule[..., 1:]
    values = values.reshape(*values.shape[:2], len(S_B), len(r_AB))
    attributes = {"long_name": "multitask benefit", "units": "nats"}
    return xr.DataArray(values, coordinates, list(coordinates), attrs=attributes)


def _margins(claim: Claim, views: Sequence[dict[str, xr.Dataset]]) -> list[float]:
    """A claim's least margin in every setting; none if the scan lacks networks it speaks of."""
    assert claim.statistic is not None  # all claims of chapters have one
    try:
        parts = [claim.statistic(view[claim.experiment]).estimate for view in views]
    except MissingDataError:
        return []
    return [float(claim.range.margin(estimate).min()) for estimate in parts]


def _shares(holds: Bool[np.ndarray, "claim setting"]) -> Float[np.ndarray, "bound claim"]:
    """Shares of settings, with their 95 % intervals after Wilson; NaN without any setting."""
    n = holds.shape[1]
    if not n:
        return np.full((3, len(holds)), np.nan)
    counts = holds.sum(axis=1)
    ends = [binomtest(int(k), n).proportion_ci(method="wilson") for k in counts]
    return np.array([counts / n, [one.low for one in ends], [one.high for one in ends]])


STAGES = (Stage(measure, derive),)
