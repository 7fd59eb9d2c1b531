"""Numbers in the prose on the random-energy model, and its row on the front page."""

import numpy as np
import xarray as xr

from mtlpaper.companion.registry import Number
from mtlpaper.documents.lee2019.printed import FIGURE1_SINGULAR_VALUE

#: The more classes of the two curves in Figure 1.
FIGURE1_CLASSES = 20

QUESTION = "When does the softmax settle on a few classes?"
ANSWER = (
    "With {most_classes:d} classes it does so at {ratio_most:.2f} times the singular value that "
    "the random-energy model of physics predicts for very many classes."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give where classes freeze, and what is left of the gradient where Figure 1 ends."""
    most = int(data["N3"].max())
    ratio = data["s_half"] / (2 * data["s_c"])
    of = data.sel(N3=FIGURE1_CLASSES, method="nearest")
    gamma = of["gamma"]
    end = float(np.interp(FIGURE1_SINGULAR_VALUE[1], data["s"], gamma))
    return {
        "most_classes": most,
        "ratio_most": float(ratio.sel(N3=most)),
        "when": "earlier" if float(ratio.sel(N3=most)) < 1 else "later",
        "classes": int(of["N3"]),
        "half_frozen": float(of["s_half"]),
        "axis_top": float(FIGURE1_SINGULAR_VALUE[1]),
        "kept_percent": 100 * end / float(gamma[0]),
    }
