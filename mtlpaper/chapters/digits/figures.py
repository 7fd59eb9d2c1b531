"""Benefits on digits over relatedness, labels and auxiliary images, drawn."""

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style

_INPUTS = {"whitened": "whitened images", "as they are": "images as they are"}


@style.drawing
def over_relatedness(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness by the quality of both tasks' labels: Figure 2 on digits.

    Returns
    -------
    (flip_A, inputs) array of Axes
        With the most auxiliary images.
    """
    MT = data["MT"].sel(student="linear").isel(n_aux=-1)
    rows, columns = MT["flip_A"].values, MT["inputs"].values
    height = 2.1 * len(rows) + 0.9
    axes = style.subplots(len(rows), len(columns), height=height, sharex=True, sharey="col")
    for (i, j), ax in np.ndenumerate(axes):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        qualities = MT["flip_B"].values
        for flip, shade in zip(qualities, style.ordered(len(qualities)), strict=True):
            cell = MT.sel(flip_A=rows[i], inputs=columns[j], flip_B=flip)
            look = {"markersize": 4, "label": f"auxiliary labels turned: {flip:g}"}
            benefits.interval(ax, MT["r_AB"].values, cell, shade, **look)
        ax.set_title(f"{_INPUTS[str(columns[j])]}; main labels turned: {rows[i]:g}")
    for ax in axes[-1]:
        ax.set_xlabel(benefits.R_LABEL)
    for ax in axes[:, 0]:
        ax.set_ylabel("benefit (nats)")
    legend_below(axes)
    return axes


@style.drawing
def over_auxiliary_images(data: xr.Dataset) -> np.ndarray:
    """Benefit over the number of auxiliary images by relatedness, the theory dashed.

    Returns
    -------
    (1, inputs) array of Axes
        With clean labels of both tasks.
    """
    MT = data["MT"].isel(flip_A=0, flip_B=0)
    columns, levels, n_aux = (MT[name].values for name in ("inputs", "r_AB", "n_aux"))
    axes = style.subplots(1, len(columns), height=4.0)
    dashed = Line2D([], [], color=style.FAINT, dashes=(3, 2), linewidth=1.2, label="theory, (T 7b)")
    for ax, name in zip(axes[0], columns, strict=True):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for r, shade in zip(levels, style.ordered(len(levels)), strict=True):
            cell = MT.sel(inputs=name, r_AB=r)
            look = {"markersize": 4, "label": f"$r_{{AB}}$ = {r:g}"}
            benefits.interval(ax, n_aux, cell.sel(student="linear"), shade, **look)
            theory = cell.sel(student="theory", bound="estimate")
            ax.plot(n_aux, theory, color=shade, dashes=(3, 2), linewidth=1.2)
        ax.set_xscale("log")
        ax.set_xticks(n_aux, [f"{n}" for n in n_aux])
        ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
        ax.set_title(_INPUTS[name])
        ax.set_xlabel("auxiliary training images $N_B$")
    axes[0, 0].set_ylabel(benefits.MT_LABEL)
    legend_below(axes, [dashed])
    return axes


@style.drawing
def other_classes(data: xr.Dataset) -> np.ndarray:
    """Benefits from other classes of the images at their overlap, beside rotated digits.

    Returns
    -------
    (1, inputs) array of Axes
        With the most auxiliary images and clean labels.
    """
    columns, r = data["inputs"].values, data["r_AB"].values
    rotated = data["MT"].sel(student="linear").isel(flip_A=0, flip_B=0, n_aux=-1)
    axes = style.subplots(1, len(columns), height=3.6)
    for ax, name in zip(axes[0], columns, strict=True):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        cell = rotated.sel(inputs=name)
        benefits.interval(ax, r, cell, style.INK, markersize=4, label="digits, inputs rotated")
        for k, task in enumerate(data["task"].values):
            at = [float(data["r_task"].sel(task=task))]
            of_task = data["MT_task"].sel(student="linear", inputs=name, task=task)
            look = {"markersize": 5, "label": str(task), "linestyle": "none"}
            benefits.interval(ax, np.array(at), of_task.expand_dims("at"), style.colour(k), **look)
        ax.set_title(_INPUTS[name])
        ax.set_xlabel("relatedness, or measured overlap")
    axes[0, 0].set_ylabel(benefits.MT_LABEL)
    legend_below(axes)
    return axes


_STUDENTS = {"linear": ("linear students", "-"), "deep": ("deep ReLU students", "--")}


@style.drawing
def deep_students(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness of linear and of deep students, with clean and random labels.

    Returns
    -------
    (1, inputs) array of Axes
        With the most auxiliary images and clean main labels.
    """
    MT = data["MT"].isel(flip_A=0, n_aux=-1, flip_B=[0, -1])
    columns, shades = MT["inputs"].values, (style.BLUE, style.VERMILLION)
    axes = style.subplots(1, len(columns), height=3.8)
    for ax, name in zip(axes[0], columns, strict=True):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for student, (called, line) in _STUDENTS.items():
            for flip, shade in zip(MT["flip_B"].values, shades, strict=True):
                cell = MT.sel(inputs=name, student=student, flip_B=flip)
                label = f"{called}, labels turned: {flip:g}"
                look = {"markersize": 4, "label": label, "linestyle": line}
                benefits.interval(ax, MT["r_AB"].values, cell, shade, **look)
        ax.set_title(_INPUTS[name])
        ax.set_xlabel(benefits.R_LABEL)
    axes[0, 0].set_ylabel(benefits.MT_LABEL)
    legend_below(axes)
    return axes


FIGURES = {
    "digits": over_relatedness,
    "digits-auxiliary": over_auxiliary_images,
    "digits-tasks": other_classes,
    "digits-deep": deep_students,
}
