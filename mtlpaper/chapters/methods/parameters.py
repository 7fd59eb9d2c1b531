"""Parameters of the comparison of methods."""

from collections.abc import Callable
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Annotated

from pydantic import AfterValidator

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import LinearStudents, OneNumberOfClasses
from mtlpaper.companion.parameters import Distinct, Increasing, parameter

#: What is added to the names of rules where students are deep ReLU networks.
RELU = ", ReLU"


def _found(folder: str) -> tuple[str, ...]:
    """Names of the methods in a folder, none of which is loaded, since that takes torch."""
    spec = find_spec(f"mtlpaper.methods.{folder}")
    assert spec is not None
    return tuple(sorted(found.name for found in iter_modules(spec.submodule_search_locations)))


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def known(name: str) -> str:
        if name not in names:
            raise ValueError(f"must each be one of {', '.join(names)}")
        return name

    return known


_RULES, _STRUCTURES = _found("rules"), _found("structures")
_ALL = "all that are there"


class Methods(LinearStudents, OneNumberOfClasses):
    """Every method at five values of its one parameter, on the same data from the same weights."""

    name = "methods"
    title = "Methods of multitask learning on one testbed"
    presets = {
        "paper": {},
        "quick": {
            "N1": 20,
            "N2": 12,
            "N3": 5,
            "rank": 5,
            "S_B": [10.0],
            "r_AB": [0.0, 0.5, 1.0],
            "n_train": 50,
            "n_aux": [200],
            "n_seeds": 3,
            "n_test": 64,
            "n_validation": 200,
            "rules": ["fixed", "gate", "mgda", "trunk_rate"],
            "structures": ["hard", "soft"],
            "n_deep": 50,
            "deep_learning_rate": 0.2,
        },
    }

    S_A: Increasing[g.S_A] = parameter(
        (10.0,), "ours", "a clean main task, which related tasks help and others harm in Figure 2"
    )
    S_B: Increasing[g.S_B] = parameter((1.0, 10.0), "ours", "a noisy other task and a clean one")
    inputs: g.inputs = parameter("separate", "ours", "only the weights then couple the tasks")
    n_train: g.n_train = parameter(
        100, "ours", "few points, where benefits are large", meaning="training points of task A"
    )
    n_aux: Increasing[g.n_aux] = parameter(
        (400,), "ours", "unequal tasks, for rules that balance losses do little to equal ones"
    )
    n_validation: g.n_validation = parameter(
        1000, "ours", "many, so that what they choose is close to the best choice"
    )
    n_seeds: g.n_seeds = parameter(8, "ours", "for intervals narrower than most effects")
    n_test: g.n_test = parameter(
        512, "ours", "their error is then well below the scatter of datasets"
    )
    t_max: g.t_max = parameter(
        2000.0, "ours", "several times the longest that any of them takes; the page tells"
    )
    dtype: g.dtype = parameter(
        "float64", "ours", "rules that switch would turn rounding into another training"
    )
    rules: Distinct[Annotated[g.rules, AfterValidator(_one_of(_RULES))]] = parameter(
        _RULES, "ours", _ALL
    )
    structures: Distinct[Annotated[g.structures, AfterValidator(_one_of(_STRUCTURES))]] = parameter(
        _STRUCTURES, "ours", _ALL
    )
    n_deep: g.n_deep = parameter(
        200,
        "ours",
        "with half as many they learn next to nothing alone",
    )
    depth: g.depth = parameter(2, "ours", "the least that has a layer between two others")
    activation: g.activation = parameter("every", "ours", "the usual network")
    scale: g.scale = parameter(1.0, "ours", "the usual scale")
    deep_learning_rate: g.deep_learning_rate = parameter(
        0.1, "ours", "small, since the trunk's is up to three times as large"
    )
