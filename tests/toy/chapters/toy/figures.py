import json
import os
import time

import numpy as np
from matplotlib.figure import Figure

from mtlpaper.companion.style import drawing


@drawing
def points(data):
    fault = json.loads(data.attrs.get("parameters", "{}")).get("fault")
    if fault == "die":
        os.kill(os.getpid(), 9)
    if fault == "wait":
        time.sleep(600)
    axes = Figure(figsize=(3, 2)).subplots()
    axes.plot(data.point, data.x, clip_on=True)
    axes.set_xlabel("point")
    return np.array([axes])


FIGURES = {"toy": points}
