"""Two training-aligned tasks: spectra, trajectories, maps of what the auxiliary task does."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import SymLogNorm
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style

_S_BAR = r"noise-free singular value $\bar s$"


@style.drawing
def spectra(data: xr.Dataset) -> np.ndarray:
    """Histograms against the bulk, the largest singular value, and the overlaps.

    Returns
    -------
    (1, 3) array of Axes
    """
    axes = style.subplots(1, 3, height=3.4)
    _histograms(axes[0, 0], data)
    _largest(axes[0, 1], data)
    _overlaps(axes[0, 2], data)
    return axes


def _histograms(ax: Axes, data: xr.Dataset) -> None:
    x, levels = data["bin"].values, data["level"].values
    for level, shade in zip(levels, style.ordered(len(levels)), strict=True):
        density = data["density"].sel(level=level)
        label = rf"$\bar s$ = {level:g}"
        ax.plot(x, density, drawstyle="steps-mid", color=shade, linewidth=1.3, label=label)
    ax.plot(x, data["bulk_density"], color=style.INK, dashes=(4, 2), linewidth=1.3, label="noise")
    for edge in data["bulk_edge"].values:
        ax.axvline(edge, color=style.FAINT, linewidth=0.8)
    ax.set_xscale("log")
    ax.set_ylim(0, 1.25 * float(max(data["bulk_density"].max(), data["density"].quantile(0.99))))
    ax.set_xlabel("singular values of noisy teachers")
    ax.set_ylabel(r"density per unit of $\ln s$")
    ax.legend(loc="upper right")


def _largest(ax: Axes, data: xr.Dataset) -> None:
    s_bar = data["S_B"].values
    benefits.interval(ax, s_bar, data["s_hat"], style.BLUE, linestyle="none", label="drawn")
    ax.plot(s_bar, data["s_hat_predicted"], color=style.INK, linewidth=1, label="(T 10)")
    ax.plot(s_bar, s_bar, color=style.FAINT, dashes=(2, 2), linewidth=1, label=r"$\hat s = \bar s$")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(_S_BAR)
    ax.set_ylabel(r"largest noisy singular value $\hat s$")
    ax.legend(loc="upper left")


def _overlaps(ax: Axes, data: xr.Dataset) -> None:
    s_bar = data["S_B"].values
    names = {"u_overlap": r"$(\hat u \cdot \bar u)^2$", "v_overlap": r"$(\hat v \cdot \bar v)^2$"}
    for (name, label), shade in zip(names.items(), (style.GREEN, style.VERMILLION), strict=True):
        mean, spread = data[name].sel(bound="estimate"), data[f"{name}_spread"]
        low, high = np.clip([mean - spread, mean + spread], 0, 1)
        ax.fill_between(s_bar, low, high, color=shade, alpha=0.2, linewidth=0)
        ax.plot(s_bar, mean, "o", color=shade, markersize=3, label=label)
        ax.plot(s_bar, data[f"{name}_predicted"], color=shade, linewidth=1)
    ax.set_xscale("log")
    ax.set_xlabel(_S_BAR)
    ax.set_ylabel("squared overlap, lines: (T 10)")
    ax.legend(loc="lower right")


@style.drawing
def trajectories(data: xr.Dataset) -> np.ndarray:
    """Singular value of task A in time: trained beside several tasks, plane flow, and alone.

    Returns
    -------
    (1, label_rule) array of Axes
    """
    rules = data["label_rule"].values
    axes = style.subplots(1, len(rules), height=3.7, sharex=True)
    for ax, rule in zip(axes[0], rules, strict=True):
        cell = data.sel(label_rule=rule)
        t = data["time"].values
        for i, name in enumerate(data["cell"].values):
            style.band(ax, cell["s_trained"].sel(cell=name), style.colour(i), label=str(name))
            plane = cell["s_plane"].sel(cell=name).mean("seed")
            ax.plot(t, plane, color=style.colour(i), dashes=(3, 2), linewidth=1.1)
        ax.plot(t, cell["s_alone"].mean("seed"), color=style.INK, dashes=(1, 1.4), linewidth=1.4)
        ax.set_title(f"{rule} labels")
        style.time_axis(ax)
    axes[0, 0].set_ylabel("singular value of task A")
    others = [
        Line2D([], [], color=style.FAINT, linewidth=1.1, dashes=(3, 2), label="plane flow, (T 14)"),
        Line2D([], [], color=style.INK, linewidth=1.4, dashes=(1, 1.4), label="alone, Eq. (3)"),
    ]
    legend_below(axes, others)
    return axes


@style.drawing
def difference_maps(data: xr.Dataset) -> np.ndarray:
    """Maps of s_A - s_tilde_A over r_AB and S_B, one row for each label rule and overlap of heads.

    Returns
    -------
    (label_rule x rho, S_A) array of Axes
    """
    return _maps(data["s_difference"], r"$s_A - \tilde s_A$ at the best times", 1e-3)


@style.drawing
def benefit_maps(data: xr.Dataset) -> np.ndarray:
    """Maps of the benefit over r_AB and S_B, one row for each label rule and overlap of heads.

    Returns
    -------
    (label_rule x rho, S_A) array of Axes
    """
    return _maps(data["MT"], benefits.MT_LABEL, 1e-5)


def _maps(values: xr.DataArray, quantity: str, threshold: float) -> np.ndarray:
    values = benefits.telling(values)
    rows = [(rule, rho) for rule in values["label_rule"].values for rho in values["rho"].values]
    columns = values["S_A"].values
    axes = style.subplots(
        len(rows), len(columns), height=1.5 * len(rows) + 0.8, sharex=True, sharey=True
    )
    largest = max(float(np.abs(values).max()), 10 * threshold)
    norm = SymLogNorm(threshold, vmin=-largest, vmax=largest)
    image: AxesImage | None = None
    for i, (rule, rho) in enumerate(rows):
        for j, S_A in enumerate(columns):
            cell = values.sel(label_rule=rule, rho=rho, S_A=S_A).transpose("S_B", "r_AB")
            image = axes[i, j].imshow(
                cell, origin="lower", aspect="auto", cmap=style.HARM_TO_HELP, norm=norm
            )
            if i == 0:
                axes[i, j].set_title(f"$S_A$ = {S_A:g}")
        axes[i, 0].set_ylabel(f"{rule}, $\\rho$ = {rho:g}\n$S_B$", fontsize=style.SMALL)
    _ticks(axes[-1, 0], "x", values["r_AB"].values)
    _ticks(axes[-1, 0], "y", values["S_B"].values)
    for ax in axes[-1]:
        ax.set_xlabel("$r_{AB}$")
    assert image is not None  # there is a cell in every grid
    style.colour_bar(image, axes, f"{quantity}\nlinear within $\\pm${threshold:g}")
    return axes


def _ticks(ax: Axes, axis: str, values: np.ndarray) -> None:
    """Label about five of the values of a map's axis."""
    step = max(1, (len(values) - 1) // 4)
    chosen = range(0, len(values), step)
    setter: Any = ax.set_xticks if axis == "x" else ax.set_yticks
    setter(list(chosen), [f"{values[i]:g}" for i in chosen], fontsize=style.SMALL)


@style.drawing
def weakly_related(data: xr.Dataset) -> np.ndarray:
    """Difference of singular values and benefit at weak relatedness, against S_B.

    Returns
    -------
    (2, label_rule) array of Axes
    """
    rules, rho = data["label_rule"].values, float(data["rho"].min())
    weak = data["weak"].item()
    axes = style.subplots(2, len(rules), height=5.0, sharex=True, sharey="row")
    rows = (("s_difference", r"$s_A - \tilde s_A$", 1e-3), ("MT", "benefit (nats)", 1e-5))
    for row, (name, label, threshold) in zip(axes, rows, strict=True):
        for ax, rule in zip(row, rules, strict=True):
            cell = data[name].sel(label_rule=rule, rho=rho).sel(r_AB=weak)
            mains = data["S_A"].values
            for S_A, shade in zip(mains, style.ordered(len(mains)), strict=True):
                ax.plot(
                    data["S_B"],
                    cell.sel(S_A=S_A),
                    "o-",
                    color=shade,
                    markersize=3,
                    linewidth=1.3,
                    label=f"$S_A$ = {S_A:g}",
                )
            ax.axhline(0, color=style.INK, linewidth=0.8)
            ax.set_yscale("symlog", linthresh=threshold)
        row[0].set_ylabel(label)
    for ax, rule in zip(axes[0], rules, strict=True):
        ax.set_title(f"{rule} labels, $r_{{AB}}$ = {weak:g}")
    for ax in axes[-1]:
        ax.set_xscale("log")
        ax.set_xlabel("$S_B$")
    legend_below(axes)
    return axes


FIGURES = {
    "aligned": spectra,
    "aligned-curves": trajectories,
    "aligned-weak": weakly_related,
    "aligned-benefit": benefit_maps,
    "aligned-difference": difference_maps,
}
