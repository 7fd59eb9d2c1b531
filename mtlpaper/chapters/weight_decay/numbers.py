"""Numbers in the prose on weight decay, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import at_most
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "What does weight decay make of related tasks?"
ANSWER = (
    "With a weight decay tuned for each network, a related clean task brings a benefit of "
    "{related_decay:+.3f} nats and an unrelated one {unrelated_decay:+.3f}; with early stopping "
    "instead, they bring {related_stop:+.3f} and {unrelated_stop:+.3f}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("What is *learned* of two tasks",)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give benefits in nats by regulariser, and what the other three figures come to."""
    MT = data["MT"].sel(bound="estimate", tuned_by="validation").isel(S_A=-1, S_B=-1)
    found: dict[str, Number] = {}
    for name, arm in (("decay", "weight decay"), ("stop", "early stopping")):
        found[f"related_{name}"] = float(MT.sel(regulariser=arm).isel(r_AB=-1))
        found[f"unrelated_{name}"] = float(MT.sel(regulariser=arm).isel(r_AB=0))
    every, half = (data["moved"].sel(bound="estimate", inputs=one) for one in data["inputs"].values)
    first, last = every.isel(r_AB=0, points=[0, -1]).values
    force = data["force"]
    norm = data["formula"].isel(S_soft=0, dataset=0)
    return found | {
        "at_end_percent": 100 * float(data["at_end"].sel(tuned_by="validation").sum()),
        "off_percent": at_most(100 * float(data["off"].isel(small_decay=0).max()), 2),
        "least_small_decay": float(data["small_decay"].min()),
        "saved_percent": 100 * float(1 - norm.isel(r_AB=-1) / norm.isel(r_AB=0)),
        "decay": float(parameter(data, "decay")),
        "excess_widest": at_most(float(data["excess"].isel(N2=-1).max()), 1),
        "modes": int(data["modes"].isel(N2=-1).max()),
        "n_least": int(data["points"].min()),
        "n_most": int(data["points"].max()),
        "moved_first_percent": 100 * float(first),
        "moved_last_percent": 100 * float(last),
        "moved_related_percent": 100 * float(every.isel(r_AB=-1, points=-1)),
        "moved_half": at_most(float(half.max()), 1),
        "power": float(data["fading"].sel(bound="estimate").isel(r_AB=0)),
        "force_half": float(force.sel(inputs=half["inputs"].item()).max()),
        "force_every": float(force.sel(inputs=every["inputs"].item()).isel(r_AB=0).mean()),
    }
