"""Figures: drawn from the file alone, the same every time, and without torch.

What they show stands in `test_figures_drawn`.
"""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from mtlpaper import experiments, figures, results
from mtlpaper.experiments import label_rules
from mtlpaper.figures import style
from mtlpaper.settings import SETTINGS, settings

_TRAINED = {"n_seeds": 2, "n_records": 5}
_SCHEDULE = {"n_steps": 20, "learning_rate": 0.1}
_AVERAGES = {"n_points": 64}
_TASKS: dict[str, object] = {
    "N1": 12,
    "N2": 12,
    "N3": 4,
    "rank": 3,
    "S_A": [1.0, 10.0],
    "S_B": [0.1, 10.0],
    "r_AB": [0.0, 1.0],
    "n_seeds": 2,
    "n_test": 64,
    "t_max": 40.0,
    "learning_rate": 10.0,  # a fortieth of it at 20 points
}
_UNSIZED = {name: value for name, value in _TASKS.items() if name not in ("N1", "N2")}
_ALIGNED: dict[str, object] = {
    "N1": 12,
    "N2": 4,
    "N3": 4,
    "S_B": [0.1, 10.0],
    "r_AB": [0.0, 0.1, 1.0],
    "n_seeds": 2,
    "learning_rate": 0.5,
    "t_end": 20.0,
}
TINY: dict[str, dict[str, object]] = {
    "aligned": _ALIGNED | {"S_A": [1.0, 3.0], "n_teachers": 5, "n_trained": 2, "n_large": 50},
    "bound": _ALIGNED | {"n_train": [50], "n_points": 64, "n_looks": 8},
    "figure1": _TRAINED | _SCHEDULE,
    "label_rules": _TRAINED
    | _SCHEDULE
    | _AVERAGES
    | {
        "n_train_large": 150,
        "N3": [2, 3],
        "label_rules": ["soft", "argmax"],
        "sigmas_large": [0.5],
    },
    "finite_data": _TRAINED | _SCHEDULE | _AVERAGES | {"N1": [5, 40], "shown_N1": 40, "N3": [2, 3]},
    "spectrum": _TRAINED | _SCHEDULE | _AVERAGES | {"n_train": 100, "N3": [2, 5], "sigma": [0.5]},
    "learning_rate": _TRAINED | {"n_records": 3, "learning_rate": [0.5, 0.25], "N3": [2, 3]},
    "rem": {"N3": [2, 10], "n_s": 8, "s_max": 8.0},
    "figure2": _TASKS | {"n_train": [20, 40], "n_train_left": 40},
    "auxiliary_data": _TASKS | {"n_train": 20, "n_aux": [20, 40]},
    "depth": _TASKS | {"n_train": 20, "depth": [1, 2]},
    "interactions": _TASKS | {"n_train": [20, 40], "n_points": 64},
    "table1": _TASKS
    | {"r_AB": [0.0, 0.1, 1.0], "n_train": [20, 40], "limited": 20, "n_points": 64},
    "multiverse": {
        "n_settings": 4,
        "n_deep": 1,
        "N1": [12],
        "N3": 4,
        "rank": 3,
        "n_train": [100, 400, 3200],  # the numbers that the claims speak of
        "n_aux": 200,
        "n_test": 64,
        "n_validation": 20,
        "n_steps": 20,
        "s0": [0.3, 1.0],
        "batch_size": [0],
    },
    "rank_three": _TASKS | {"N3": [3, 4], "n_train": [20, 40]},
    "relatedness": _TASKS | {"n_train": [20], "n_points": 64},
    "stopping": _TASKS
    | {
        "n_train": 20,
        "n_validation": 20,
        "sample_points": [20],
        "learning_rates": [0.1],
        "depth": [1],
        "deep_learning_rates": [0.1],
    },
    "unstated": _UNSIZED
    | {
        "sizes": [8, 12],
        "s0": [0.1, 1.0],
        "sigmas": [0.5],
        "input_rules": ["separate"],
        "scales": [1.0],
        "n_train_left": 20,
        "n_train_right": [20],
        "n_main": 20,
        "n_aux": [20],
        "depth": [1],
        "n_finalists": 1,
    },
}
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


def test_every_experiment_has_figures():
    assert set(TINY) == set(SETTINGS)
    names = [figure for _, figure in NAMES]
    assert len(set(names)) == len(names)  # they name files and labels of the book


@pytest.mark.parametrize(("name", "figure"), NAMES)
def test_the_same_file_gives_the_same_bytes(saved, tmp_path, name, figure):
    data = results.load(saved[name])
    first = written(data, figure, tmp_path / "first")
    # Alone, from another reading of the file, and whatever style the caller has set.
    function = figures.figures_of(name)[figure]
    with plt.rc_context(OTHER_STYLE):
        alone = figures.figure_of(function(results.load(saved[name])))
        again = results.save_figure(alone, tmp_path / "second")
    assert first == [path.read_bytes() for path in again]


def test_the_style_ends_with_the_drawing(saved):
    before = dict(plt.rcParams)
    drawn = figures.draw(results.load(saved["rem"]))
    assert list(drawn) == ["rem", "rem-freezing"]
    assert dict(plt.rcParams) == before


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
