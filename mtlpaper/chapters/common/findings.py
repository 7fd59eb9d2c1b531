"""Findings on the front page: a question, its answer in numbers, and a small picture of them."""

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mtlpaper.companion import style
from mtlpaper.companion.drawings import figure_of
from mtlpaper.companion.results import picture


def small_axes() -> np.ndarray:
    """Make one of three pictures side by side, so small that their text can be read there."""
    return style.subplots(width=2.5, height=2.1)


def legend(ax: Axes) -> None:
    """Name what is drawn in one line above the axes."""
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.4, 1),
        ncols=2,
        handlelength=1,
        columnspacing=1,
        borderaxespad=0.2,
    )


def finding(
    chapter: str,
    question: str,
    draw: Callable[[xr.Dataset], np.ndarray],
    tell: Callable[[xr.Dataset], tuple[str, str]],
) -> Mapping[str, Callable[[xr.Dataset], str]]:
    """Return the two fragments of a finding: its text and its picture.

    Parameters
    ----------
    chapter : str
        Whose dataset is shown, and to whose page the text leads.
    question : str
    draw : callable
        From the dataset to an array of Axes.
    tell : callable
        From the dataset to the answer as Markdown, and to what the picture shows, for those who
        cannot see it.

    Returns
    -------
    mapping
        From ``finding-CHAPTER.md`` and ``finding-CHAPTER.svg`` to functions of the dataset.
    """
    name = f"finding-{chapter}"

    def text(data: xr.Dataset) -> str:
        answer, shown = tell(data)
        image = f"![{shown}](/book/_generated/{name}.svg)"
        return f"{image}\n\n**{question}** {answer} {{doc}}`More. </notebooks/{chapter}>`\n"

    def drawn(data: xr.Dataset) -> str:
        return picture(figure_of(draw(data)), "svg").decode("utf-8")

    return {f"{name}.md": text, f"{name}.svg": drawn}
