"""Numbers in the prose on the bound, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import significant
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Does Eq. (5) bound the benefit?"
ANSWER = (
    "As printed, it leaves out {printed_soft_percent:.0f} % of the pairs of students with soft "
    "labels ({eq5-soft:s}) and {printed_argmax_percent:.0f} % with argmax labels "
    "({eq5-argmax:s}). The general bound for any two linear students is {eq5-general:s}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "The table gives the shares",
    "Argmax labels have",
    "A training-aligned student lies",
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give violations of the printed bound in percent of the pairs, and how tight it is."""
    printed = 100 * data["violation"].sel(form="Eq. (5) as printed", bound="estimate")
    tightness = data["tightness"].sel(bound="estimate")
    rules = data["label_rule"].values
    return {
        **{f"printed_{rule}_percent": float(printed.sel(label_rule=rule).mean()) for rule in rules},
        "n_pairs": data["MT"].size,
        "general_worst": significant(float(data["worst"].sel(form="general").max()), 1),
        **{
            f"tightness_{rule}": significant(float(tightness.sel(label_rule=rule).mean()), 2)
            for rule in rules
        },
        "least_benefit": float(parameter(data, "least_benefit")),
    }
