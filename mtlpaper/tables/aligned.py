"""Tables of the pages on training-aligned tasks and on the bound."""

import pandas as pd
import xarray as xr

from mtlpaper.agreement import Verdict, verdict
from mtlpaper.tables.dynamics import gap_of, limit_of, worst


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
            gap = gap_of(data["flow_gap"].sel(label_rule=rule, cell=name))
            within = f"{100 * gap.low:.1f}\u00a0–\u00a0{100 * gap.high:.1f}"
            row = {"labels": str(rule), "auxiliary task": str(name)}
            row |= {"largest gap (%)": f"{100 * gap.value:.1f}", "95 % interval (%)": within}
            rows.append(row | {"verdict": verdict(gap, limit_of(data))})
    return pd.DataFrame(rows)


def plane_verdict(data: xr.Dataset) -> Verdict:
    """Verdict on the plane flow under soft labels: as good as its worst pair."""
    if "soft" not in data["label_rule"].values:
        return "not testable"
    gaps = data["flow_gap"].sel(label_rule="soft")
    return worst({verdict(gap_of(gap), limit_of(data)) for gap in gaps.transpose("cell", ...)})


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


def bound_verdict(data: xr.Dataset, form: str) -> Verdict:
    """Verdict on a form of the bound: whether no pair, some or all kinds of pairs break it."""
    violation = data["violation"].sel(form=form)
    if not bool(violation.sel(bound="estimate").any()):
        return "reproduced"
    return "not reproduced" if bool((violation.sel(bound="low") > 0).all()) else "partly"
