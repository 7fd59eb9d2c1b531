"""Numbers in the prose on what the authors' protocol mixes, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.tables import ends
from mtlpaper.chapters.confounds.parameters import CHANGES, POOLED, SCRIPT
from mtlpaper.chapters.confounds.verdicts import MATTERS, sentence, word
from mtlpaper.companion.registry import Number
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

QUESTION = "What does the authors' protocol mix?"
ANSWER = "changed one at a time, {n_matter} of {n_factors} factors matter ({those})"
#: Names of the verdicts in the prose, in the order of the settings.
_FACTORS = ("length", "weight", "labels", "in_turn", "at_once", "pool")


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give every factor's verdict, losses at the script's length, and clear published effects."""
    factors = (*CHANGES, POOLED)
    matter = [factor for factor in factors if word(data, factor) == MATTERS]
    found: dict[str, Number] = {
        name: sentence(data, factor) for name, factor in zip(_FACTORS, factors, strict=True)
    }
    found |= {
        "n_matter": len(matter),
        "n_factors": len(factors),
        "those": "; ".join(matter) or "none",
        "negligible": NEGLIGIBLE,
    }
    longer = data.sel(source=[SCRIPT, "trained to the minimum"], bound="estimate")["L_single"]
    longer = longer.dropna("point")
    for place, index in (("first", 0), ("last", -1)):
        cell = longer.isel(point=index)
        point = cell["point"].item()
        found |= {
            f"N_{place}": int(point),
            f"loss_{place}": float(cell.sel(source=SCRIPT)),
            f"least_{place}": float(cell.sel(source="trained to the minimum")),
            f"at_end_{place}_percent": 100 * float(data["at_end"].sel(setting=SCRIPT, point=point)),
        }
    published = data["published_effect"]
    clear = (published.sel(bound="low") > 0) | (published.sel(bound="high") < 0)
    own, wide = (int(n) for n in clear.sum(["point", "effect"]))
    ratio, low, high = ends(data["scatter_all"])
    return found | {
        "n_effects": int(published.isel(bound=0, width=0).count()),
        "n_clear": own,
        "n_clear_wide": wide,
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
    }
