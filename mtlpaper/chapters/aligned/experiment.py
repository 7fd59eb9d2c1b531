"""Two training-aligned tasks: noisy spectra, singular values in time, effects of task B on A."""

from collections.abc import Iterator

import xarray as xr

from mtlpaper.aligned import Followed, Tasks, TrainedPairs, drawn, predicted, trained
from mtlpaper.chapters.aligned import spectra as aligned_spectra
from mtlpaper.chapters.aligned.parameters import Aligned
from mtlpaper.chapters.common.aligned_tasks.experiment import (
    auxiliary,
    descent_of,
    interval,
    label_rules,
    setting_of,
)
from mtlpaper.chapters.common.aligned_tasks.parameters import LabelRule
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.precision import LOSS
from mtlpaper.chapters.common.single_task.experiment import gaps, record_steps
from mtlpaper.companion.contract import FLOW, Cost, Grid, Labels, Stage, Variable

_RECORDS = 41
#: End of the trajectories in units of tau; later they hardly change.
_T_SHOWN = 25.0
_DIFFERENCE = "s_A - s_tilde_A"
_DRAWN = ("label_rule", "rho", "kind", "end")


def measure(params: Aligned, _: xr.Dataset) -> Iterator[Grid]:
    """Draw spectra, integrate the plane flow over grids, and train a few pairs."""
    yield aligned_spectra.teachers(params)
    yield _maps(params)
    yield _drawn(params)
    yield _trained(params)


def _rho(params: Aligned) -> dict[str, xr.Variable]:
    return {"rho": variable("rho", list(params.rho), "overlap of unrelated tasks' heads")}


def _maps(params: Aligned) -> Grid:
    """Pairs of the geometry that (T 10) predicts, over the whole grid."""

    def unit(label_rule: LabelRule, S_A: float) -> Followed:
        setting = setting_of(params, label_rule)
        return Followed(Tasks(setting, S_A, params.S_B, params.r_AB), params.rho)

    dims = ("S_B", "rho", "r_AB")
    benefit = "multitask benefit of training-aligned tasks"
    n_pairs = len(params.S_B) * len(params.rho) * len(params.r_AB)
    return Grid(
        {
            "label_rule": label_rules(params),
            "S_A": Labels(params.S_A, "singular value of the main task's teacher"),
        },
        unit,
        predicted,
        {
            "s_difference": Variable(dims, f"{_DIFFERENCE} at the best times", tolerance=FLOW),
            "MT": Variable(dims, benefit, "nats", FLOW),
            "s_alone_best": Variable((), "s_tilde_A at its best time", tolerance=FLOW),
            "t_alone_best": Variable((), "that time t/tau", "tau", FLOW),
        },
        auxiliary(params) | _rho(params),
        lambda _: Cost(0.5 * len(params.S_B), networks=n_pairs),
    )


def _drawn(params: Aligned) -> Grid:
    """Drawn pairs of unrelated and weakly related teachers, at both ends of S_B."""
    ends = (params.S_B[0], params.S_B[-1])

    def unit(label_rule: LabelRule, pair: int) -> Followed:
        setting = setting_of(params, label_rule)
        return Followed(Tasks(setting, params.S_main, ends, (0.0, params.weak), pair), params.rho)

    dims = ("end", "kind", "rho")
    n_pairs = 4 * len(params.rho)
    return Grid(
        {
            "label_rule": label_rules(params),
            "pair": Labels(range(params.n_seeds), "number of the drawn pair"),
        },
        unit,
        drawn,
        {
            "s_difference_pair": Variable(
                dims, f"{_DIFFERENCE}, each drawn pair", tolerance=FLOW, of="s_difference"
            ),
            "benefit_pair": Variable(dims, "benefit, each drawn pair", "nats", FLOW, of="MT"),
        },
        {
            "kind": variable("kind", ["unrelated", "weakly related"], "relatedness"),
            "end": variable("end", ["least", "largest"], "which S_B"),
            **_rho(params),
        },
        lambda _: Cost(1.0, networks=n_pairs),
    )


