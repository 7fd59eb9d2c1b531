"""Methods of multitask learning, drawn: what they bring beside related tasks and unrelated ones."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.chapters.common.figures import legend_below
from mtlpaper.chapters.common.two_tasks import figures as benefits
from mtlpaper.chapters.methods.parameters import RELU
from mtlpaper.chapters.methods.tables import called
from mtlpaper.companion import style

#: Looks of the methods that several figures show; all others recede, yet can be read.
_OTHERS = "#666666"
_LOOKS = {
    "equal": style.INK,
    "fixed": style.BLUE,
    "gate": style.VERMILLION,
    "pcgrad": style.GREEN,
    "trunk_rate": style.PURPLE,
    "hard": style.BLUE,
    "soft": style.VERMILLION,
    "tensor_factorisation": style.GREEN,
    "mean_regularised": style.PURPLE,
}
#: Rules that change the step of the trunk alone, with what they are compared with.
TRUNK = ("equal", "trunk_rate", "mgda", "imtl_g", "cagrad")
#: Tasks told apart in the rows of rules: name, colour, and place above or below the middle.
_TASKS = (("related", style.HELP, -0.12), ("unrelated", style.HARM, 0.12))


def rules(data: xr.Dataset) -> list[str]:
    """Names of the rules, the plain sum of losses first."""
    return ["equal", *map(str, data["rule"].values)]


def structures(data: xr.Dataset) -> list[str]:
    """Names of the ways of sharing."""
    return list(map(str, data["structure"].values))


@style.drawing
def frontier(data: xr.Dataset) -> np.ndarray:
    """Benefit beside related tasks against that beside unrelated ones, a point for each method.

    Returns
    -------
    (3, 1) array of Axes
        Rules, ways of sharing, rules with ReLU students.
    """
    families = {
        "rules, linear students with early stopping": rules(data),
        "ways of sharing, linear students with penalties": structures(data),
        "rules, ReLU students with early stopping": [f"{one}{RELU}" for one in rules(data)],
    }
    axes = style.subplots(3, 1, width=5.6, height=10.5, narrow_height=3.2)
    for ax, (title, names) in zip(axes[:, 0], families.items(), strict=True):
        _crosses(ax, data["summary"].sel(against="tuned baseline", technique=names))
        ax.set_title(title)
        ax.set_xlabel("benefit beside unrelated tasks (nats)")
        ax.set_ylabel("benefit beside\nrelated tasks (nats)")
    return axes


def _crosses(ax: Axes, summary: xr.DataArray) -> None:
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    heights = summary.sel(bound="estimate", tasks="related")
    names = summary["technique"].values[np.argsort(heights.values)]
    for place, name in enumerate(names):
        one = summary.sel(technique=name).transpose("tasks", "bound")
        (x, x0, x1), (y, y0, y1) = one.sel(tasks=["unrelated", "related"]).values
        shade = _LOOKS.get(name.removesuffix(RELU), _OTHERS)
        along, up = [[x - x0], [x1 - x]], [[y - y0], [y1 - y]]
        ax.errorbar(x, y, up, along, fmt="o", color=shade, markersize=4, elinewidth=1)
        # Names stand in a column in the order of the points' heights, so that none hides another.
        ax.annotate(
            called(name.removesuffix(RELU)),
            (x, y),
            xytext=(1.06, (place + 0.5) / len(names)),
            textcoords="axes fraction",
            va="center",
            color=shade,
            arrowprops={"arrowstyle": "-", "color": shade, "linewidth": 0.5, "alpha": 0.6},
        )


def shown_rules(data: xr.Dataset) -> list[str]:
    """Rules whose benefit is drawn over relatedness, as far as they are in the data."""
    return [name for name in ("equal", "fixed", "gate", "pcgrad") if name in rules(data)]


def shown_structures(data: xr.Dataset) -> list[str]:
    """Hard sharing, and the way of sharing of largest mean benefit besides."""
    mean = data["summary"].sel(bound="estimate", tasks="all", against="tuned baseline")
    others = [name for name in structures(data) if name != "hard"]
    best = others[int(mean.sel(technique=others).values.argmax())]
    return ["hard", best]


@style.drawing
def relatedness(data: xr.Dataset) -> np.ndarray:
    """Benefit over relatedness of a few rules, and of hard sharing and the best other way.

    Returns
    -------
    (1, 2) array of Axes
    """
    axes = style.subplots(1, 2, height=3.4)
    MT = data["MT"].sel(against="tuned baseline")
    families = {"rules": shown_rules(data), "ways of sharing": shown_structures(data)}
    for ax, (title, names) in zip(axes[0], families.items(), strict=True):
        ax.axhline(0, color=style.INK, linewidth=0.8)
        for name, dashes in zip(names, ("-", "-", "--", ":"), strict=False):
            shade, one = _LOOKS.get(name, style.GREEN), MT.sel(technique=name)
            look = {"markersize": 4, "label": called(name), "linestyle": dashes}
            benefits.interval(ax, MT["r_AB"].values, one, shade, **look)
        ax.set_title(title)
        ax.set_xlabel(benefits.R_LABEL)
        ax.legend()
    axes[0, 0].set_ylabel("benefit over a tuned\nsingle-task student (nats)")
    return axes


def shown_values(data: xr.Dataset) -> list[str]:
    """Rules that are drawn at every value of their parameter, as far as they are in the data."""
    return [name for name in ("fixed", "gate", "pcgrad", "mgda") if name in data["rule"].values]


@style.drawing
def values(data: xr.Dataset) -> np.ndarray:
    """Benefit beside related tasks against that beside unrelated ones, value by value."""
    axes = style.subplots(width=5.6, height=3.8)
    ax = axes[0, 0]
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    for name, dashes in zip(shown_values(data), ("-", "-", "--", "-"), strict=False):
        one = data["untuned"].sel(rule=name)
        x = one.sel(tasks="unrelated", bound="estimate").values
        shade = _LOOKS.get(name, _OTHERS)
        look = {"markersize": 4, "label": called(name), "linestyle": dashes}
        benefits.interval(ax, x, one.sel(tasks="related"), shade, **look)
    ax.set_xlabel("benefit beside unrelated tasks (nats)")
    ax.set_ylabel("benefit beside\nrelated tasks (nats)")
    ax.legend()
    return axes


def trunk_rules(data: xr.Dataset) -> list[str]:
    """Those of `TRUNK` that are in the data."""
    return [name for name in TRUNK if name in rules(data)]


@style.drawing
def trunk(data: xr.Dataset) -> np.ndarray:
    """Benefits of rules that change the step of the trunk alone, beside another rate of it.

    Returns
    -------
    (1, 2) array of Axes
        Over the student alone as it is, and over the one with a tuned rate of the trunk.
    """
    names, y = trunk_rules(data), np.arange(len(trunk_rules(data)))
    axes = style.subplots(1, 2, height=2.9, sharey=True)
    panels = {"own student": "over the student alone", "tuned baseline": "over the tuned one alone"}
    for ax, (against, title) in zip(axes[0], panels.items(), strict=True):
        ax.axvline(0, color=style.INK, linewidth=0.8)
        summary = data["summary"].sel(against=against, technique=names)
        for tasks, shade, off in _TASKS:
            one = summary.sel(tasks=tasks)
            value, low, high = (one.sel(bound=bound).values for bound in one["bound"].values)
            look = {"fmt": "o", "color": shade, "markersize": 4, "elinewidth": 1.2}
            ax.errorbar(value, y + off, xerr=[value - low, high - value], label=tasks, **look)
        ax.set_title(title)
        ax.set_xlabel("benefit (nats)")
    axes[0, 0].set_yticks(y, [*map(called, names)])
    axes[0, 0].set_ylabel("rule")
    axes[0, 0].invert_yaxis()
    legend_below(axes, title="tasks")
    return axes


FIGURES = {
    "methods-frontier": frontier,
    "methods-relatedness": relatedness,
    "methods-values": values,
    "methods-trunk": trunk,
}
