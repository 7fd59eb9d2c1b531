"""Tables of the pages on the multitask benefit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.published import BENEFIT_AXES
from mtlpaper.settings import SETTINGS

_GROUPS: Mapping[str, str] = {
    "S_A": "S_A",
    "n_right": "training points",
    "n_train": "training points",
    "n_aux": "auxiliary points",
    "student": "hidden layers",
    "N3": "classes",
}
_THEORIES: Mapping[str, str] = {
    "finite": "finite-sample flow (T 7b)",
    "infinite": "infinite-data flow (T 6)",
}


def _interval(cell: xr.DataArray, digits: int = 3) -> str:
    """Write "+0.123 (0.100 to 0.150)"."""
    value, low, high = (float(cell.sel(bound=bound)) for bound in ("estimate", "low", "high"))
    return f"{value:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"


def axes(panels: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """Published axis ranges beside ours.

    Parameters
    ----------
    panels : mapping
        Line segments over (bound, ...) by the name of the published panel.
    """
    rows = []
    for panel, MT in panels.items():
        value = MT.sel(bound="estimate")
        low, high = BENEFIT_AXES[panel]
        rows.append(
            {
                "panel": panel,
                "published axis": f"{low:+.2f} to {high:+.2f}",
                "our segments": f"{float(value.min()):+.3f} to {float(value.max()):+.3f}",
            }
        )
    return pd.DataFrame(rows)


def effects(effect: xr.DataArray, group: str) -> pd.DataFrame:
    """Differences between the ends of the line segments, in nats with 95 % intervals.

    Parameters
    ----------
    effect : xarray.DataArray
        Over (bound, `group`, effect).
    group : str
        Dimension that becomes the rows.
    """
    rows = []
    for value in effect[group].values:
        cells = effect.sel({group: value})
        name = f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
        row: dict[str, Any] = {_GROUPS[group]: name}
        rows.append(row | {str(e): _interval(cells.sel(effect=e)) for e in effect["effect"].values})
    return pd.DataFrame(rows)


def minima(data: xr.Dataset) -> pd.DataFrame:
    """Where the minima of the networks lie, and how large the test points' own error is."""
    share = data["share"]
    share = share.mean([str(dim) for dim in share.dims if dim != "place"])
    row: dict[str, Any] = {"networks": int(data["n_networks"].sum())}
    row |= {
        f"{place} (%)": f"{100 * float(share.sel(place=place)):.1f}"
        for place in data["place"].values
    }
    largest = abs(data["MT"].sel(bound="estimate")).max()
    error = float(data["test_error"].quantile(0.95))
    row["test error, 95th percentile"] = f"{error:.4f}"
    row["largest |MT|"] = f"{float(largest):.3f}"
    return pd.DataFrame([row])


def agreement(data: xr.Dataset) -> pd.DataFrame:
    """Agreement of both theories with the measured benefits."""
    rows = []
    for theory in data["theory"].values:
        for subset in data["subset"].values:
            cell = data["agreement"].sel(theory=theory, subset=subset)
            estimate = cell.sel(bound="estimate")
            row: dict[str, Any] = {"theory": _THEORIES[str(theory)], "training points": str(subset)}
            row["correlation"] = _number(estimate.sel(statistic="correlation"))
            row["slope"] = _number(estimate.sel(statistic="slope"))
            row["rms error (nats)"] = _number(estimate.sel(statistic="rmse"))
            row["right sign (%)"] = _number(100 * estimate.sel(statistic="sign"), 1)
            clear, cells = (int(estimate.sel(statistic=s)) for s in ("n_clear", "n_cells"))
            rows.append(row | {"clear cells": f"{clear} of {cells}"})
    return pd.DataFrame(rows)


def _number(value: xr.DataArray, digits: int = 3) -> str:
    return "–" if np.isnan(float(value)) else f"{float(value):.{digits}f}"


def rules(data: xr.Dataset) -> pd.DataFrame:
    """How much the rule that chooses the time changes the benefit."""
    MT = data["MT_rule"].sel(bound="estimate")
    reference = MT.sel(rule="test")
    rows = []
    for rule in data["rule"].values:
        by_rule = MT.sel(rule=rule)
        change = abs(by_rule - reference)
        rows.append(
            {
                "time chosen by": str(rule),
                "least MT": f"{float(by_rule.min()):+.3f}",
                "largest MT": f"{float(by_rule.max()):+.3f}",
                "median change": f"{float(change.median()):.4f}",
                "largest change": f"{float(change.max()):.4f}",
            }
        )
    return pd.DataFrame(rows)


def rates(data: xr.Dataset) -> pd.DataFrame:
    """Benefit at the learning rate in use minus that at the smallest one."""
    rows = []
    for n in data["points"].values:
        for name in data["auxiliary"].values:
            cell = data.sel(points=n, auxiliary=name, rate="in use")
            rows.append(
                {
                    "training points": int(n),
                    "auxiliary task": str(name),
                    "MT": _interval(cell["MT_rate"]),
                    "difference": _interval(cell["rate_difference"], 4),
                    "within the interval": "yes" if _within(cell) else "no",
                }
            )
    return pd.DataFrame(rows)


def _within(cell: xr.Dataset) -> bool:
    """Whether the difference is smaller than half the interval of the benefit."""
    low, high = (float(cell["MT_rate"].sel(bound=bound)) for bound in ("low", "high"))
    return abs(float(cell["rate_difference"].sel(bound="estimate"))) <= (high - low) / 2


def finalists(data: xr.Dataset) -> pd.DataFrame:
    """The settings closest to the axes, with the best kind of deep student for each."""
    rows = []
    for place in data["finalist"].values:
        cell = data.sel(finalist=place)
        total = cell["total_distance"]
        best = total.stack(kind=["activation", "scale"])
        activation, scale = best["kind"].values[int(best.values.argmin())]
        span = cell["deep_span"].sel(activation=activation, scale=scale).values
        rows.append(
            {
                "N1 = N2": int(cell["finalist_size"]),
                "s0": f"{float(cell['finalist_s0']):g}",
                "sigma": f"{float(cell['finalist_sigma']):g}",
                "inputs": str(cell["finalist_inputs"].item()),
                "S_B bins": str(cell["finalist_bins"].item()),
                "high-SNR main tasks": int(cell["finalist_n_high"]),
                "three axes": f"{float(cell['finalist_distance']):.3f}",
                "ReLUs, scale": f"{activation}, {scale:g}",
                "deep range": f"{span[0]:+.2f} to {span[1]:+.2f}",
                "four axes": f"{float(best.min()):.3f}",
            }
        )
    return pd.DataFrame(rows)


#: A chosen setting, and the parameter of `depth` whose default it fixes.
_FIXES: Mapping[str, str] = {
    "size": "N1",
    "s0": "s0",
    "sigma": "sigma",
    "inputs": "inputs",
    "bins": "bins",
    "n_high": "n_high",
    "activation": "activation",
    "scale": "scale",
}


def chosen(data: xr.Dataset) -> pd.DataFrame:
    """What the rule chooses in this run, beside the defaults of the experiments."""
    defaults = SETTINGS["depth"].preset("paper").plain()
    rows = [
        {
            "setting": field,
            "chosen in this run": str(data[f"chosen_{name}"].item()),
            "default": str(defaults[field]),
        }
        for name, field in _FIXES.items()
    ]
    return pd.DataFrame(rows)