def _trained(params: Aligned) -> Grid:
    """A few pairs trained on many points, and the same pairs by the plane flow."""
    t_end = min(_T_SHOWN, params.t_end)
    steps = record_steps(max(1, round(t_end / params.learning_rate)), _RECORDS)
    t = steps * params.learning_rate
    tasks = _shown_tasks(params)
    descent = descent_of(params)

    def unit(label_rule: LabelRule, seed: int) -> TrainedPairs:
        setting = setting_of(params, label_rule)
        times = tuple(t.tolist())
        return TrainedPairs(setting, seed, params.S_main, tasks, params.n_large, descent, times)

    what = "singular value of task A"
    names = [f"S_B = {S_B:g}, r_AB = {r_AB:g}" for S_B, r_AB in tasks]
    products = 8.0 * params.N1 * params.N3 * params.n_large
    memory = 8 * params.n_large * (3 * params.N1 + 2 * len(tasks) * params.N3)
    return Grid(
        {
            "label_rule": label_rules(params),
            "seed": Labels(range(params.n_trained), "number of the dataset"),
        },
        unit,
        trained,
        {
            "s_trained": Variable(("cell", "time"), f"{what}, trained", tolerance=LOSS),
            "s_plane": Variable(("cell", "time"), f"{what}, plane flow", tolerance=FLOW),
            "s_alone": Variable(("time",), f"{what} alone, Eq. (3)", tolerance=FLOW),
        },
        {
            "cell": variable("cell", names, "auxiliary task"),
            "time": variable("time", t, "time t/tau", "tau"),
        },
        lambda _: Cost(1.0, products * int(steps[-1]) * len(tasks), len(tasks), memory),
    )


def _shown_tasks(params: Aligned) -> tuple[tuple[float, float], ...]:
    """Auxiliary tasks shown: weakly related of the least S_B; three r_AB at the largest S_B."""
    strong = params.S_B[-1]
    half = params.r_AB[len(params.r_AB) // 2]
    relatedness = sorted({0.0, half, params.r_AB[-1]})
    return ((params.S_B[0], params.weak), *((strong, r) for r in relatedness))


def derive(params: Aligned, data: xr.Dataset) -> xr.Dataset:
    """Average over drawn pairs and teachers, and compare the plane flow with training.

    Returns
    -------
    xarray.Dataset
        What `aligned_spectra.summaries` gives. Of drawn pairs `s_difference_drawn` and
        `benefit_drawn` over (bound, label_rule, rho, kind, end), and over (bound, label_rule, rho)
        `s_difference_unrelated` at r_AB = 0 and the largest S_B, and `benefit_weak`, the benefit at
        weak relatedness at the largest S_B less that at the least. `flow_gap` over (label_rule,
        cell, bound). The coordinate `weak`.
    """
    s_difference, MT = data["s_difference_pair"], data["benefit_pair"]
    unrelated = s_difference.sel(kind="unrelated", end="largest")
    weak = MT.sel(kind="weakly related")
    weak = weak.sel(end="largest") - weak.sel(end="least")
    dims = ("label_rule", "rho")
    beside = f"{_DIFFERENCE} beside unrelated tasks of the largest S_B"
    less = "benefit of weakly related tasks, largest less least S_B"
    gap = gaps(data["s_trained"], data["s_plane"], "largest relative gap to training")
    return (
        aligned_spectra.summaries(params, data)
        .assign(
            s_difference_unrelated=interval(unrelated, "pair", dims, beside),
            benefit_weak=interval(weak, "pair", dims, less, "nats"),
            s_difference_drawn=interval(
                s_difference, "pair", _DRAWN, f"{_DIFFERENCE} of drawn pairs"
            ),
            benefit_drawn=interval(MT, "pair", _DRAWN, "benefit of drawn pairs", "nats"),
            flow_gap=gap,
        )
        .assign_coords(
            bound=BOUND, weak=variable((), params.weak, "relatedness that counts as weak")
        )
    )


STAGES = (Stage(measure, derive),)
