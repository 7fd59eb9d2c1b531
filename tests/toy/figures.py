import numpy as np
from matplotlib.figure import Figure

from mtlpaper.figures.style import drawing


@drawing
def points(data):
    axes = Figure(figsize=(3, 2)).subplots()
    axes.plot(data.point, data.x, clip_on=True)
    axes.set_xlabel("point")
    return np.array([axes])


FIGURES = {"toy": points}
