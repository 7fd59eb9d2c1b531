"""Rules and ways of sharing on the same data: tuned alike, and compared with tuned single tasks."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.benefit import DeepUnit, Unit
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.precision import of_loss, of_time
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.chapters.common.two_tasks.experiment import (
    N_GROUPS,
    gain,
    linear,
    main_tasks,
    networks,
    over_datasets,
    pair_labels,
    points,
    problem_of,
    seeds,
    task_coordinates,
    training_of,
)
from mtlpaper.chapters.methods.parameters import RELU, Methods
from mtlpaper.companion.contract import Cost, Grid, Labels, Stage, Tolerance, Variable
from mtlpaper.methods.effort import PLAIN_RULE, PLAIN_STRUCTURE, Effort, effort
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.sharing import Sharing, sharing
from mtlpaper.methods.units import Ruled, ruled

#: The plain sum of losses with a learning rate of the trunk's own: whose single-task student is the
#: baseline of rules.
TRUNK_RATE = "trunk_rate"
GATE = "gate"
#: The plain sum of losses as it is, without anything tuned but the time.
EQUAL = "equal"
#: What a benefit is measured against: the tuned single-task student of the family, with the trunk's
#: learning rate or the trace norm; or the method's own student alone.
AGAINST = ("tuned baseline", "own student")
#: Tasks over which benefits are averaged.
TASKS = ("all", "related", "unrelated")
EFFECTS = ("helps", "harms")
_VALUES = 5
#: Nats up to which benefits count as equal, and cells as neither helped nor harmed: optima are no
#: more accurate.
_CLEAR = 1e-4
_CELLS = ("S_A", "n_aux", "S_B", "r_AB")
_OPTIMUM = Tolerance(
    0.0, 1e-4, "other instruction sets moved losses by up to 4e-6, where problems are not convex"
)


# ---------------------------------------------------------------------------------------- measured


def rules_of(params: Methods) -> list[str]:
    """Rules that are measured: those asked for, and three of which the page tells."""
    return sorted({*params.rules, PLAIN_RULE, GATE, TRUNK_RATE})


def structures_of(params: Methods) -> list[str]:
    """Ways of sharing that are measured: those asked for, and hard sharing."""
    return sorted({*params.structures, PLAIN_STRUCTURE})


def measure(params: Methods, _: xr.Dataset) -> Iterator[Grid]:
    """Train every method's networks at its five values, and count what its steps take."""

    def unit(seed: int, S_A: float, n_aux: int) -> Unit:
        return linear(params, params.n_train, n_aux, S_A, seed)

    rules = Labels(rules_of(params), "rule that combines gradients")
    structures = Labels(structures_of(params), "way of sharing weights")
    cells = {
        "seed": seeds(params),
        "S_A": main_tasks(params),
        "n_aux": points(params.n_aux, "auxiliary"),
    }
    pairs = [(S_B, r_AB) for S_B in params.S_B for r_AB in params.r_AB]
    coords = _coordinates("net", pair_labels(pairs))
    yield Grid(
        {"rule": rules, **cells},
        lambda rule, **cell: Ruled(unit(**cell), rule),
        ruled,
        _ruled_gives("rule", "net"),
        coords,
        _cost,
    )
    yield Grid(
        {"structure": structures, **cells},
        lambda structure, **cell: Sharing(unit(**cell), structure),
        sharing,
        _gives("shared", "net", _OPTIMUM),
        coords,
        _cost,
    )
    yield Grid(
        {"rule": rules, "seed": cells["seed"]},
        lambda rule, seed: Ruled(deep(params, seed), rule),
        ruled,
        _ruled_gives("deep", "deep_net"),
        _coordinates("deep_net", [f"r_AB = {r:g}" for r in _ends(params)["r_AB"]]),
        _cost,
    )
    yield from _counted(params, rules, structures)


def deep(params: Methods, seed: int) -> DeepUnit:
    """ReLU students of one dataset, on clean tasks of which the auxiliary one has most points."""
    S_A, rate = params.S_A[-1], params.deep_learning_rate
    return DeepUnit(
        problem_of(params, params.n_deep, params.n_aux[-1], S_A, seed, **_ends(params)),
        training_of(params, params.n_deep, S_A, learning_rate=rate, look_every=2 * rate),
        params.N2,
        params.depth,
        params.activation,
        params.scale,
    )


def _ends(params: Methods) -> dict[str, tuple[float, ...]]:
    """The cleanest auxiliary tasks, least and most related."""
    return {"S_B": params.S_B[-1:], "r_AB": (params.r_AB[0], params.r_AB[-1])}


