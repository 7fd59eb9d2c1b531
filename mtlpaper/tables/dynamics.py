"""Tables of the pages on the dynamics of one task."""

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from mtlpaper.claims import parameter
from mtlpaper.published import FIGURE1_NEXT_TICK

#: How a theory is called in a table.
_THEORY: Mapping[str, str] = {
    "rank_one": "Eq. (3)'s form",
    "matrix": "matrix flow (T 6)",
    "eq3": "Eq. (3)",
    "T7a": "(T 7a)",
    "T7b": "(T 7b)",
}


def gap_columns(data: xr.Dataset, cell: xr.DataArray) -> dict[str, str]:
    """Write a gap, its interval, and whether the whole of it is within the run's tolerance."""
    gap, low, high = (float(cell.sel(bound=bound)) for bound in ("estimate", "low", "high"))
    tolerance = float(parameter(data, "tolerance"))
    within = "yes" if high <= tolerance else "no" if low > tolerance else "unclear"
    return {
        "largest gap (%)": f"{100 * gap:.1f}",
        "95 % interval (%)": f"{100 * low:.1f}\u00a0–\u00a0{100 * high:.1f}",
        f"within {100 * tolerance:g} %": within,
    }


def figure1(data: xr.Dataset) -> pd.DataFrame:
    """Gap between Eq. (3) and SGD for each number of classes, and where both end."""
    rows = []
    for N3 in data["N3"].values:
        cell = data.sel(N3=N3).isel(time=-1).mean("seed")
        row = {"classes": int(N3), "SGD ends at": f"{float(cell['s_sgd']):.2f}"}
        row |= {"Eq. (3) ends at": f"{float(cell['s_eq3']):.2f}"}
        rows.append(row | gap_columns(data, data["gap"].sel(N3=N3)))
    return pd.DataFrame(rows)


def figure1_starts(data: xr.Dataset) -> pd.DataFrame:
    """Gap between Eq. (3) and SGD from other initial singular values."""
    rows = []
    for s0 in data["s0"].values:
        for N3 in data["N3"].values:
            row = {"start": f"{s0:g}", "classes": int(N3)}
            rows.append(row | gap_columns(data, data["gap_start"].sel(s0=s0, N3=N3)))
    return pd.DataFrame(rows)


def label_rules(data: xr.Dataset) -> pd.DataFrame:
    """Where SGD and the theories end under each label rule."""
    rows = []
    for rule in data["label_rule"].values:
        for N3 in data["N3"].values:
            end = data["s"].sel(label_rule=rule, N3=N3).isel(time=-1)
            mean, spread = end.mean("seed"), end.std("seed", ddof=1)
            sgd = "\u00a0±\u00a0".join(
                f"{float(part.sel(curve='sgd')):.2f}" for part in (mean, spread)
            )
            rows.append(
                {
                    "labels": str(rule),
                    "classes": int(N3),
                    "SGD ends at": sgd,
                    "Eq. (3)'s form": f"{float(mean.sel(curve='rank_one')):.2f}",
                    "matrix flow (T 6)": f"{float(mean.sel(curve='matrix')):.2f}",
                    "fits the axis": "yes" if fits_the_axis(end.sel(curve="sgd")) else "no",
                }
            )
    return pd.DataFrame(rows)


def fits_the_axis(end: xr.DataArray) -> bool:
    """Whether final singular values, averaged over `seed`, stay below the axis' next tick."""
    return float(end.mean("seed")) < FIGURE1_NEXT_TICK


def large_data(data: xr.Dataset) -> pd.DataFrame:
    """Gap between the theories of argmax labels and SGD with many training points."""
    rows = []
    for N3 in data["N3"].values:
        for sigma in data["sigma"].values:
            for theory in data["theory"].values:
                gap = data["gap_large"].sel(N3=N3, sigma=sigma, theory=theory)
                row = {"classes": int(N3), "sigma": f"{sigma:g}", "theory": _THEORY[str(theory)]}
                rows.append(row | gap_columns(data, gap))
    return pd.DataFrame(rows)


def finite_data(data: xr.Dataset) -> pd.DataFrame:
    """Gap of Eq. (3) and of (T 7a) to SGD for each number of inputs, and their ratio."""
    rows: list[dict[str, int | str]] = []
    for N3 in data["N3"].values:
        for N1 in data["N1"].values:
            cell = data.sel(N1=N1, N3=N3)
            row: dict[str, int | str] = {"classes": int(N3), "inputs": int(N1)}
            for theory in ("eq3", "T7a"):
                gap = float(cell["gap"].sel(theory=theory, bound="estimate"))
                row[f"gap of {_THEORY[theory]} (%)"] = f"{100 * gap:.1f}"
            rows.append(row | {"ratio": f"{float(cell['share']):.2f}"})
    return pd.DataFrame(rows)


def spectrum(data: xr.Dataset) -> pd.DataFrame:
    """How the second singular value decays in each setting."""
    rows = []
    for N3 in data["N3"].values:
        for sigma in data["sigma"].values:
            for imbalance in data["imbalance"].values:
                cell = data.sel(N3=N3, sigma=sigma, imbalance=imbalance)
                second = cell["S_sgd"].sel(mode=2).mean("seed")
                first, last = (f"{float(rate):z.3f}" for rate in cell["rate"])
                rows.append(
                    {
                        "classes": int(N3),
                        "sigma": f"{sigma:g}",
                        "imbalance": f"{imbalance:g}",
                        "start": f"{float(second[0]):.2f}",
                        "end": f"{float(second[-1]):.2f}",
                        "first rate": first,
                        "last rate": last,
                        "decay": str(cell["kind"].item()),
                    }
                )
    return pd.DataFrame(rows)


def learning_rate(data: xr.Dataset) -> pd.DataFrame:
    """Fitted slopes of the distance from the gradient flow in the learning rate."""
    rows = []
    for N3 in data["N3"].values:
        for descent in data["descent"].values:
            cell = data.sel(N3=N3, descent=descent)
            value, low, high = (float(cell["slope"].sel(bound=b)) for b in data["bound"].values)
            distance = cell["distance"].mean("seed")
            row = {"classes": int(N3), "training": str(descent), "slope": f"{value:.2f}"}
            row["95 % interval"] = f"{low:.2f}\u00a0–\u00a0{high:.2f}"
            smallest = distance.sel(learning_rate=float(distance["learning_rate"].min()))
            rows.append(row | {"distance at the smallest rate": f"{float(smallest):.1e}"})
    return pd.DataFrame(rows)


def rem(data: xr.Dataset) -> pd.DataFrame:
    """Where the classes freeze: exactly, and in the random-energy limit."""
    rows = []
    for N3 in data["N3"].values:
        cell = data.sel(N3=N3)
        s_c, s_half = float(cell["s_c"]), float(cell["s_half"])
        rows.append(
            {
                "classes": int(N3),
                "s_c": f"{s_c:.2f}",
                "half frozen, limit": f"{2 * s_c:.2f}",
                "half frozen, exact": f"{s_half:.2f}",
                "exact / limit": f"{s_half / (2 * s_c):.2f}",
            }
        )
    return pd.DataFrame(rows)
