"""Figure A1 as heat maps, and published, measured and computed benefits against each other."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style


@style.drawing
def heat_maps(data: xr.Dataset) -> np.ndarray:
    """Measured benefit over S_B and r_AB for every number of points and main task.

    Returns
    -------
    (n_train, S_A) array of Axes
    """
    return benefits.grid_of_maps(data["MT"], "n_train", "S_A")


@style.drawing
def theory_lines(data: xr.Dataset) -> np.ndarray:
    """Measured benefit with intervals over r_AB, the finite-sample theory dashed.

    Returns
    -------
    (n_train, S_A) array of Axes
    """
    return benefits.grid_of_lines(data["MT"], "n_train", "S_A", data["MT_theory"])


@style.drawing
def against_published(data: xr.Dataset) -> np.ndarray:
    """Our benefits and those of both theories against the published ones, one point a cell.

    Returns
    -------
    (1, 3) array of Axes
    """
    axes = style.subplots(1, 3, height=3.7, sharey=True)
    ours = data["MT"].sel(bound="estimate")
    models = {
        "our networks": ours,
        "finite-sample theory, (T 7b)": data["MT_theory"],
        "infinite data, (T 6)": data["MT_infinite"],
    }
    for ax, (title, model) in zip(axes[0], models.items(), strict=True):
        theirs = data["MT_published"]
        ends = [float(theirs.min()), float(theirs.max())]
        _cross(ax, ends)
        points = data["n_train"].values
        for n, shade in zip(points, style.ordered(len(points)), strict=True):
            x = theirs.sel(n_train=n)
            y = model.sel(n_train=n)
            look = {"color": shade, "markersize": 3, "alpha": 0.7}
            ax.plot(x.values.ravel(), y.values.ravel(), "o", label=f"$N$ = {n}", **look)
        ax.set_title(title)
        ax.set_xlabel("published benefit (nats)")
    axes[0, 0].set_ylabel("ours (nats)")
    legend_below(axes)
    return axes


@style.drawing
def residuals(data: xr.Dataset) -> np.ndarray:
    """Our benefit minus the published one over S_B and r_AB, for each N and main task.

    Cells whose difference is within two standard errors of both means are dotted.

    Returns
    -------
    (n_train, S_A) array of Axes
    """
    benefit = data["benefit"].sel(rule="test")
    ours, n = benefit.mean("seed"), benefit.sizes["seed"]
    error = np.sqrt(benefit.var("seed", ddof=1) / n + data["MT_published_se"] ** 2)
    apart = ours - data["MT_published"]
    bounds = xr.concat([apart, apart - 2 * error, apart + 2 * error], dim=data["bound"])
    return benefits.grid_of_maps(bounds, "n_train", "S_A", "ours minus published (nats)")


@style.drawing
def against_theory(data: xr.Dataset) -> np.ndarray:
    """Measured benefit against both theories, one point a cell, coloured by number of points.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, height=3.9, sharey=True)
    pairs = zip(
        axes[0],
        ("MT_theory", "MT_infinite"),
        ("finite-sample theory, (T 7b)", "infinite data, (T 6)"),
        strict=True,
    )
    for ax, name, title in pairs:
        _scatter(ax, data, name)
        ax.set_title(title)
        ax.set_xlabel("benefit by theory (nats)")
    axes[0, 0].set_ylabel("measured benefit (nats)")
    legend_below(axes)
    return axes


def _scatter(ax: Axes, data: xr.Dataset, name: str) -> None:
    MT, theory = data["MT"].sel(bound="estimate"), data[name]
    _cross(ax, [float(theory.min()), float(theory.max())])
    points = data["n_train"].values
    for n, shade in zip(points, style.ordered(len(points)), strict=True):
        x, y = theory.sel(n_train=n).values.ravel(), MT.sel(n_train=n).values.ravel()
        clear = data["clear"].sel(n_train=n).values.ravel().astype(bool)
        ax.plot(x[clear], y[clear], "o", color=shade, markersize=3, label=f"$N$ = {n}")
        ax.plot(x[~clear], y[~clear], "o", color=shade, markersize=3, fillstyle="none", alpha=0.5)


def _cross(ax: Axes, ends: list[float]) -> None:
    """Draw the diagonal between `ends`, and both zeros."""
    ax.plot(ends, ends, color=style.INK, linewidth=0.8)
    ax.axhline(0, color=style.FAINT, linewidth=0.5)
    ax.axvline(0, color=style.FAINT, linewidth=0.5)


FIGURES = {
    "interactions": heat_maps,
    "interactions-published": against_published,
    "interactions-residuals": residuals,
    "interactions-lines": theory_lines,
    "interactions-theory": against_theory,
}
