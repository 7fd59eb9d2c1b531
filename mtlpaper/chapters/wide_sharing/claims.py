"""Claims on who can benefit at infinite width."""

from collections.abc import Callable

import xarray as xr

from mtlpaper.chapters.wide_sharing.parameters import (
    DECAY,
    FEATURES,
    KERNEL,
    L1,
    NONE,
    POSTERIORS,
    PROCESS,
    TRAINED,
)
from mtlpaper.companion.claims import (
    Claim,
    Parts,
    Range,
    both,
    joined,
    parameter,
    parts_of,
    replaced,
    shifted,
    take,
)
from mtlpaper.documents.heiss2021 import BENEFIT

_NONE = Range(high=NONE)
_NAMES = {"model": "", "curve": "", "seed": "data set", "width": "n"}


def change(*models: str) -> Callable[[xr.Dataset], Parts]:
    """Largest change of what models learn of the main task when the other task's data go."""
    return lambda data: parts_of(take(data, "change", model=models.__contains__), _NAMES)


def _coupled(data: xr.Dataset) -> Parts:
    trained = take(data, "change_over_width", curve=TRAINED).drop_vars("curve")
    return joined([change(DECAY)(data), parts_of(trained, _NAMES).named("trained")])


def _most_probable(data: xr.Dataset) -> Parts:
    """What lacks from the highest density, where networks are wide enough for it."""
    n_labels = parameter(data, "n_train") + parameter(data, "n_aux")
    return parts_of(take(data, "density_gap", width=lambda n: n >= n_labels), _NAMES)


CLAIMS = (
    Claim(
        name="wide-l2-couples",
        section=BENEFIT,
        where="abstract; section 1.2, second item",
        says="With l2-regularised parameters, what is learnt of a task depends on the data of the "
        "others, also at infinite width.",
        expected="another function",
        settings="ours",
        experiment="wide_sharing",
        figure="fig-wide-sharing",
        statistic=_coupled,
        range=Range(low=0.01),
        reason="a thirtieth of the noise on the labels; theory says only that it is not 0",
        control=both(replaced("change", 0.0), replaced("change_over_width", 0.0)),
    ),
    Claim(
        name="wide-l1-separates",
        section=BENEFIT,
        where="section 1.1, on a similar functional",
        says="A slightly different regularisation keeps one hidden layer from benefiting: the "
        "outputs' l1 norm in place of the Euclidean one.",
        expected="minimisers for each task alone minimise for both",
        settings="ours",
        experiment="wide_sharing",
        figure="fig-wide-sharing",
        statistic=lambda data: parts_of(take(data, "mean_excess", penalty=L1).drop_vars("penalty")),
        range=_NONE,
        reason="theory says 0; minima are certified to a relative 1e-7 or better",
        control=shifted("mean_excess", 1.0),
    ),
    Claim(
        name="wide-kernels-separate",
        section=BENEFIT,
        where="abstract; section 1",
        says="Models of a fixed kernel, such as Gaussian processes and the limit of tangent "
        "kernels, cannot benefit from other tasks.",
        expected="the same function",
        settings="ours",
        experiment="wide_sharing",
        figure="fig-wide-sharing",
        statistic=change(FEATURES, KERNEL, PROCESS),
        range=_NONE,
        reason="theory says 0; solving for all tasks at once leaves less than this",
        control=shifted("change", 1.0),
    ),
    Claim(
        name="wide-bayes-vanishes",
        section=BENEFIT,
        where="section 1; section 1.2, third item",
        says="Wide Gaussian Bayesian networks lose the benefit: what other tasks change of the "
        "posterior mean vanishes with the width.",
        expected="a falling power of the width; −1 by (W 12)",
        settings="ours",
        experiment="wide_sharing",
        figure="fig-wide-sharing",
        statistic=lambda data: parts_of(take(data, "slope", curve=POSTERIORS.__contains__), _NAMES),
        range=Range(high=-0.5),
        reason="half of the leading power leaves room for corrections at these widths",
        control=replaced("slope", 0.0),
    ),
    Claim(
        name="wide-map-is-optimum",
        section=BENEFIT,
        where="section 1.2, third item",
        says="At finite width the l2-regularised optimum is the maximum of the posterior density "
        "of a Gaussian Bayesian network.",
        expected="no density above its own",
        settings="ours",
        experiment="wide_sharing",
        figure="fig-wide-map",
        statistic=_most_probable,
        range=Range(high=0.1),
        reason="a tenth of the density, of which a bound is known; training may end in minima that "
        "are not the best",
        unit="nats",
        control=shifted("density_gap", 1.0),
    ),
)
