"""Figures: drawn from the file alone, the same every time, and without torch.

What they show stands in `test_figures_drawn`.
"""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from tiny import TINY, data_of

from mtlpaper.companion import drawings, results, style
from mtlpaper.companion.registry import chapters

#: What a user's matplotlibrc may hold. The last one needs LaTeX, which need not be there.
OTHER_STYLE = {
    "lines.linewidth": 7,
    "axes.titlesize": 30,
    "axes.grid": True,
    "axes.unicode_minus": False,
    "mathtext.fontset": "cm",
    "savefig.bbox": "tight",
    "svg.fonttype": "none",
    "text.usetex": True,
}
NAMES = [(name, figure) for name in chapters() for figure in chapters()[name].figures]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Callable[[str], Path]:
    """The file of an experiment's tiny data."""
    folder = tmp_path_factory.mktemp("data")

    @cache
    def path_of(name: str) -> Path:
        results.save(data_of(name), folder / f"{name}.nc")
        return folder / f"{name}.nc"

    return path_of


def written(path: Path, figure: str) -> bytes:
    """A figure drawn from a file; `test_results` shows that its PNG repeats as its SVG does."""
    data = results.load(path)
    drawn = chapters()[data.attrs["experiment"]].figures[figure](data)
    return results.picture(drawings.figure_of(drawn), "svg")


def test_every_experiment_has_figures():
    assert set(TINY) <= set(chapters())
    names = [figure for _, figure in NAMES]
    assert len(set(names)) == len(names)  # they name files and labels of the book


@pytest.mark.parametrize(("name", "figure"), NAMES)
def test_the_same_file_gives_the_same_bytes(saved, name, figure, monkeypatch):
    if figure != next(iter(chapters()[name].figures)):  # matplotlib's layout takes long
        monkeypatch.setattr(Figure, "draw_without_rendering", lambda _figure: None)
    first = written(saved(name), figure)
    with plt.rc_context(OTHER_STYLE):  # whatever the caller has set
        assert written(saved(name), figure) == first


def test_the_style_ends_with_the_drawing(saved):
    before = dict(plt.rcParams)
    drawn = drawings.draw(results.load(saved("rem")))
    assert list(drawn) == ["rem", "rem-freezing"]
    assert dict(plt.rcParams) == before


def test_a_dataset_without_origin_is_refused(saved):
    data = results.load(saved("rem"))
    for bare in (data.drop_attrs(), data.assign_attrs(experiment="figure7")):
        named = bare.attrs.get("experiment")
        message = rf"`experiment` of a dataset must be one of .*, got {named!r}"
        with pytest.raises(drawings.FigureError, match=message):
            drawings.draw(bare)


def test_colours_repeat_and_bands_are_one_standard_deviation():
    assert style.colour(0) == style.colour(len(style.CYCLE)) != style.colour(1)
    samples = xr.DataArray([[1.0, 2.0], [3.0, 6.0]], dims=("seed", "time"), coords={"time": [0, 1]})
    _, ax = plt.subplots()
    style.band(ax, samples, style.BLUE)
    assert ax.get_lines()[0].get_ydata().tolist() == [2, 4]
    corners = ax.collections[0].get_paths()[0].get_extents()
    assert (corners.y0, corners.y1) == pytest.approx((2 - np.sqrt(2), 4 + np.sqrt(8)))


def test_drawing_needs_neither_torch_nor_the_experiments():
    modules = ", ".join(f"mtlpaper.chapters.{name}.figures" for name in chapters())
    code = (
        f"import sys, {modules}\n"
        "loaded = [name for name in sys.modules if name in ('torch', 'scipy.integrate')\n"
        "          or name == 'mtlpaper.training'\n"
        "          or name.startswith('mtlpaper.') and name.endswith('.experiment')]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
