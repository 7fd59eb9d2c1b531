"""Numbers in the prose on methods, and its row on the front page."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.numbers import at_most
from mtlpaper.chapters.methods.tables import called
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Which method of multitask learning helps, and which protects?"
ANSWER = (
    "Beside related tasks a shared trunk with weight decay (hard sharing) brings a benefit of "
    "{hard_related:+.2f} nats, a tuned weight of the auxiliary loss {fixed_related:+.2f}, and a "
    "gate that drops opposed gradients {gate_related:+.2f}. Beside unrelated tasks they bring "
    "{hard_unrelated:+.3f}, {fixed_unrelated:+.3f} and {gate_unrelated:+.3f}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "Here the parameter keeps",
    "Here each has to do better",
    "A method that does less harm",
    "The rules were made for large",
    "A first look at a few datasets",
)
#: Methods that are always there, and of which the prose tells.
_TOLD = ("equal", "fixed", "gate", "trunk_rate", "hard")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give benefits over tuned single-task students in nats, and losses of these.

    `best_rule` and `best_sharing` have the largest mean benefit over all cells, `safest_rule` and
    `safest_sharing` the largest one in their worst cell.
    """
    common = data.sel(against="tuned baseline")
    mean, worst = (common[name].sel(bound="estimate") for name in ("summary", "worst"))
    own = data["summary"].sel(against="own student", bound="estimate")
    found: dict[str, Number] = {}
    for name in _TOLD:
        for tasks in ("related", "unrelated"):
            found[f"{name}_{tasks}"] = float(mean.sel(technique=name, tasks=tasks))
    of_both = own.sel(technique=["fixed", "gate"], tasks="unrelated")
    found["fixed_and_gate"] = at_most(float(abs(of_both).max()), 1)
    untuned = data["untuned"].sel(bound="estimate")
    for name in ("fixed", "gate"):
        for tasks, pick in (("related", "max"), ("unrelated", "min")):
            value = getattr(untuned.sel(rule=name, tasks=tasks), pick)()
            found[f"{name}_untuned_{tasks}"] = float(value)
    families = {"rule": data["rule"].values, "sharing": data["structure"].values}
    for family, names in families.items():
        for word, values in (("best", mean.sel(tasks="all")), ("safest", worst)):
            name = str(names[int(values.sel(technique=names).values.argmax())])
            found[f"{word}_{family}"] = called(name)
            found[f"{word}_{family}_related"] = float(mean.sel(technique=name, tasks="related"))
            found[f"{word}_{family}_unrelated"] = float(mean.sel(technique=name, tasks="unrelated"))
            found[f"{word}_{family}_worst"] = float(worst.sel(technique=name))
    alone = data["L_alone"].sel(bound="estimate").values
    students = ("plain", "tuned", "decayed", "relu_plain", "relu_tuned")
    found |= {f"L_{name}": float(loss) for name, loss in zip(students, alone, strict=True)}
    ends = [data[name].values.ravel() for name in ("rule_t_end", "deep_t_end")]
    unfinished = np.mean(np.concatenate(ends) >= parameter(data, "t_max"))
    return found | {
        "n_datasets": data.sizes["seed"],
        "n_cells": data.sizes["S_A"] * data.sizes["n_aux"] * (data.sizes["net"] - 1),
        "n_rules": data.sizes["rule"],
        "n_structures": data.sizes["structure"],
        "at_end_percent": 100 * float(data["at_end"].mean()),
        "n_deep": int(parameter(data, "n_deep")),
        "unfinished_percent": 100 * float(unfinished),
        "most_spent": at_most(float(data["spent"].sel(technique=families["rule"]).max()), 3),
    }
