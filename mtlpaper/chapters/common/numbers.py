"""Numbers that several pages give in their prose."""

import numpy as np
import xarray as xr

from mtlpaper.companion.registry import Number


def significant(value: float, digits: int) -> float:
    """Round to a number of significant digits."""
    return float(f"{value:.{digits}g}")


def at_most(value: float, digits: int) -> float:
    """Round up to a number of significant digits, so that "at most" stays true of what is shown."""
    rounded = significant(value, digits)
    step = 10.0 ** (np.floor(np.log10(abs(rounded))) + 1 - digits) if rounded else 0.0
    return rounded if rounded >= value else significant(rounded + step, digits)


def at_least(value: float, digits: int) -> float:
    """Round down to a number of significant digits, so that "at least" stays true."""
    return -at_most(-value, digits)


def compared(percent: float) -> str:
    """Write "11 % lower" for a change of -11 %; one that rounds to none has no direction."""
    size = f"{abs(percent):.0f}"
    if size == "0":
        return "the same within 1 %"
    return f"{size} % {'lower' if percent < 0 else 'higher'}"


def below(values: xr.DataArray, least: float) -> float:
    """Smallest power of ten, from `least` on, that no value exceeds; what is below is rounding."""
    return float(10.0 ** np.ceil(np.log10(np.maximum(float(values.max()), least))))


def axis_range(panel: str, MT: xr.DataArray) -> dict[str, Number]:
    """Give the lowest and the highest estimate of a panel's benefits in nats.

    Parameters
    ----------
    panel : str
        The numbers are called `<panel>_low` and `<panel>_high`.
    MT : xarray.DataArray
        Benefits over (bound, ...).
    """
    value = MT.sel(bound="estimate")
    return {f"{panel}_low": float(value.min()), f"{panel}_high": float(value.max())}


def minima(data: xr.Dataset) -> dict[str, Number]:
    """Count the networks, and give the percentages with their minimum at either end of training."""
    share = data["share"]
    return {
        "at_start_percent": 100 * float(share.sel(place="at the start").mean()),
        "at_end_percent": 100 * float(share.sel(place="at the end").mean()),
        "n_networks": int(data["n_networks"].sum()),
    }


def closeness(data: xr.Dataset) -> dict[str, Number]:
    """Tell how closely our mean benefits follow the published cells.

    Gives their number, the correlation, the slope of ours over theirs, and the root mean square
    difference in nats.
    """
    close = data["close"].sel(setting="ours")
    found: dict[str, Number] = {"cells": int(close.sel(closeness="cells"))}
    return found | {
        name: float(close.sel(closeness=name)) for name in ("correlation", "slope", "rms")
    }
