"""Numbers in the prose on what the authors' protocol mixes, and its row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.tables import ends
from mtlpaper.chapters.confounds.parameters import CHANGES, POOLED, SCRIPT
from mtlpaper.chapters.confounds.verdicts import MATTERS, sentence, word
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number
from mtlpaper.documents.lee2019.printed import NEGLIGIBLE

QUESTION = "What does the authors' protocol mix?"
ANSWER = "changed one at a time, {n_matter} of {n_factors} factors matter ({those})"
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "An epoch has",
    "The table below tells which",
    "In Figure 3 left more auxiliary points",
)
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
    alone = data.sel(source=[SCRIPT, CHANGES[0]], bound="estimate")["L_single"].dropna("point")
    for place, index in (("first", 0), ("last", -1)):
        cell = alone.sel(point=[f"{n}" for n in parameter(data, "n_train")]).isel(point=index)
        point = cell["point"].item()
        share = data["at_end"].sel(setting=CHANGES[0], point=point)
        found |= {
            f"N_{place}": int(point),
            f"loss_{place}": float(cell.sel(source=CHANGES[0])),
            f"least_{place}": float(cell.sel(source=SCRIPT)),
            f"at_end_{place}_percent": 100 * float(share),
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
