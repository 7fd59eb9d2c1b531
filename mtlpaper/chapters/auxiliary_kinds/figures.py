"""Errors with auxiliary tasks of all kinds and by all mechanisms, and four details."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.companion import style
from mtlpaper.documents.ruder2017.printed import TABLE_6

#: How the labels call treatments.
_TOGETHER = "with the auxiliary task"
_LOOKS = {
    "together": (style.BLUE, "o", _TOGETHER),
    "beside": (style.GREEN, "s", "other treatments"),
    "control": (style.VERMILLION, "D", "controls"),
    "best": (style.INK, "|", "the best possible"),
}
#: Errors over that alone at which an axis has ticks, by the change in words.
_TICKS = {0.1: "−90 %", 0.2: "−80 %", 0.5: "−50 %", 1: "0", 2: "+100 %", 4: "+300 %", 8: "+700 %"}
#: Root mean square errors with ticks.
_ERRORS = (0.05, 0.1, 0.2, 0.3)


@style.drawing
def kinds(data: xr.Dataset) -> np.ndarray:
    """Error over that alone, by kind of auxiliary task and treatment.

    Returns
    -------
    (1, 1) array of Axes
    """
    return _forest(data, "kind")


@style.drawing
def mechanisms(data: xr.Dataset) -> np.ndarray:
    """Error over that alone, by mechanism and treatment.

    Returns
    -------
    (1, 1) array of Axes
    """
    return _forest(data, "mechanism")


def _forest(data: xr.Dataset, group: str) -> np.ndarray:
    """Draw a row for each treatment, below the name of its experiment."""
    change, left = data[f"{group}_change"], data[f"{group}_left"]
    rows: list[tuple[str, str]] = []
    for name in data[group].values:
        there = change.sel({group: name, "bound": "estimate"}).dropna("treatment")
        rows += [(name, ""), *((name, str(one)) for one in there["treatment"].values)]
    axes = style.subplots(width=6.4, height=0.5 + 0.17 * len(rows))
    ax = axes[0, 0]
    ax.axvline(1, color=style.INK, linewidth=0.8)
    named: set[str] = set()
    for y, (name, treatment) in enumerate(rows):
        if not treatment:
            continue
        cell = {group: name, "treatment": treatment}
        role = treatment if treatment in _LOOKS else "beside"
        if np.isfinite(left.sel(cell)).all():
            role = "control"
        shade, marker, label = _LOOKS[role]
        ratio = 1 + change.sel(cell)
        middle, low, high = (float(ratio.sel(bound=one)) for one in data["bound"].values)
        size = 10 if role == "best" else 5
        look = {"color": shade, "markersize": size, "label": "" if role in named else label}
        ax.hlines(y, low, high, color=shade, linewidth=1.4)
        ax.plot([middle], [y], marker, **look)
        named.add(role)
    ax.set_xscale("log")
    ax.set_xticks(list(_TICKS)[:-1], list(_TICKS.values())[:-1])
    ax.minorticks_off()
    told = {"": "", "together": _TOGETHER}
    labels = [told.get(treatment, treatment) or name for name, treatment in rows]
    ax.set_yticks(range(len(rows)), labels)
    for tick, (_, treatment) in zip(ax.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("normal" if treatment else "bold")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.5, -0.7)
    ax.set_ylabel(group)
    ax.set_xlabel("change of the main task's mean error (logarithmic)")
    legend_below(axes)
    return axes


@style.drawing
def noise(data: xr.Dataset) -> np.ndarray:
    """Error of a novel task over that alone, by trunk and noise on the labels.

    Returns
    -------
    (1, 1) array of Axes
    """
    axes = style.subplots(width=4.6)
    ax = axes[0, 0]
    ax.axhline(1, color=style.INK, linewidth=0.8)
    looks = {
        "together": (style.BLUE, "trunk of the environment"),
        "shuffled": (style.VERMILLION, "trunk of shuffled labels"),
        "best": (style.INK, "the environment itself"),
    }
    for trunk, look in looks.items():
        _interval(ax, data["label_noise"].values, 1 + data["noise_change"].sel(trunk=trunk), *look)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks(data["label_noise"].values, [f"{one:g}" for one in data["label_noise"].values])
    ax.set_yticks(list(_TICKS), list(_TICKS.values()))
    ax.minorticks_off()
    ax.set_xlabel("noise on the labels (the signal is 1)")
    ax.set_ylabel("change of the error (logarithmic)")
    ax.legend()
    return axes


@style.drawing
def details(data: xr.Dataset) -> np.ndarray:
    """Relatedness, reversal, levels, and inputs as outputs.

    Returns
    -------
    (2, 2) array of Axes
    """
    axes = style.subplots(2, 2, height=6.4)
    _relatedness(axes[0, 0], data)
    _reversal(axes[0, 1], data)
    _levels(axes[1, 0], data)
    _outputs(axes[1, 1], data)
    return axes


def _relatedness(ax: Axes, data: xr.Dataset) -> None:
    ax.axhline(0, color=style.INK, linewidth=0.8)
    names = {"together": "best use", "as one task": "as one task"}
    for use, shade in zip(data["use"].values, (style.BLUE, style.VERMILLION), strict=True):
        _interval(ax, data["r"].values, 100 * data["r_change"].sel(use=use), shade, names[use])
    ax.set_title("related task")
    ax.set_xlabel("correlation $r$ of the tasks' weights")
    ax.set_ylabel("change of the error (%)")
    ax.legend()


def _reversal(ax: Axes, data: xr.Dataset) -> None:
    ax.axhline(0, color=style.INK, linewidth=0.8)
    for i, removal in enumerate(data["removal"].values):
        shade = style.INK if removal == "erasure" else style.colour(i - 1)
        change = 100 * data["adversary_change"].sel(removal=removal)
        _interval(ax, data["overlap"].values, change, shade, str(removal))
    ax.set_title("adversarial")
    ax.set_xlabel("overlap of domain and class directions")
    ax.set_ylabel("change of the error (%)")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)


def _levels(ax: Axes, data: xr.Dataset) -> None:
    levels = data["n_levels"].values
    exact = data["information_exact"]
    ax.plot(levels, exact, color=style.INK, dashes=(4, 2), linewidth=1, label="exact")
    _interval(ax, levels, data["information"], style.BLUE, "measured", line="o")
    ax.set_title("quantisation smoothing")
    ax.set_xlabel("levels of a label")
    ax.set_ylabel("share of the information kept")
    ax.legend(loc="lower right")


def _outputs(ax: Axes, data: xr.Dataset) -> None:
    arms = list(data["arm"].values)
    places = np.arange(len(arms))
    printed = [TABLE_6[arm] for arm in arms]
    look: dict[str, Any] = {"color": style.INK, "markerfacecolor": "none", "markersize": 7}
    ax.plot(places, printed, "D", label="Caruana (1997)", **look)
    for code, shade in zip(data["code"].values, (style.BLUE, style.ORANGE), strict=True):
        _interval(ax, places, data["rmse"].sel(code=code), shade, f"{code} code", line="o")
    ax.set_yscale("log")
    ax.set_yticks(_ERRORS, [f"{one:g}" for one in _ERRORS])
    ax.minorticks_off()
    ax.set_xticks(places, arms)
    ax.set_xlim(-0.4, len(arms) - 0.6)
    ax.set_title("predicting inputs")
    ax.set_xlabel("use of the feature")
    ax.set_ylabel("root mean square error")
    ax.legend()


def _interval(
    ax: Axes, x: np.ndarray, estimated: xr.DataArray, shade: str, label: str, line: str = "o-"
) -> None:
    middle, low, high = (estimated.sel(bound=bound) for bound in ("estimate", "low", "high"))
    ax.vlines(x, low, high, color=shade, linewidth=1.2)
    ax.plot(x, middle, line, color=shade, markersize=4, label=label)


FIGURES = {
    "auxiliary-kinds": kinds,
    "auxiliary-mechanisms": mechanisms,
    "auxiliary-details": details,
    "auxiliary-noise": noise,
}
