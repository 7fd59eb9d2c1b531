"""What Ruder's overview says of kinds of auxiliary tasks, and of why they should work."""

from collections.abc import Callable
from functools import partial
from typing import Any

import xarray as xr

from mtlpaper.companion.claims import (
    NEGATIVE,
    POSITIVE,
    Claim,
    Parts,
    Range,
    effect_of,
    joined,
    negated,
    over,
    parts_of,
    shifted,
    take,
)
from mtlpaper.documents.ruder2017 import KINDS, MECHANISMS

_BARE = {"mechanism": "", "treatment": "", "removal": "", "arm": ""}
_of = partial(effect_of, names=_BARE)
_DIRECTION = "the direction alone is claimed"
_KINDS = "fig-auxiliary-kinds"
_MECHANISMS = "fig-auxiliary-mechanisms"
_DETAILS = "fig-auxiliary-details"
_LESS = "a smaller error than alone"
_HALF = (
    "at most half of the benefit, so that what the control lacks brings most of it; fixed after a "
    "look at mean errors at other random numbers"
)


def _together(kind: str) -> Callable[[xr.Dataset], Parts]:
    return _of("kind_change", kind=kind, treatment="together")


def _controls(name: str, group: str) -> Callable[[xr.Dataset], Parts]:
    """All controls of a group; a treatment that an experiment does not have is none of them."""

    def statistic(data: xr.Dataset) -> Parts:
        left = over(take(data, name), group, "treatment")
        return joined(
            parts_of(left.sel({group: one}, drop=True).dropna("treatment", how="all"), _BARE).named(
                str(one)
            )
            for one in dict.fromkeys(left[group].values)
        )

    return statistic


def _claim(name: str, where: str, **fields: Any) -> Claim:
    given: dict[str, Any] = {
        "section": KINDS,
        "where": where,
        "expected": _LESS,
        "settings": "ours",
        "figure": _KINDS,
        "range": NEGATIVE,
        "reason": _DIRECTION,
        "control": negated("kind_change"),
    }
    return Claim(name=name, experiment="auxiliary_kinds", **(given | fields))