def _counted(params: Methods, rules: Labels, structures: Labels) -> Iterator[Grid]:
    """What a step takes with one auxiliary task."""
    ends = {"S_B": params.S_B[-1:], "r_AB": params.r_AB[-1:]}
    shallow = linear(params, params.n_train, params.n_aux[-1], params.S_A[-1], 0, **ends)
    what = "operations of the matrix products of a step over those of the plain step"
    for dim, labels, name, unit in (
        ("rule", rules, "rule_cost", shallow),
        ("structure", structures, "shared_cost", shallow),
        ("rule", rules, "deep_cost", deep(params, 0)),
    ):
        yield Grid(
            {dim: labels},
            lambda unit=unit, **label: Effort(unit, *label.values()),
            effort,
            {name: Variable((), what, of="ratio")},
        )


def _gives(name: str, net: str, tolerance: Any) -> dict[str, Variable]:
    chosen = "loss on validation points"
    return {
        f"{name}_loss": Variable(
            ("value", net, "group"), "loss of the student", "nats", tolerance, of="loss"
        ),
        f"{name}_chosen": Variable(("value", net), chosen, "nats", tolerance, of="chosen"),
    }


def _ruled_gives(name: str, net: str) -> dict[str, Variable]:
    end = "time at which the training ended"
    return {
        **_gives(name, net, lambda one: of_loss(one.unit)),
        f"{name}_t_end": Variable(
            ("value", net), end, "tau", lambda one: of_time(one.unit), of="t_end"
        ),
    }


def _coordinates(net: str, beside: Sequence[str]) -> dict[str, xr.Variable]:
    return {
        "value": variable("value", np.arange(_VALUES), "number of the tuned parameter's value"),
        net: networks(beside, net),
        "group": variable("group", np.arange(N_GROUPS), "group of test points"),
    }


def _cost(one: Ruled | Sharing) -> Cost:
    each = cost(one.unit)
    return Cost(0.2 + _VALUES * each.seconds, _VALUES * each.flops, _VALUES * each.networks)


# ----------------------------------------------------------------------------------------- derived


def derive(params: Methods, data: xr.Dataset) -> xr.Dataset:
    """Tune every method by validation points, and compare with tuned single-task students.

    Returns
    -------
    xarray.Dataset
        Over `technique`, which are the rules and `equal`, the ways of sharing, and the rules with
        ReLU students, and over `against`: `MT`, the mean benefit by relatedness, NaN where ReLU
        students have no such task; `summary`, the mean over `tasks`; `worst`, that of the cell
        where it is least; `beyond`, how much larger `summary` is than that of a `reference` of the
        same family; `share` of the cells that clearly help or harm. Over `technique` alone:
        `spent`, the operations of a step over those of the plain one; `at_end`, the share of
        multitask networks that choose an end of the five values. `untuned` over (`rule`, `value`,
        `tasks`) is the mean benefit of linear students with each value of the parameter, over the
        student alone with the same value. `L_alone` is the loss of the single-task `student`.
    """
    one_cell = {"S_A": params.S_A[-1:], "n_aux": params.n_aux[-1:]}
    few = params.model_copy(update=_ends(params))
    rules, shared = _rules(data, "rule", "net"), _tuned(data, "shared", "structure", "net")
    relu = _rules(data, "deep", "deep_net")
    relu = relu.assign(loss=relu["loss"].expand_dims(one_cell)).assign_coords(
        technique=[f"{name}{RELU}" for name in relu["technique"].values]
    )
    plain = (EQUAL, PLAIN_RULE, TRUNK_RATE)
    families = [
        _family(params, rules, plain),
        _family(params, shared, (PLAIN_STRUCTURE,)),
        _family(few, relu, tuple(f"{name}{RELU}" for name in plain)),
    ]
    found = xr.concat(families, "technique", join="outer")
    students = {
        "early stopping": rules["loss"].sel(technique=EQUAL),
        "early stopping, trunk's rate tuned": rules["loss"].sel(technique=TRUNK_RATE),
        "trace norm": shared["loss"].sel(technique=PLAIN_STRUCTURE),
        "ReLU, early stopping": relu["loss"].sel(technique=f"{EQUAL}{RELU}"),
        "ReLU, early stopping, trunk's rate tuned": relu["loss"].sel(
            technique=f"{TRUNK_RATE}{RELU}"
        ),
    }
    alone = [
        over_datasets(one.isel(net=0).mean(["S_A", "n_aux"])).values for one in students.values()
    ]
    return xr.Dataset(
        {
            "L_alone": variable(
                ("bound", "student"),
                np.stack(alone, axis=1),
                "loss of single-task students",
                "nats",
            ),
            "untuned": _untuned(params, data),
            **{
                name: variable(tuple(map(str, found[name].dims)), found[name].values, *words)
                for name, words in _DERIVED.items()
            },
        },
        {
            "bound": BOUND,
            "technique": variable(
                "technique", [*map(str, found["technique"].values)], "method; `equal` is not tuned"
            ),
            "against": variable("against", list(AGAINST), "what benefits are measured against"),
            "tasks": variable("tasks", list(TASKS), "tasks over which benefits are averaged"),
            "reference": variable("reference", found["reference"].values, "method compared with"),
            "effect": variable("effect", list(EFFECTS), "side of zero of the interval"),
            "student": variable("student", list(students), "single-task student"),
            "r_AB": task_coordinates(params)["r_AB"],
        },
    )


