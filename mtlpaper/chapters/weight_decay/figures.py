"""Weight decay on linear students, drawn."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style


@style.drawing
def tuned(data: xr.Dataset) -> np.ndarray:
    """Benefits over relatedness by both regularisers, tuned on validation and on test points.

    Returns
    -------
    (S_A, tuned_by) array of Axes
        Of the largest S_B.
    """
    MT = data["MT"].isel(S_B=-1)
    rows, columns = MT["S_A"].values, MT["tuned_by"].values
    axes = style.subplots(
        len(rows), len(columns), height=2.6 * len(rows) + 0.6, sharex=True, sharey="row"
    )
    for (i, j), ax in np.ndenumerate(axes):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for k, name in enumerate(MT["regulariser"].values):
            cell = MT.sel(S_A=rows[i], tuned_by=columns[j], regulariser=name)
            look = {"markersize": 4, "label": str(name)}
            benefits.interval(ax, MT["r_AB"].values, cell, style.colour(k), **look)
        ax.set_title(f"$S_A$ = {rows[i]:g}, tuned on {columns[j]} points")
    for ax in axes[-1]:
        ax.set_xlabel(benefits.R_LABEL)
    for ax in axes[:, 0]:
        ax.set_ylabel(benefits.MT_LABEL)
    legend_below(axes)
    return axes


@style.drawing
def paid(data: xr.Dataset) -> np.ndarray:
    """Half the squared weights over relatedness, and the trace norm of the teachers.

    Returns
    -------
    (1, S_soft) array of Axes
    """
    columns = data["S_soft"].values
    axes = style.subplots(1, len(columns), height=3.4)
    r = data["r_AB"].values
    for ax, S in zip(axes[0], columns, strict=True):
        cell = data.sel(S_soft=S)
        formula = cell["formula"].mean("dataset")
        ax.plot(r, formula, color=style.INK, linewidth=1.2, label="trace norm of the teachers")
        decays = data["small_decay"].values
        for decay, shade in zip(decays, style.ordered(len(decays)), strict=True):
            squares = cell["squares"].sel(small_decay=decay).mean("dataset")
            look = {"color": shade, "markersize": 4}
            ax.plot(r, squares, "o", **look, label=rf"students, $\lambda$ = {decay:g}")
        ax.set_title(f"$S_A$ = {columns[0]:g}, $S_B$ = {S:g}")
        ax.set_xlabel(benefits.R_LABEL)
        ax.set_ylim(bottom=0)
    axes[0, 0].set_ylabel("half the squared weights")
    legend_below(axes)
    return axes


@style.drawing
def narrowed(data: xr.Dataset) -> np.ndarray:
    """Excess of the objective over the convex optimum against the width of the trunk."""
    axes = style.subplots(width=5.4, height=3.6)
    ax = axes[0, 0]
    for k, name in enumerate(data["member"].values):
        excess = data["excess"].sel(member=name)
        ax.plot(data["N2"], excess, "o-", color=style.colour(k), markersize=4, label=str(name))
    ax.axhline(1e-3, color=style.INK, linewidth=0.8)
    ax.set_yscale("log")
    ax.set_xlabel("hidden units $N_2$")
    ax.set_ylabel("relative excess of the objective,\nworst start and dataset")
    ax.legend(title="learned beside")
    return axes


@style.drawing
def coupled(data: xr.Dataset) -> np.ndarray:
    """How far the other task moves the main task's logits, over numbers of points.

    Returns
    -------
    (1, inputs) array of Axes
    """
    columns, levels, points = (data[name].values for name in ("inputs", "r_AB", "points"))
    shades = style.ordered(len(levels))
    axes = style.subplots(1, len(columns), height=3.4)
    moved = data["moved"].sel(bound="estimate")
    for ax, inputs in zip(axes[0], columns, strict=True):
        for r, shade in zip(levels, shades, strict=True):
            distance = moved.sel(inputs=inputs, r_AB=r)
            ax.plot(points, distance, "o-", color=shade, markersize=4, label=f"$r_{{AB}}$ = {r:g}")
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xticks(points, [f"{n}" for n in points])
        ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
        ax.set_title(f"inputs have {inputs}")
        ax.set_xlabel("training points $N$")
    axes[0, -1].set_ylim(1e-8, 1)
    axes[0, 0].set_ylabel("relative distance of logits\nfrom those learned alone")
    legend_below(axes)
    return axes


FIGURES = {
    "weight-decay": tuned,
    "weight-decay-norm": paid,
    "weight-decay-width": narrowed,
    "weight-decay-coupling": coupled,
}
