"""Benefits over the weight of the auxiliary loss, and the weights that are chosen."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.companion import style

#: Colours of what a weight is chosen by, the same in all figures.
_SHADES = {
    "loss": style.BLUE,
    "upper side": style.VERMILLION,
    "lower side": style.GREEN,
    "mean of both sides": style.PURPLE,
    "weight 1": style.ORANGE,
    "weight 0": style.SKY,
}


@style.drawing
def sides(data: xr.Dataset) -> np.ndarray:
    """Benefit and both sides of its bound over the weight, with the largest S_B.

    Returns
    -------
    (S_A, r_AB) array of Axes
    """
    cells = data[["MT", "MT_lower", "MT_upper"]].sel(loss="generalisation").isel(S_B=-1)
    rows, columns = data["S_A"].values, data["r_AB"].values
    axes = style.subplots(
        len(rows), len(columns), height=2.5 * len(rows) + 0.7, sharex=True, sharey="row"
    )
    x = np.arange(data.sizes["weight"])
    for (i, j), ax in np.ndenumerate(axes):
        cell = cells.isel(S_A=i, r_AB=j)
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for name, side in (("MT_upper", "upper side"), ("MT_lower", "lower side")):
            mean = cell[name].sel(bound="estimate")
            ax.plot(x, mean, color=_SHADES[side], dashes=(4, 2), linewidth=1.4, label=side)
        benefits.interval(ax, x, cell["MT"], _SHADES["loss"], label="benefit", markersize=4)
        ax.set_title(f"$S_A$ = {rows[i]:g}, $r_{{AB}}$ = {columns[j]:g}")
        ax.set_xticks(x, [f"{one:g}" for one in data["weight"].values])
    for ax in axes[-1]:
        ax.set_xlabel(r"weight $\alpha_B$")
    for ax in axes[:, 0]:
        ax.set_ylabel("nats")
    legend_below(axes)
    return axes


@style.drawing
def shares(data: xr.Dataset) -> np.ndarray:
    """Share of the auxiliary loss in the weights that are chosen, over relatedness.

    Returns
    -------
    (S_A, S_B) array of Axes
    """
    share = data["share"].sel(loss="generalisation")
    rows, columns = data["S_A"].values, data["S_B"].values
    axes = style.subplots(
        len(rows), len(columns), height=2.4 * len(rows) + 0.7, sharex=True, sharey=True
    )
    for (i, j), ax in np.ndenumerate(axes):
        for choice in (*data["side"].values, "loss"):
            cell = share.isel(S_A=i, S_B=j).sel(choice=choice)
            label, line = ("benefit", "-") if choice == "loss" else (choice, "--")
            look = {"label": label, "linestyle": line, "markersize": 4}
            benefits.interval(ax, data["r_AB"].values, cell, _SHADES[choice], **look)
        ax.set_title(f"$S_A$ = {rows[i]:g}, $S_B$ = {columns[j]:g}")
        ax.set_ylim(-0.05, 1.05)
    for ax in axes[-1]:
        ax.set_xlabel(benefits.R_LABEL)
    for ax in axes[:, 0]:
        ax.set_ylabel(r"best $\alpha_B / (1 + \alpha_B)$")
    legend_below(axes)
    return axes


@style.drawing
def regrets(data: xr.Dataset) -> np.ndarray:
    """Benefit lost by every choice in every cell, mean over cells of one relatedness.

    Returns
    -------
    (1, loss) array of Axes
    """
    losses, levels = data["loss"].values, data["r_AB"].values
    axes = style.subplots(1, len(losses), height=3.6, sharey=True)
    regret = data["regret_mean"]
    for ax, loss in zip(axes[0], losses, strict=True):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for k, choice in enumerate(data["choice"].values):
            x = np.arange(len(levels)) + 0.12 * (k - (data.sizes["choice"] - 1) / 2)
            cell = regret.sel(loss=loss, choice=choice)
            look = {"label": str(choice), "linestyle": "none", "markersize": 4}
            benefits.interval(ax, x, cell, _SHADES[choice], **look)
        ax.set_xticks(np.arange(len(levels)), [f"{r:g}" for r in levels])
        ax.set_title(f"by the {loss} loss")
        ax.set_xlabel(benefits.R_LABEL)
    axes[0, 0].set_ylabel("benefit lost (nats)")
    legend_below(axes)
    return axes


FIGURES = {"weights": sides, "weights-best": shares, "weights-regret": regrets}
