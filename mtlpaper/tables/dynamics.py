"""Tables of the pages on the dynamics of one task."""

import json
from collections.abc import Mapping

import pandas as pd
import xarray as xr

from mtlpaper.agreement import Gap, Verdict, verdict
from mtlpaper.published import FIGURE1_NEXT_TICK

#: How a theory is called in a table.
_THEORY: Mapping[str, str] = {
    "rank_one": "Eq. (3)'s form",
    "matrix": "matrix flow (T 6)",
    "eq3": "Eq. (3)",
    "T7a": "(T 7a)",
    "T7b": "(T 7b)",
}


def gap_of(cell: xr.DataArray) -> Gap:
    """Take a gap and its interval out of a dataset's variable over `bound`."""
    return Gap(*(float(cell.sel(bound=bound)) for bound in ("estimate", "low", "high")))


def limit_of(data: xr.Dataset, name: str = "tolerance") -> float:
    """Return a limit that the run's parameters fixed beforehand."""
    return float(json.loads(data.attrs["parameters"])[name])


def _gap_columns(gap: Gap) -> dict[str, str]:
    interval = f"{100 * gap.low:.1f}\u00a0–\u00a0{100 * gap.high:.1f}"
    return {"largest gap (%)": f"{100 * gap.value:.1f}", "95 % interval (%)": interval}


def figure1(data: xr.Dataset) -> pd.DataFrame:
    """Gap between Eq. (3) and SGD for each number of classes, and where both end."""
    tolerance = limit_of(data)
    rows = []
    for N3 in data["N3"].values:
        cell = data.sel(N3=N3).isel(time=-1).mean("seed")
        gap = gap_of(data["gap"].sel(N3=N3))
        row = {"classes": int(N3), "SGD ends at": f"{float(cell['s_sgd']):.2f}"}
        row |= {"Eq. (3) ends at": f"{float(cell['s_eq3']):.2f}", **_gap_columns(gap)}
        rows.append(row | {"verdict": verdict(gap, tolerance)})
    return pd.DataFrame(rows)


def figure1_starts(data: xr.Dataset) -> pd.DataFrame:
    """Gap between Eq. (3) and SGD from other initial singular values."""
    rows = []
    for s0 in data["s0"].values:
        for N3 in data["N3"].values:
            gap = gap_of(data["gap_start"].sel(s0=s0, N3=N3))
            row = {"start": f"{s0:g}", "classes": int(N3), **_gap_columns(gap)}
            rows.append(row | {"verdict": verdict(gap, limit_of(data))})
    return pd.DataFrame(rows)


def figure1_verdict(data: xr.Dataset) -> Verdict:
    """Verdict on Figure 1: reproduced if it is for every number of classes."""
    verdicts = {verdict(gap_of(gap), limit_of(data)) for gap in data["gap"].transpose("N3", ...)}
    return worst(verdicts)


def worst(verdicts: set[Verdict]) -> Verdict:
    """Return the least favourable of some verdicts."""
    order: tuple[Verdict, ...] = ("not reproduced", "partly", "reproduced")
    return next(word for word in order if word in verdicts)


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
    tolerance = limit_of(data)
    rows = []
    for N3 in data["N3"].values:
        for sigma in data["sigma"].values:
            for theory in data["theory"].values:
                gap = gap_of(data["gap_large"].sel(N3=N3, sigma=sigma, theory=theory))
                row = {"classes": int(N3), "sigma": f"{sigma:g}", "theory": _THEORY[str(theory)]}
                within = "yes" if gap.value <= tolerance else "no"
                rows.append(row | _gap_columns(gap) | {"within tolerance": within})
    return pd.DataFrame(rows)


def finite_data(data: xr.Dataset) -> pd.DataFrame:
    """Gap of Eq. (3) and of (T 7a) to SGD for each number of inputs, and their ratio."""
    rows: list[dict[str, int | str]] = []
    for N3 in data["N3"].values:
        for N1 in data["N1"].values:
            cell = data.sel(N1=N1, N3=N3)
            row: dict[str, int | str] = {"classes": int(N3), "inputs": int(N1)}
            for theory in ("eq3", "T7a"):
                gap = gap_of(cell["gap"].sel(theory=theory))
                row[f"gap of {_THEORY[theory]} (%)"] = f"{100 * gap.value:.1f}"
            rows.append(row | {"ratio": f"{float(cell['share']):.2f}"})
    return pd.DataFrame(rows)


def share_verdict(data: xr.Dataset) -> Verdict:
    """Verdict on (T 7a): whether its gap is within the share asked for, at the inputs shown."""
    shown = data["share"].sel(N1=int(limit_of(data, "shown_N1")))
    return "reproduced" if bool((shown <= limit_of(data, "share")).all()) else "not reproduced"


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


def suppression_verdict(data: xr.Dataset) -> Verdict:
    """Verdict on exponential suppression: whether it holds in all settings, some, or none."""
    exponential = data["kind"] == "exponential"
    if bool(exponential.all()):
        return "reproduced"
    return "partly" if bool(exponential.any()) else "not reproduced"


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


def slope_verdict(data: xr.Dataset) -> Verdict:
    """Verdict on gradient descent's slope: whether its distance from one is within tolerance."""
    slope = data["slope"].sel(bound="estimate", descent="gradient descent")
    close = abs(slope - 1) <= limit_of(data, "slope_tolerance")
    return "reproduced" if bool(close.all()) else "not reproduced"


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
