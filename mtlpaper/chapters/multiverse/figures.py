"""The multiverse drawn: shares of settings, importance of factors, specification curves."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.multiverse.judged import JUDGED
from mtlpaper.companion import style

#: Claims with a specification curve each: what Figure 2, Figure 3 and Table 1 are about.
MAIN = (
    "up-with-relatedness",
    "unrelated-harm",
    "unrelated-noisy-ignored",
    "no-gain-100",
    "vanishing-3200",
    "row-c-harms",
)
#: What factors are called.
NAMES = {
    "N1": "inputs $N_1$",
    "N2": "hidden units $N_2$",
    "s0": "initial $s_0$",
    "initial": "kind of start",
    "sigma": r"noise $\sigma$",
    "noise": "reading of noise",
    "label_rule": "label rule",
    "batch_size": "batch",
    "learning_rate": "learning rate",
    "inputs": "inputs of B",
    "bins": "bins of $S_B$",
    "protocol": "time chosen by",
    "dataset": "dataset",
}


@style.drawing
def shares(data: xr.Dataset) -> np.ndarray:
    """Share of the settings in which each claim holds, with its interval.

    Returns
    -------
    (1, 1) array of Axes
    """
    order = np.argsort(data["share"].sel(bound="estimate").values)
    axes = style.subplots(width=7.4, height=0.26 * len(order) + 1.0)
    ax = axes[0, 0]
    for y, i in enumerate(order):
        value, low, high = 100 * data["share"].isel(claim=i).values
        ax.plot([low, high], [y, y], color=style.SKY, linewidth=5, solid_capstyle="butt")
        ax.plot(value, y, "o", color=style.BLUE, markersize=5, clip_on=False, zorder=3)
        n = int(data["n_scanned"][i])
        ax.text(102.5, y, f"{value:.0f} % of {n}", va="center", fontsize=7.5)
    ax.set_yticks(range(len(order)), [str(data["claim"].values[i]) for i in order], fontsize=8)
    ax.set_xlim(0, 100)
    ax.set_ylim(-0.7, len(order) - 0.3)
    ax.grid(axis="x", color="#E5E5E5")
    ax.set_axisbelow(True)
    ax.set_xlabel("settings in which the claim holds (%); bars: 95 % intervals")
    ax.set_ylabel("claim")
    return axes


@style.drawing
def decisive(data: xr.Dataset) -> np.ndarray:
    """Share of each claim's variation that one factor explains by itself, where above chance.

    Returns
    -------
    (1, 1) array of Axes
    """
    weight, chance = data["importance"], data["chance"]
    axes = style.subplots(width=8.4, height=0.27 * data.sizes["claim"] + 1.7)
    ax = axes[0, 0]
    faint = np.where(weight > chance, 1.0, 0.3)  # what chance could do is only hinted at
    shown = 100 * weight.clip(min=0) * faint
    image = ax.imshow(shown, cmap="Blues", vmin=0, vmax=60, aspect="auto")
    for i, j in zip(*np.nonzero((weight > chance).values), strict=True):
        share = 100 * float(weight[i, j])
        shade = "white" if share > 35 else style.INK
        ax.text(j, i, f"{share:.0f}", ha="center", va="center", color=shade, fontsize=7.5)
    names = [NAMES[str(name)] for name in data["factor"].values]
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=8)
    ax.set_yticks(range(data.sizes["claim"]), data["claim"].values, fontsize=8)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    bar = ax.figure.colorbar(image, ax=ax, aspect=30, pad=0.01)
    bar.set_label("explained by the factor alone (%)")
    ax.set_xlabel("factor")
    ax.set_ylabel("claim")
    return axes


def specification(claim: str) -> Callable[[xr.Dataset], np.ndarray]:
    """Make the function that draws the specification curve of a claim."""

    @style.drawing
    def drawn(data: xr.Dataset) -> np.ndarray:
        axes = style.subplots(
            2, 1, width=8.4, height=5.0, sharex=True, gridspec_kw={"height_ratios": [1, 1.25]}
        )
        if claim in data["claim"].values:
            _curve(axes[0, 0], axes[1, 0], data.sel(claim=claim))
        else:
            axes[0, 0].set_title(f"{claim}: not scanned with these parameters")
        return axes

    return drawn


def _curve(above: Axes, below: Axes, cell: xr.Dataset) -> None:
    """Draw the sorted effects, and under each the levels of its setting."""
    seen = cell.isel(setting=np.flatnonzero(cell["holds"].values >= 0))
    seen = seen.isel(setting=np.argsort(seen["effect"].values, kind="stable"))
    x, holds = np.arange(seen.sizes["setting"]), seen["holds"].values == 1
    claim = JUDGED[str(cell["claim"].item())]
    above.plot(x[holds], seen["effect"][holds], "o", color=style.BLUE, label="holds", markersize=4)
    above.plot(
        x[~holds],
        seen["effect"][~holds],
        "o",
        color=style.VERMILLION,
        fillstyle="none",
        label="does not",
        markersize=4,
    )
    for limit in (claim.range.low, claim.range.high):
        if np.isfinite(limit):
            above.axhline(limit, color=style.INK, linewidth=0.8, linestyle="--")
    above.set_yscale("symlog", linthresh=0.1)
    ends = float(seen["effect"].min()), float(seen["effect"].max())
    ticks = [tick for tick in (-1.0, -0.1, 0.0, 0.1, 1.0) if ends[0] <= tick <= ends[1] or not tick]
    above.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    above.set_ylabel(f"effect ({claim.unit})")
    above.set_title(claim.says)
    above.legend(fontsize=8, loc="upper left")
    _levels(below, seen)


def _levels(ax: Axes, seen: xr.Dataset) -> None:
    """Draw one row a factor, the most important on top, one shade a level."""
    order = np.argsort(-seen["importance"].values)
    level = seen["level"].isel(factor=order).transpose("factor", "setting").values.astype(float)
    most = np.maximum(level.max(axis=1, keepdims=True), 1.0)
    ax.imshow(level / most, aspect="auto", cmap=plt.get_cmap("cividis"), interpolation="nearest")
    labels = []
    for i in order:
        share = 100 * float(seen["importance"][i])
        above = bool(seen["importance"][i] > seen["chance"][i])
        name = NAMES[str(seen["factor"].values[i])]
        labels.append(f"{name}  {share:.0f} %" if above else name)
    ax.set_yticks(range(len(labels)), labels, fontsize=7.5)
    ax.tick_params(length=0)
    ax.set_xlabel("settings, sorted by the effect (shades: levels of a factor, dark to bright)")
    ax.set_ylabel("factor")


FIGURES = {
    "multiverse-shares": shares,
    "multiverse-decisive": decisive,
    **{f"specification-{name}": specification(name) for name in MAIN},
}
