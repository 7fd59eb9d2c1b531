"""Numbers in the prose on what the paper leaves open, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.registry import Number

QUESTION = "Which unstated settings come closest to the published axes?"
ANSWER = (
    "$N_1 = N_2$ = {chosen_size:d} and $s_0$ = {chosen_s0:g}, of {n_settings:d} combinations tried"
)

_CHOSEN = ("size", "s0", "sigma", "inputs", "bins", "n_high", "activation", "scale")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the chosen settings, distances from the axes, and harm by the reading of the noise."""
    found: dict[str, Number] = {f"chosen_{name}": data[f"chosen_{name}"].item() for name in _CHOSEN}
    same_size = data["finalist_size"] == data["chosen_size"]
    same_s0 = data["finalist_s0"] == data["chosen_s0"]
    total = data["total_distance"].where(same_size & same_s0)
    largest = float(data["s0"].max())
    found["distance"] = float(total.min())
    found["distance_largest_s0"] = float(data["distance"].sel(s0=largest).min())
    found["largest_s0"] = largest
    found["n_settings"] = data["distance"].size
    harm = data["harm"].sel(bound="estimate")
    for noise in data["noise"].values:
        found[f"harm_{noise}_low"] = float(harm.sel(noise=noise).isel(S_B=0))
        found[f"harm_{noise}_high"] = float(harm.sel(noise=noise).isel(S_B=-1))
    return found
