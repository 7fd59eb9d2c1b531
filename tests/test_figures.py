"""Figures: drawn from the file alone, the same every time, with labelled axes and no torch."""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from tiny import TINY, data_of

from mtlpaper import experiments, figures, results
from mtlpaper.experiments import label_rules
from mtlpaper.figures import style
from mtlpaper.settings import SETTINGS, settings

NAMES = [(name, figure) for name in SETTINGS for figure in figures.figures_of(name)]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> dict[str, Path]:
    """One tiny dataset of every experiment, on disk."""
    folder = tmp_path_factory.mktemp("data")
    paths = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_rules, "S_BAR_SCAN", np.array([1.5, 1.8]))
        patch.setattr(label_rules, "SCAN_DATASETS", 2)
        for name, changes in TINY.items():
            paths[name] = folder / f"{name}.nc"
            data = experiments.compute(settings(name).preset("paper", **changes))
            results.save(data, paths[name])
    return paths


def draw(data: xr.Dataset, figure: str) -> Figure:
    function = figures.figures_of(data.attrs["experiment"])[figure]
    return figures.figure_of(function(data))


def written(data: xr.Dataset, figure: str, stem: Path) -> list[bytes]:
    return [path.read_bytes() for path in results.save_figure(draw(data, figure), stem)]


def is_colour_bar(ax) -> bool:
    return ax.get_label() == "<colorbar>"


def test_every_experiment_has_figures():
    assert set(TINY) == set(SETTINGS)
    names = [figure for _, figure in NAMES]
    assert len(set(names)) == len(names)  # they name files and labels of the book


@pytest.mark.parametrize(("name", "figure"), NAMES)
def test_axes_are_labelled_and_show_something(saved, name, figure):
    axes = [ax for ax in draw(results.load(saved[name]), figure).axes if not is_colour_bar(ax)]
    assert axes
    # A shared axis bears its label at the figure's edge only.
    assert any(ax.get_xlabel() for ax in axes)
    for ax in axes:
        assert ax.get_xlabel() or ax.get_shared_x_axes().get_siblings(ax) != [ax]
        shares_y = ax.get_shared_y_axes().get_siblings(ax) != [ax]
        assert ax.get_ylabel() or ax.get_title(loc="left") or shares_y
        if ax.images:  # a map; its numbers are the picture
            assert np.isfinite(np.asarray(ax.images[0].get_array(), float)).any()
            continue
        lines = [line for line in ax.get_lines() if np.size(line.get_xdata()) > 1]
        assert lines
        finite = [np.isfinite(np.asarray(line.get_ydata(), float)).any() for line in lines]
        assert any(finite)


@pytest.mark.parametrize(("name", "figure"), NAMES)
def test_the_same_file_gives_the_same_bytes(saved, tmp_path, name, figure):
    data = results.load(saved[name])
    first = written(data, figure, tmp_path / "first")
    # Alone, from another reading of the file, and whatever style the caller has set.
    function = figures.figures_of(name)[figure]
    with plt.rc_context({"lines.linewidth": 7, "axes.titlesize": 30}):
        alone = figures.figure_of(function(results.load(saved[name])))
    again = results.save_figure(alone, tmp_path / "second")
    assert first == [path.read_bytes() for path in again]


@pytest.mark.parametrize(("name", "figure"), NAMES)
def test_other_numbers_draw_another_picture(saved, name, figure):
    """Negative control of the test above: the lines move with the data by one per cent."""
    data = results.load(saved[name])
    changed = data.copy()
    for variable in changed.data_vars:
        if changed[variable].dtype.kind == "f":
            changed[variable] = changed[variable] * 1.01
    pictures = []
    for numbers in (data, changed):
        axes = figures.figures_of(name)[figure](numbers)
        axes.flat[0].figure.canvas.draw()
        pictures.append(bytes(axes.flat[0].figure.canvas.buffer_rgba()))
    assert pictures[0] != pictures[1]


def test_the_style_ends_with_the_drawing(saved):
    before = dict(plt.rcParams)
    drawn = figures.draw(results.load(saved["rem"]))
    assert list(drawn) == ["rem", "rem-freezing"]
    assert dict(plt.rcParams) == before


def test_the_published_range_is_not_drawn_over(saved):
    """The shaded band of the label rules lies where the paper's axis does."""
    data = results.load(saved["label_rules"])
    axes = figures.figures_of("label_rules")["label-rules"](data)
    assert axes.shape == (2, 2)
    for ax in axes.flat:
        low, high = ax.get_ylim()
        assert low < 1.0
        assert high > 1.0
        assert ax.patches[0].get_y() == 1.0
        assert ax.patches[0].get_height() == pytest.approx(0.6)


def test_a_dataset_without_origin_is_refused(saved):
    data = results.load(saved["rem"])
    for origin in (None, "figure7"):
        with pytest.raises(figures.FigureError, match="`experiment` of a dataset must be one of"):
            figures.draw(data.assign_attrs(experiment=origin))


def test_colours_repeat_and_bands_are_one_standard_deviation():
    assert style.colour(0) == style.colour(len(style.CYCLE)) != style.colour(1)
    samples = xr.DataArray([[1.0, 2.0], [3.0, 6.0]], dims=("seed", "time"), coords={"time": [0, 1]})
    _, ax = plt.subplots()
    style.band(ax, samples, style.BLUE)
    assert ax.get_lines()[0].get_ydata().tolist() == [2, 4]
    corners = ax.collections[0].get_paths()[0].get_extents()
    assert (corners.y0, corners.y1) == pytest.approx((2 - np.sqrt(2), 4 + np.sqrt(8)))


def test_drawing_needs_neither_torch_nor_the_experiments():
    modules = ", ".join(f"mtlpaper.figures.{name}" for name in SETTINGS)
    code = (
        f"import sys, {modules}\n"
        "loaded = [name for name in sys.modules if name in ('torch', 'scipy.integrate')\n"
        "          or name.startswith(('mtlpaper.experiments', 'mtlpaper.training'))]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
