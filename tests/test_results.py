import errno
import io
import os
import subprocess
import sys
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest
import xarray as xr
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.svgLib.path import parse_path
from matplotlib.figure import Figure
from PIL import Image
from toy import registration
from toy.settings import Toy

from mtlpaper.companion import contract, experiments, results


def dataset() -> xr.Dataset:
    rng = np.random.default_rng(1)
    time = ("time", np.linspace(0, 1, 50), {"units": "s", "long_name": "time"})
    values = rng.normal(size=(2, 50))
    values[0, 3] = np.nan
    return xr.Dataset(
        {"x": (("rule", "time"), values, {"units": "1"}), "ok": ("rule", [True, False]), "n": 5},
        coords={"time": time, "rule": ["soft", "à la carte"]},
        attrs={"title": "a title", "n": 3, "names": ["a", "b"]},
    )


def figure() -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.fill_between([0, 1], [0, 1], [1, 3])
    axes.set_xlabel(r"$t/\tau$")
    return figure


def test_what_is_saved_is_what_is_loaded(tmp_path):
    results.save(dataset(), tmp_path / "a.nc")
    xr.testing.assert_identical(results.load(tmp_path / "a.nc"), dataset())


def test_a_table_holds_estimates_with_their_intervals_and_small_variables(tmp_path):
    bound, nats, one = ["estimate", "low", "high"], {"units": "nats"}, {"units": "1"}
    data = xr.Dataset(
        {
            "MT": (("N", "bound"), [[1 / 3, 0.0, 1.0], [2e-7, np.nan, np.nan]], nats),
            "word": ("S", ["a, b", "c"], one),
            "gap": (("S", "N"), [[np.nan, 1.5], [2.0, np.nan]], one),
            "total": ((), 7, one),
            "large": ("net", np.zeros(results.LARGEST + 1), one),
        },
        {"N": [100, 200], "S": [0.1, 1.0], "bound": bound, "label": ("N", ["x", "y"])},
    )
    results.save_table(data, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().splitlines() == [
        "variable,unit,N,S,estimate,low,high",
        "MT,nats,100,,0.333333,0,1",
        "MT,nats,200,,2e-07,,",
        'word,1,,0.1,"a, b",,',
        "word,1,,1.0,c,,",
        "gap,1,200,0.1,1.5,,",
        "gap,1,100,1.0,2,,",
        "total,1,,,7,,",
    ]
    results.save_table(data[["large"]], tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "variable,unit,estimate\n"


def test_equal_data_give_equal_bytes(tmp_path):
    """In another process too, which hashes its strings in another order."""
    results.save(dataset(), tmp_path / "a.nc")
    results.save(results.load(tmp_path / "a.nc"), tmp_path / "b.nc")
    code = "import sys; from test_results import *; results.save(dataset(), sys.argv[1])"
    here = os.path.dirname(__file__)  # noqa: PTH120 (a string for the environment)
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": f"{here}:{here}/.."}
    command = [sys.executable, "-c", code, str(tmp_path / "c.nc")]
    subprocess.run(command, env=environment, check=True)
    assert len({results.checksum(path) for path in tmp_path.iterdir()}) == 1
    results.save(dataset() + 1e-12, tmp_path / "d.nc")
    assert results.checksum(tmp_path / "d.nc") != results.checksum(tmp_path / "a.nc")


def test_a_file_is_hardly_larger_than_its_numbers(tmp_path):
    # Odd sizes, which chunks chosen by HDF5 fill up with zeros to twice the size.
    numbers = np.random.default_rng(0).random((13, 5, 3, 3, 33))
    for name, array, ratio in (("any", numbers, 1), ("tenths", numbers.round(1), 0.25)):
        results.save(xr.Dataset({"x": (tuple("abcde"), array)}), tmp_path / name)
        spare = (tmp_path / name).stat().st_size - ratio * array.nbytes
        assert spare < 40_000  # names and attributes


def test_a_loaded_file_is_closed(tmp_path):
    results.save(dataset(), tmp_path / "a.nc")
    data = results.load(tmp_path / "a.nc")
    (tmp_path / "a.nc").unlink()
    assert np.isfinite(data.time).all()


@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "text", "flipped"])
def test_a_damaged_file_is_named(tmp_path, damage):
    path = tmp_path / "a.nc"
    results.save(dataset(), path)
    whole = path.read_bytes()
    with h5py.File(path) as file:
        chunk = file["x"].id.get_chunk_info(0)
    number = chunk.byte_offset + chunk.size // 2
    contents = {
        "empty": b"",
        "truncated": whole[:-100],
        "text": b"this is no data",
        "flipped": whole[:number] + bytes([whole[number] ^ 1]) + whole[number + 1 :],
    }
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(contents[damage])
    with pytest.raises(results.ResultError, match=r"a\.nc"):
        results.load(path)


