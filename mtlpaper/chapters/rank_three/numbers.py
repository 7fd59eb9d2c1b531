"""Numbers in the prose on teachers of rank three, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import minima
from mtlpaper.companion.registry import Number

QUESTION = "Does the rank of the teachers matter?"
ANSWER = "related clean tasks bring at most {related_3:+.3f} nats with 3 classes"


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the best and the worst benefit in nats from clean tasks, by the number of classes."""
    found: dict[str, Number] = {}
    for N3 in data["N3"].values:
        effect = data["effect_right"].sel(N3=N3, bound="estimate")
        found[f"related_{N3}"] = float(effect.sel(effect="related, high S_B").max())
        found[f"unrelated_{N3}"] = float(effect.sel(effect="unrelated, high S_B").min())
    return found | minima(data)