_DERIVED = {
    "MT": ("benefit, mean over datasets and cells", "nats"),
    "summary": ("benefit, mean over datasets and tasks", "nats"),
    "worst": ("benefit in the cell where its mean over datasets is least", "nats"),
    "beyond": ("benefit less that of another method, mean over datasets and tasks", "nats"),
    "share": ("share of cells with such a benefit", "1"),
    "at_end": ("share of multitask networks that choose an end of the five values", "1"),
    "spent": ("operations of a step over those of the plain one", "1"),
}


def _rules(data: xr.Dataset, name: str, net: str) -> xr.Dataset:
    """Tuned rules, and the plain sum of losses."""
    loss = data[f"{name}_loss"].sel(rule=PLAIN_RULE, drop=True).mean("group")
    plain = {
        "loss": loss.isel(value=RULES[PLAIN_RULE].grid.index(1.0), drop=True).rename({net: "net"}),
        "at_end": 0.0,
        "spent": data[f"{name}_cost"].sel(rule=PLAIN_RULE, drop=True),
    }
    equal = xr.Dataset(plain).expand_dims(technique=[EQUAL])
    return xr.concat([equal, _tuned(data, name, "rule", net)], "technique")


def _tuned(data: xr.Dataset, name: str, dim: str, net: str) -> xr.Dataset:
    """Every network at the value that its validation points choose."""
    chosen = data[f"{name}_chosen"].argmin("value")
    ends = ((chosen == 0) | (chosen == _VALUES - 1)).isel({net: slice(1, None)})
    found = {
        "loss": data[f"{name}_loss"].drop_vars("value").mean("group").isel(value=chosen),
        "at_end": ends.mean([one for one in ends.dims if one != dim]),
        "spent": data[f"{name}_cost"],
    }
    return xr.Dataset(found).rename({dim: "technique", net: "net"})


def _untuned(params: Methods, data: xr.Dataset) -> xr.Variable:
    """Benefits of rules at each value of their parameter, over the student alone at that value."""
    loss = data["rule_loss"].mean("group")
    found = over_datasets(_over_tasks(gain(params, loss))).transpose(
        "bound", "rule", "value", "tasks"
    )
    what = "benefit with one value of the parameter, mean over datasets and tasks"
    return variable(tuple(map(str, found.dims)), found.values, what, "nats")


def _family(params: Methods, tuned: xr.Dataset, references: Sequence[str]) -> xr.Dataset:
    """Statistics of methods; the last reference's student alone is the common baseline."""
    loss = tuned["loss"]
    own, alone = gain(params, loss), loss.isel(net=0, drop=True)
    common = own + alone.sel(technique=references[-1], drop=True) - alone
    benefit = xr.concat([common, own], "against")
    over = _over_tasks(benefit)
    beyond = xr.concat(
        [over - over.sel(technique=name, drop=True) for name in references], "reference"
    )
    beyond = beyond.where(abs(beyond) > _CLEAR, 0.0)
    cells = over_datasets(benefit).stack(cell=_CELLS).reset_index("cell", drop=True)
    helps, harms = cells.isel(bound=1) > _CLEAR, cells.isel(bound=2) < -_CLEAR
    names = [name.removesuffix(RELU) for name in references]
    return xr.Dataset(
        {
            "MT": over_datasets(benefit.mean(["S_A", "n_aux", "S_B"])),
            "summary": over_datasets(over),
            "worst": cells.isel(cell=cells.isel(bound=0).argmin("cell")),
            "beyond": over_datasets(beyond).assign_coords(reference=names),
            "share": xr.concat([helps.mean("cell"), harms.mean("cell")], "effect"),
            "at_end": tuned["at_end"],
            "spent": tuned["spent"],
        }
    )


def _over_tasks(benefit: xr.DataArray) -> xr.DataArray:
    """Means over all cells, and over those of the most and of the least related tasks."""
    related, unrelated = benefit.isel(r_AB=[-1]), benefit.isel(r_AB=[0])
    return xr.concat([one.mean(_CELLS) for one in (benefit, related, unrelated)], "tasks")


STAGES = (Stage(measure, derive),)