def test_a_file_that_another_program_holds_is_not_called_damaged(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "a.nc"
    results.save(dataset(), path)
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as HDF5 does while a program writes
        with pytest.raises(results.ResultError, match=r"a\.nc is in use: another program has lock"):
            results.load(path)
    xr.testing.assert_identical(results.load(path), dataset())


def test_a_file_that_the_system_refuses_is_not_called_damaged(tmp_path, monkeypatch):
    path = tmp_path / "a.nc"
    results.save(dataset(), path)
    with pytest.raises(results.ResultError, match=r"cannot read .*: Is a directory"):
        results.checksum(tmp_path)

    def refuse(*_):
        raise OSError(errno.EIO, "Unable to synchronously open file")

    monkeypatch.setattr(h5py, "File", refuse)
    with pytest.raises(results.ResultError, match=r"cannot read .*a\.nc: Input/output error"):
        results.load(path)


def test_a_failed_save_leaves_the_earlier_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.nc"
    results.save(dataset(), path)
    before = results.checksum(path)
    with pytest.raises(TypeError):
        results.save(dataset().assign_attrs(bad={"a": 1}), path)
    assert results.checksum(path) == before
    assert list(tmp_path.iterdir()) == [path]


def test_equal_figures_give_equal_bytes(tmp_path):
    first = results.save_figure(figure(), tmp_path / "a")
    second = results.save_figure(figure(), tmp_path / "b.c")
    assert [path.name for path in second] == ["b.c.svg", "b.c.png"]
    assert [*map(results.checksum, first)] == [*map(results.checksum, second)]


def test_a_drawing_is_short_and_exact_to_a_hundredth_of_a_point(tmp_path):
    drawn, whole = figure(), io.BytesIO()
    results.save_figure(drawn, tmp_path / "a")
    drawn.savefig(whole, format="svg")
    assert (tmp_path / "a.svg").stat().st_size < 0.8 * len(whole.getvalue())
    short, long = map(outlines, ((tmp_path / "a.svg").read_bytes(), whole.getvalue()))
    assert np.abs(short - long).max() < 0.01


def outlines(svg: bytes) -> np.ndarray:
    """Return the bounds of what an SVG fills or strokes, letters aside."""
    found = []
    for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        if path.get("transform") is None:
            parse_path(path.get("d"), pen := ControlBoundsPen(None))
            found.append(pen.bounds)
    return np.array(found)


def test_a_picture_has_few_colours(tmp_path):
    drawn, whole = figure(), io.BytesIO()
    drawn.savefig(whole, format="png", dpi=results.DPI)
    _, png = results.save_figure(drawn, tmp_path / "a")
    few, all_colours = (np.asarray(Image.open(file).convert("RGB"), int) for file in (png, whole))
    assert np.abs(few - all_colours).mean() < 1  # of 255 steps
    assert len(np.unique(few.reshape(-1, 3), axis=0)) <= 64


def test_a_figure_saved_twice_does_not_move(tmp_path):
    drawn = figure()
    drawn.set_layout_engine("constrained")
    first = results.save_figure(drawn, tmp_path / "a")
    second = results.save_figure(drawn, tmp_path / "b")
    assert [*map(results.checksum, first)] == [*map(results.checksum, second)]


# ------------------------------------------------------------------- experiments and their figures


@pytest.fixture
def toy():
    with registration.registered():
        yield


@pytest.mark.usefixtures("toy")
def test_a_dataset_says_where_it_comes_from(tmp_path):
    data = experiments.compute(Toy.preset("quick"))
    assert data.attrs["experiment"] == "toy"
    assert data.attrs["device"].startswith("cpu (")
    assert '"sizes": [2, 3]' in data.attrs["parameters"]
    results.save(data, tmp_path / "a.nc")
    xr.testing.assert_identical(results.load(tmp_path / "a.nc"), data)


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("label", ["units", "long_name"])
@pytest.mark.parametrize("name", ["x", "point"])
def test_a_variable_without_label_is_refused(monkeypatch, name, label):
    whole = contract.compute

    def bare(stages, params):
        data = whole(stages, params)
        del data[name].attrs[label]
        return data

    monkeypatch.setattr(contract, "compute", bare)
    with pytest.raises(experiments.UnlabelledError, match=f"`{name}` lacks {label}"):
        experiments.compute(Toy.preset("quick"))