CLAIMS = (
    _claim(
        "kinds-related",
        "Auxiliary tasks, related task",
        says="A related task helps.",
        expected="a smaller error than alone at every correlation above zero",
        figure=_DETAILS,
        statistic=_of("r_change", use="together", r=lambda r: r > 0),
        control=negated("r_change"),
    ),
    _claim(
        "kinds-unrelated-harms",
        "Learning task relationships",
        says="Sharing with an unrelated task can hurt, which is called negative transfer.",
        expected="a larger error than alone, with one weight vector for two unrelated tasks",
        figure=_DETAILS,
        statistic=_of("r_change", use="as one task", r=lambda r: r == 0),
        range=POSITIVE,
        control=negated("r_change"),
    ),
    _claim(
        "kinds-adversarial",
        "Auxiliary tasks, adversarial",
        says="A task that is the opposite of what one wants helps: a representation that cannot "
        "distinguish the domains carries over from one to the other.",
        expected="a smaller error than alone, unless domain and class differ in one direction",
        figure=_DETAILS,
        statistic=_of("adversary_change", overlap=lambda overlap: overlap < 1),
        control=negated("adversary_change"),
    ),
    _claim(
        "kinds-hints",
        "Auxiliary tasks, hints",
        says="Predicting features of the main task as an auxiliary task helps.",
        statistic=_together("hints"),
    ),
    _claim(
        "kinds-focusing",
        "Auxiliary tasks, focusing attention",
        says="A task that depends on parts of the input which a network might ignore helps.",
        statistic=_together("focusing attention"),
    ),
    _claim(
        "kinds-quantisation",
        "Auxiliary tasks, quantization smoothing",
        says="An auxiliary task that is less quantised than the main task helps.",
        statistic=_together("quantisation smoothing"),
    ),
    _claim(
        "kinds-information",
        "Auxiliary tasks, quantization smoothing",
        says="An uncut value brings what the levels of a label have lost: of the information on a "
        "weak signal a sign keeps 2/π, and more levels keep more.",
        expected="the exact share, 2/π with two levels",
        figure=_DETAILS,
        statistic=_of("information_off"),
        range=Range(-0.05, 0.05),
        reason="a twentieth of the information: the exact share is for a weak signal, and the "
        "square of ours is a tenth of the noise's variance; fixed after a look at few data sets",
        control=shifted("information_off", 1.0),
    ),
    _claim(
        "kinds-inputs",
        "Auxiliary tasks, predicting inputs; Caruana (1997), Table 6",
        says="A feature that does not help as an input can help as an output.",
        expected="an error .0017 less than alone and .0016 less than with a further input",
        settings="unknown",
        figure=_DETAILS,
        statistic=_of("rmse_gain"),
        range=POSITIVE,
        reason="the direction alone is claimed. A first look at his code showed the opposite, and "
        "we added the Gray code then",
        control=negated("rmse_gain"),
        explained={
            "partly": "With his binary code A + B is a linear function of the bits, which a hidden "
            "unit learns without A and B; the further output competes for the units. With the Gray "
            "code both tasks need A and B, and the output helps. He does not state the learning "
            "rate, the initial weights and the order of the updates.",
        },
    ),
    _claim(
        "kinds-inputs-level",
        "Auxiliary tasks, predicting inputs; Caruana (1997), Table 6",
        says="Errors are .0648 alone, .0647 with a further input and .0631 with a further output.",
        expected="these errors within .003",
        settings="unknown",
        figure=_DETAILS,
        statistic=_of("rmse_off"),
        range=Range(-0.003, 0.003),
        reason="twice the difference that he finds. Our learning rate was chosen so that the error "
        "alone is about his, which is therefore no evidence; the others are",
        control=shifted("rmse_off", 1.0),
        explained={
            "not reproduced": "The error with a further output is larger; that alone and with a "
            "further input the data sets cannot tell from his.",
            "partly": "The error with a further output is larger.",
        },
    ),
    _claim(
        "kinds-future",
        "Auxiliary tasks, using the future to predict the present",
        says="Features that become available only after the prediction help as a task in training.",
        statistic=_together("future as output"),
    ),
    _claim(
        "kinds-representation",
        "Auxiliary tasks, representation learning",
        says="A task that learns a transferable representation, such as an autoencoder, helps.",
        expected="a smaller error than alone where the main task lies in the strongest directions",
        statistic=_together("representation learning"),
    ),
    _claim(
        "kinds-controls",
        "Auxiliary tasks",
        says="An auxiliary task helps by what it has to do with the main task: where it has not, "
        "the benefit is gone.",
        expected="less than half of the benefit with every control",
        statistic=_controls("kind_left", "kind"),
        reason=_HALF,
        control=shifted("kind_left", 1.0),
        explained=dict.fromkeys(
            ("undecided", "partly"),
            "The code of shuffled inputs has learned nothing, but leaves few weights to fit: so "
            "much of the autoencoder's benefit is plain regularisation.",
        ),
    ),
    _claim(
        "mechanisms-act",
        "Why does MTL work?, 1) to 5)",
        section=MECHANISMS,
        says="An auxiliary task helps by more data for the same noise, by showing what matters, by "
        "learning what is hard for the main task, by a representation that serves a novel task, "
        "and by less room to fit noise.",
        expected="a smaller error than alone where only one of them can act",
        figure=_MECHANISMS,
        statistic=_of("mechanism_change", treatment="together"),
        control=negated("mechanism_change"),
    ),
    _claim(
        "mechanisms-controls",
        "Why does MTL work?, 1) to 5)",
        section=MECHANISMS,
        says="Where the mechanism cannot act, the same networks do not benefit.",
        expected="less than half of the benefit with every control",
        figure=_MECHANISMS,
        statistic=_controls("mechanism_left", "mechanism"),
        reason=_HALF,
        control=shifted("mechanism_left", 1.0),
    ),
)
