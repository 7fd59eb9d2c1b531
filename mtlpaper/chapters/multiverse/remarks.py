"""What the multiverse says of the claims of other chapters."""

import json

import numpy as np
import xarray as xr

from mtlpaper.chapters.multiverse.design import choices
from mtlpaper.chapters.multiverse.parameters import Multiverse


def remarks(data: xr.Dataset) -> dict[str, str]:
    """Say of every claim in how many settings it holds, and in how many that the text allows.

    The text states two of the factors: noise sits on the weights, and labels are the argmax.
    """
    settings = choices(Multiverse.from_namespace(json.loads(data.attrs["parameters"])))
    allowed = np.array([(one.noise, one.label_rule) == ("weight", "argmax") for one in settings])
    holds = (data["margin"] >= 0).transpose("claim", "setting").values
    found = {}
    for name, of_claim in zip(data["claim"].values, holds, strict=True):
        words = f"Holds in {100 * of_claim.mean():.0f} % of {len(settings)} settings"
        if allowed.any():
            words += f", in {100 * of_claim[allowed].mean():.0f} % of the {allowed.sum()} of them "
            words += "that the text allows"
        found[str(name)] = f"{words}."
    return found
