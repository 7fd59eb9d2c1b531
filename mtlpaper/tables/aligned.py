"""Tables of the pages on training-aligned tasks and on the bound."""

import pandas as pd
import xarray as xr

from mtlpaper.tables.dynamics import gap_columns


def _interval(cell: xr.DataArray, digits: int = 4, sign: str = "+") -> str:
    value, low, high = (float(cell.sel(bound=b)) for b in ("estimate", "low", "high"))
    return f"{value:{sign}.{digits}f} [{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"


def aligned_spectra(data: xr.Dataset) -> pd.DataFrame:
    """What the paper says of high and low SNR, as numbers with intervals."""
    least, most = float(data["S_B"][0]), float(data["S_B"][-1])
    rows = [
        (f"share of singular values in the bulk, s_bar = {least:g}", data["in_bulk"]),
        (f"s_hat - s_bar, s_bar = {most:g}", data["s_hat_excess"]),
    ]
    return pd.DataFrame([{"quantity": what, "drawn": _interval(cell)} for what, cell in rows])


def aligned_effects(data: xr.Dataset) -> pd.DataFrame:
    """Effects of unrelated and weakly related tasks on drawn pairs, by label rule and overlap."""
    rows = []
    for rule in data["label_rule"].values:
        for rho in data["rho"].values:
            cell = data.sel(label_rule=rule, rho=rho)
            rows.append(
                {
                    "labels": str(rule),
                    "rho": f"{rho:g}",
                    "unrelated: s_A − s̃_A": _interval(cell["s_difference_unrelated"]),
                    "unrelated: benefit": _interval(
                        cell["benefit_drawn"].sel(kind="unrelated", end="largest")
                    ),
                    "weak: benefit, large less small S_B": _interval(cell["benefit_weak"]),
                }
            )
    return pd.DataFrame(rows)


def plane_gaps(data: xr.Dataset) -> pd.DataFrame:
    """Largest relative gap of the plane flow to trained networks."""
    rows = []
    for rule in data["label_rule"].values:
        for name in data["cell"].values:
            row = {"labels": str(rule), "auxiliary task": str(name)}
            rows.append(row | gap_columns(data, data["flow_gap"].sel(label_rule=rule, cell=name)))
    return pd.DataFrame(rows)


def bound_violations(data: xr.Dataset) -> pd.DataFrame:
    """Share of pairs outside each form of the bound, and how far the worst of them is."""
    rows = []
    for rule in data["label_rule"].values:
        for source in data["source"].values:
            cell = data.sel(label_rule=rule, source=source)
            row = {"labels": str(rule), "pairs": str(source)}
            for form in data["form"].values:
                share = 100 * float(cell["violation"].sel(form=form, bound="estimate"))
                excess = float(cell["worst"].sel(form=form))
                row[str(form)] = f"{share:.0f}\u00a0%" + (f" ({excess:.1g})" if share else "")
            rows.append(row)
    return pd.DataFrame(rows)


def bound_tightness(data: xr.Dataset) -> pd.DataFrame:
    """Median gap of the general bound over the benefit's size."""
    rows = []
    for rule in data["label_rule"].values:
        for source in data["source"].values:
            cell = data["tightness"].sel(label_rule=rule, source=source)
            shown = _interval(cell, 2, "") if bool(cell.notnull().all()) else "no such pair"
            rows.append({"labels": str(rule), "pairs": str(source), "median gap / |MT|": shown})
    return pd.DataFrame(rows)


def bound_effects(data: xr.Dataset) -> pd.DataFrame:
    """Benefits of unrelated tasks, and what a cleaner weakly related task brings."""
    rows = []
    for rule in data["label_rule"].values:
        for source in data["source"].values:
            cell = data.sel(label_rule=rule, source=source)
            row = {"labels": str(rule), "pairs": str(source)}
            row["unrelated tasks (nats)"] = _interval(cell["benefit_unrelated"])
            row["weakly related: large less small S_B (nats)"] = _interval(cell["benefit_weak"])
            rows.append(row)
    return pd.DataFrame(rows)
