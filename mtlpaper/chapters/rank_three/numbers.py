"""Numbers in the prose on teachers of rank three, and its row on the front page."""

import math

import xarray as xr

from mtlpaper.chapters.common.numbers import closeness, minima
from mtlpaper.companion.registry import Number

QUESTION = "Does the rank of the teachers matter?"
ANSWER = (
    "With teachers of rank three, related clean tasks bring a main task of high signal-to-noise "
    "ratio a benefit of up to {related_ours:+.3f} nats ({related_published:+.3f} in the authors' "
    "numbers). That the results are similar is {rank-three:s}."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the best and the worst benefit from clean tasks by source, and losses, in nats.

    The losses tell the number of classes: of the authors' student of the noisiest main task, and of
    a guess among three classes or ten.
    """
    single = data["L_single"].sel(source="published", bound="estimate").isel(S_A=0, n_train=-1)
    found: dict[str, Number] = {
        "N_last": int(single["n_train"]),
        "noisy_loss": float(single),
        "guess_3": math.log(3),
        "guess_10": math.log(10),
    }
    for source in data["source"].values:
        effect = data["effect_right"].sel(source=source, bound="estimate")
        found[f"related_{source}"] = float(effect.sel(effect="related, high S_B").max())
        found[f"unrelated_{source}"] = float(effect.sel(effect="unrelated, high S_B").min())
    return found | closeness(data) | minima(data.sel(setting="ours"))
