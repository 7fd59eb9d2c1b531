"""Numbers in the prose on the stopping rule, and its row on the front page."""

import xarray as xr

from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Does it matter that the time is read off the test loss?"
ANSWER = "a clean validation set changes the benefit by {clean_change:.4f} nats at most"


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give the largest changes of the benefit, in nats, by other ways to stop and to train."""
    rule = data["MT_rule"].sel(bound="estimate")
    change = abs(rule - rule.sel(rule="test"))
    in_use = data.sel(rate="in use", bound="estimate")
    found: dict[str, Number] = {
        "clean_change": float(change.sel(rule="validation").max()),
        "noisy_change": float(change.sel(rule="noisy validation").max()),
        "early_difference": f"{float(data['early_difference']):.0e}",
        "rate_change": float(abs(in_use["rate_difference"]).max()),
        "rate_MT": float(abs(in_use["MT_rate"]).max()),
        "smallest_rate": float(min(parameter(data, "learning_rates"))),
    }
    for place, index in (("first", 0), ("last", -1)):
        deep = data["MT_deep"].sel(bound="estimate").isel(depth=index)
        spread = deep.max("deep_rate") - deep.min("deep_rate")
        found |= {f"deep_{place}": int(deep["depth"]), f"deep_spread_{place}": float(spread.max())}
    return found
