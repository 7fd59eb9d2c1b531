"""The multiverse drawn: which factor decides which claim."""

import numpy as np
import xarray as xr

from mtlpaper.companion import style

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
    "protocol": "time chosen by",
    "dataset": "dataset",
}


@style.drawing
def decisive(data: xr.Dataset) -> np.ndarray:
    """Share of each claim's variation that one factor explains by itself, where above chance.

    Returns
    -------
    (1, 1) array of Axes
    """
    weight, clear = data["importance"], data["clear"]
    axes = style.subplots(height=0.27 * data.sizes["claim"] + 1.7)
    ax = axes[0, 0]
    # What chance could do is only hinted at.
    shown = 100 * weight.clip(min=0) * np.where(clear, 1.0, 0.3)
    image = ax.imshow(shown, cmap="Blues", vmin=0, vmax=60, aspect="auto")
    for i, j in np.argwhere(clear.values):
        share = 100 * float(weight[i, j])
        shade = "white" if share > 35 else style.INK
        ax.text(j, i, f"{share:.0f}", ha="center", va="center", color=shade, fontsize=style.SMALL)
    names = [NAMES[str(name)] for name in data["factor"].values]
    ax.set_xticks(range(len(names)), names, rotation=90)
    ax.set_yticks(range(data.sizes["claim"]), data["claim"].values)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    style.colour_bar(image, axes, "variance explained (%)")
    ax.set_xlabel("factor")
    ax.set_ylabel("claim")
    return axes


FIGURES = {"multiverse": decisive}
