"""The authors' own numbers: carried right, shown, checked against rows, and held against ours."""

import json
import os
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hatchling.builders.wheel import WheelBuilder
from toy import program

from mtlpaper.chapters.depth.experiment import LINEAR
from mtlpaper.companion import results
from mtlpaper.companion.claims.parts import BOUNDS
from mtlpaper.companion.comparison import ComparisonError, compare, page, plain, sections
from mtlpaper.companion.registry import chapters, published
from mtlpaper.documents.lee2019 import published as lee2019
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES
from mtlpaper.documents.lee2019.published import TABLES, load

ROOT = Path(__file__).resolve().parents[1]
CELLS = {"rank-10": 1080, "rank-3": 360, "auxiliary": 720, "relu": 1620}
FILES = {
    "rank-10": "rank-10.csv",
    "rank-3": "rank-3.csv",
    "auxiliary": "aux-train-pts.csv",
    "relu": "deep-nonlinear.csv",
}
COLUMNS = {
    "n_train": "main_train_pts",
    "n_aux": "aux_train_pts",
    "S_A": "s_a",
    "S_B": "s_b",
    "r_AB": "relatedness",
    "subset": "train_seed",
}
#: Five numbers of mean 0 and sample variance 5, so that their standard error of the mean is 1.
SPREAD = np.sqrt(2) * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
call = partial(program.call, "published")


def rows_of(name: str) -> pd.DataFrame:
    """Rows, in the authors' format, whose means and standard errors are those of a table."""
    table = load(name).drop_vars(
        ["rank", "N3", "n_train"] if name == "auxiliary" else ["rank", "N3"]
    )
    spread = xr.DataArray(SPREAD, {"subset": range(5)})
    assert np.var(SPREAD, ddof=1) == pytest.approx(5, rel=1e-14)
    single = (table["L_single"] + table["L_single_se"] * spread).rename("loss")
    multi = (single - table["MT"] - table["MT_se"] * spread).rename("loss")
    alone = single.to_dataframe().reset_index().assign(single_task=True, S_B=1.0, r_AB=0.0)
    beside = multi.to_dataframe().reset_index().assign(single_task=False)
    rows = pd.concat([alone, beside]).rename(columns={**COLUMNS, "loss": "validation-1/loss"})
    for column in ("s_a", "s_b"):  # as the authors write them, with all their digits
        rows[column] = 10 ** (np.round((np.log10(rows[column]) + 2) / 0.6) * 0.6 - 2)
    if "student" in rows:
        rows["nlayers"] = rows.pop("student").str.removesuffix(" ReLU")
    return rows


@pytest.fixture
def rank_3(tmp_path) -> Path:
    """The file of rows of a folder, which a test may change."""
    rows_of("rank-3").to_csv(tmp_path / "rank-3.csv", index=False)
    return tmp_path / "rank-3.csv"


def change(file: Path, row: int, column: str, by: float) -> None:
    rows = pd.read_csv(file)
    rows.loc[row, column] += by
    rows.to_csv(file, index=False)


# --------------------------------------------------------------------------------------- the tables


@pytest.mark.parametrize(
    ("name", "outer", "tasks", "numbers"),
    [
        ("rank-10", {"n_train": 800}, (10, 10, 1), (0.174833, 0.010869, 0.978555, 0.0373243)),
        (
            "rank-10",
            {"n_train": 3200},
            (2.512, 0.631, 0.25),
            (0.000704354, 0.000483792, 0.333815, 0.0152369),
        ),
        ("rank-3", {"n_train": 400}, (10, 10, 1), (0.0457142, 0.0136722, 0.450841, 0.013763)),
        ("auxiliary", {"n_aux": 800}, (10, 10, 0), (-0.0833354, 0.0220072, 2.36018, 0.0253369)),
        (
            "relu",
            {"student": "5 ReLU", "n_train": 800},
            (10, 0.01, 0),
            (-0.0879155, 0.0250553, 1.95928, 0.0524706),
        ),
    ],
)
def test_tables_hold_the_published_numbers(name, outer, tasks, numbers):
    cell = load(name).broadcast_like(load(name)["MT"])
    cell = cell.sel(outer | dict(zip(("S_A", "S_B", "r_AB"), tasks, strict=True)))
    seen = tuple(float(cell[of]) for of in ("MT", "MT_se", "L_single", "L_single_se"))
    assert seen == numbers
    assert int(cell["n"]) == 5
    assert cell["MT"].size == 1
    assert load(name)["MT"].size == CELLS[name]


def test_dimensions_and_levels_are_those_of_our_experiments():
    for table in published().values():
        data = table.load()
        measured = [
            {*chapters()[name].parameters.model_fields, "student"} for name in table.experiments
        ]
        assert measured
        assert all({*map(str, data.coords)} <= known for known in measured)
        levels = [0.01, 0.03981, 0.1585, 0.631, 2.512, 10.0]  # 10^(-2 + 0.6 k) in four digits
        assert data["S_A"].values.tolist() == data["S_B"].values.tolist() == levels
        assert data["L_single"].dims == tuple(
            dim for dim in data["MT"].dims if dim in ("student", "n_train", "S_A")
        )
        assert data["MT"].dims[-3:] == ("S_A", "S_B", "r_AB")
        assert all(np.isfinite(variable).all() for variable in data.data_vars.values())
        assert {variable.attrs["units"] for variable in data.variables.values()} <= {"nats", "1"}
    assert {name for table in published().values() for name in table.experiments} == {
        *("figure2", "interactions", "rank_three", "auxiliary_data", "depth")
    }


def test_the_printed_axes_end_at_the_extremes_of_these_numbers():
    ends = [0.01, 10.0]  # what the figures call low and high SNR
    panels = {
        "Figure 2, left": load("rank-10").sel(S_B=ends, n_train=800),
        "Figure 2, right": load("rank-10").sel(S_B=ends, S_A=10.0),
        "Figure 3, left": load("auxiliary").sel(S_B=ends, S_A=10.0),
        "Figure 3, right": load("relu").sel(S_B=ends, S_A=10.0, n_train=800),
    }
    seen = {
        name: tuple(round(float(end), 2) for end in (data["MT"].min(), data["MT"].max()))
        for name, data in panels.items()
    }
    assert seen == BENEFIT_AXES
    # Another number of points shows other extremes.
    other = load("rank-10").sel(S_B=ends, n_train=400)["MT"]
    assert round(float(other.max()), 2) != BENEFIT_AXES["Figure 2, left"][1]


def test_a_file_that_was_altered_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "published.json"
    text = lee2019._FILE.read_text()
    copy.write_text(text)
    monkeypatch.setattr(lee2019, "_FILE", copy)
    assert load("rank-10").equals(load("rank-10"))
    copy.write_text(text.replace("0.174833", "0.174834"))
    code, out, err = call("rank-10")
    assert (code, out) == (2, "")
    assert f"{copy} was altered" in err


def test_tables_come_with_the_package():
    files = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert "mtlpaper/documents/lee2019/published.json" in files


# --------------------------------------------------------------------------------------- their rows


@pytest.mark.parametrize("name", TABLES)
def test_means_and_standard_errors_come_from_rows(name, tmp_path):
    folder = tmp_path / "notebooks" / "data"  # as in a clone of the authors' repository
    folder.mkdir(parents=True)
    rows_of(name).to_csv(folder / FILES[name], index=False)
    found = TABLES[name].from_rows(tmp_path)
    xr.testing.assert_allclose(found.drop_vars("n"), load(name).drop_vars("n"), rtol=1e-9)
    assert (found["n"] == 5).all()
    assert call(name, "--rows", tmp_path) == (
        0,
        f"{name}: {CELLS[name]} of {CELLS[name]} cells agree with the rows\n",
        "",
    )


@pytest.mark.parametrize("name", TABLES)
def test_the_authors_rows_give_these_numbers(name):
    folder = os.environ.get("MTLPAPER_AUTHORS")
    if not folder:
        pytest.skip("MTLPAPER_AUTHORS names no folder of the authors' rows")
    assert call(name, "--rows", folder)[0] == 0


def test_a_changed_row_is_found(rank_3):
    rows = pd.read_csv(rank_3)
    multi = rows.index[~rows["single_task"]]
    change(rank_3, multi[0], "validation-1/loss", 2e-4)
    code, out, _ = call("rank-3", "--rows", rank_3.parent)
    first = rows.loc[multi[0]]
    assert code == 1
    differing, summary = out.splitlines()
    where = f"n_train=100, S_A=0.01, S_B=0.01, r_AB={first['relatedness']:g}"
    assert differing.startswith(f"differs  rank-3 [{where}]: MT published ")
    assert summary == "rank-3: 359 of 360 cells agree with the rows"
    content = json.loads(call("rank-3", "--rows", rank_3.parent, "--json")[1])["rank-3"]
    (cell,) = content
    old, new = cell["numbers"]["MT"]
    assert new - old == pytest.approx(-4e-5, abs=1e-9)  # a fifth of it


def test_a_row_of_a_single_task_student_counts_in_all_its_cells(rank_3):
    change(rank_3, 0, "validation-1/loss", 1e-3)
    code, out, _ = call("rank-3", "--rows", rank_3.parent)
    assert (code, out.splitlines()[-1]) == (1, "rank-3: 330 of 360 cells agree with the rows")


def test_rows_that_are_not_there_are_missed(rank_3):
    rows = pd.read_csv(rank_3)
    multi = rows.index[~rows["single_task"]]
    rows.drop(multi[0]).to_csv(rank_3, index=False)
    out = call("rank-3", "--rows", rank_3.parent)[1]
    assert "n published 5, from the rows 4" in out
    assert "359 of 360" in out
    rows[(rows["relatedness"] != 1) | rows["single_task"]].to_csv(rank_3, index=False)
    code, out, _ = call("rank-3", "--rows", rank_3.parent)
    assert code == 1
    assert "MT_se published" in out
    assert "from the rows None" in out
    assert "288 of 360" in out
    cells = json.loads(call("rank-3", "--rows", rank_3.parent, "--json")[1])["rank-3"]
    assert len(cells) == 72
    assert {cell["numbers"]["MT"][1] for cell in cells} == {None}
    rows.head(0).to_csv(rank_3, index=False)
    assert "rank-3: 0 of 360" in call("rank-3", "--rows", rank_3.parent)[1]


def test_a_folder_without_the_rows_is_refused(rank_3):
    folder = rank_3.parent
    assert call("--rows", folder)[::2] == (2, f"there is no file {folder / 'rank-10.csv'}\n")
    rows = pd.read_csv(rank_3)
    rows.drop(columns="s_b").to_csv(rank_3, index=False)
    code, _, err = call("rank-3", "--rows", folder)
    assert code == 2
    assert f"{rank_3} does not hold the authors' rows" in err
    assert "s_b" in err
    rows.astype({"s_a": str}).replace({"s_a": {"10.0": "ten"}}).to_csv(rank_3, index=False)
    assert call("rank-3", "--rows", folder)[0] == 2
    rank_3.write_bytes(b"\xff\xfe\x00")
    assert call("rank-3", "--rows", folder)[0] == 2


# -------------------------------------------------------------------------------------- the command


def test_the_list_says_what_there_is_and_where_from():
    code, out, err = call()
    assert (code, err) == (0, "")
    for name, cells in CELLS.items():
        line = next(line for line in out.splitlines() if line.startswith(f"{name} "))
        assert f" {cells} " in line
        assert load(name).attrs["title"] in line
    for word in ("mt-theory", "fe3e4d6", "Apache-2.0", "least validation loss", "sqrt(5)"):
        assert out.count(word) == 1
    content = json.loads(call("--json")[1])
    assert content["auxiliary"]["over"]["n_aux"] == [100, 200, 400, 800]
    assert content["relu"]["licence"] == "Apache-2.0"


def test_cells_are_shown_as_selected():
    words = ("-s", "student=3 ReLU", "-s", "S_A=10", "-s", "S_B=10", "-s", "r_AB=[1,0]")
    code, out, err = call("relu", *words)
    assert (code, err) == (0, "")
    head, *lines = out.split("\n\n")[-1].splitlines()
    assert head.split() == [
        "student",
        "n_train",
        "S_A",
        "S_B",
        "r_AB",
        *load("relu").drop_vars("n"),
    ]
    cells = load("relu").sel(student="3 ReLU", S_A=10.0, S_B=10.0, r_AB=[0.0, 1.0])
    assert [line.split()[6] for line in lines] == [f"{v:g}" for v in cells["MT"].values.ravel()]
    assert "rank=10, N3=10, n=5" in out
    content = json.loads(call("relu", *words, "--json")[1])
    assert len(content["cells"]) == 6
    assert content["cells"][0]["MT"] == float(cells["MT"].isel(n_train=0, r_AB=0))
    assert content["commit"] == "fe3e4d6"


def test_cells_are_written_for_others_to_read(tmp_path):
    csv, nc = tmp_path / "cells.csv", tmp_path / "cells.nc"
    assert call("rank-3", "-s", "n_train=400", "--out", csv)[:2] == (0, f"{csv}\n")
    rows = pd.read_csv(csv)
    assert len(rows) == 180
    assert rows["MT"].tolist() == load("rank-3")["MT"].sel(n_train=400).values.ravel().tolist()
    assert call("relu", "--out", nc)[0] == 0
    xr.testing.assert_identical(results.load(nc), load("relu"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rank-30"], "there is no table 'rank-30'; did you mean rank-3"),
        (["rank-10", "-s", "n_aux=100"], "is not over `n_aux`; it is over n_train, S_A, S_B, r_AB"),
        (["rank-3", "-s", "n_train=800"], "`n_train` must be among 100, 400, got 800"),
        (["rank-3", "-s", "n_train=[100,200]"], "must be among 100, 400, got 100, 200"),
        (["rank-3", "-s", "n_train=[]"], "must be among 100, 400, got nothing"),
        (["rank-3", "-s", "n_train"], "`-s` must read NAME=VALUE, got 'n_train'"),
        (["-s", "S_A=10"], "need the name of a table"),
        (["rank-3", "--rows", ".", "-s", "S_A=10"], "give it without -s and --out"),
        (["rank-3", "--out", "cells.txt"], "`--out` must be a file .csv or .nc, got cells.txt"),
        (["rank-3", "--out", "nowhere/cells.nc"], "cannot write nowhere/cells.nc: No such file"),
        (["rank-3", "--out", "there.csv"], "must be a new file, got there.csv, which exists"),
    ],
)
def test_what_cannot_be_shown_is_refused(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("there.csv").touch()
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert Path("there.csv").read_bytes() == b""


# ------------------------------------------------------------------------------------ beside ours


def result(folder: Path, experiment: str, data: xr.Dataset, **parameters) -> str:
    """A file of a run whose estimates are these, with intervals around them."""
    bounds = xr.DataArray([0.0, -0.1, 0.1], {"bound": list(BOUNDS)})
    ours = xr.Dataset({name: data[name] + bounds for name in ("MT", "L_single")})
    ours["other"] = 1.0
    given = {dim: values.values.tolist() for dim, values in data.coords.items()} | parameters
    ours.attrs = {"experiment": experiment, "parameters": json.dumps(given), "device": "cpu"}
    results.save(ours, folder / f"{experiment}.nc")
    return str(folder / f"{experiment}.nc")


def test_estimates_are_compared_where_both_have_them(tmp_path):
    near = load("rank-10").drop_vars(["rank", "N3"])
    near["MT"].loc[{"n_train": 200, "S_A": 10.0, "S_B": 0.01, "r_AB": 0.5}] += 1
    S_A = [0.01, 0.1, 1.0, 10.0]
    ours = near.reindex(S_A=S_A).fillna(0.0)
    found = compare(result(tmp_path, "figure2", ours, rank=4, N3=10, sigma=0.5), "published")
    (MT,) = found.differing
    assert (MT.name, MT.differing, MT.cells) == ("MT", 1, 6 * 2 * 6 * 5)
    assert MT.absolute.size == pytest.approx(1)
    assert MT.absolute.where == {"n_train": 200, "S_A": 10.0, "S_B": 0.01, "r_AB": 0.5}
    assert {variable.name for variable in found.variables} == {"MT", "L_single"}
    assert dict(found.coordinates) == {"S_A": "2 of 4 in A, 2 of 6 in B"}
    differing = {entry.name: (entry.a, entry.b) for entry in found.parameters.differing}
    assert differing.keys() == {"rank", "S_A"}  # of sigma nothing is published
    assert differing["rank"] == (4, 10)
    assert "mt-theory" in found.b.name


def test_of_several_sources_the_runs_own_is_compared(tmp_path):
    table = load("rank-10")
    others = [table + 1, table, table + 2]
    data = xr.concat(others, xr.Variable("source", ["published", "ours", "text"]))
    found = compare(result(tmp_path, "figure2", data), "published")
    assert {(v.name, v.state) for v in found.variables} == {("MT", "equal"), ("L_single", "equal")}


def test_published_may_come_first(tmp_path):
    path = result(tmp_path, "figure2", load("rank-10"))
    found = compare("published", path)
    assert (found.a.document, found.b.document) == (True, False)
    assert found.differing == ()


@pytest.mark.parametrize(
    ("experiment", "table", "prepare", "parameters"),
    [
        ("interactions", "rank-10", lambda data: data, {}),
        ("rank_three", "rank-3", lambda data: data.drop_vars("N3").expand_dims(N3=[3, 10]), {}),
        ("auxiliary_data", "auxiliary", lambda data: data.drop_vars("n_train"), {}),
        ("depth", "relu", lambda data: data.sel(n_train=400), {"n_train": 400}),
    ],
)
def test_every_experiment_finds_its_table(experiment, table, prepare, parameters, tmp_path):
    data = prepare(load(table))
    if experiment == "auxiliary_data":  # there the single-task student is over n_aux as well
        data["L_single"] = data["L_single"].expand_dims(n_aux=data["n_aux"])
    if experiment == "depth":
        data = data.reindex(student=[LINEAR, *data["student"].values], fill_value=0.0)
    found = compare(result(tmp_path, experiment, data, **parameters), "published")
    assert {v.name: v.state for v in found.variables} == {"MT": "equal", "L_single": "equal"}
    expected = load(table)["MT"]
    assert max(v.cells for v in found.variables) == expected.size // (3 if table == "relu" else 1)


def test_what_only_runs_have_is_left_out(tmp_path):
    found = compare(result(tmp_path, "figure2", load("rank-10") + 1), "published")
    assert [section.title for section in sections(found)] == ["Parameters", "Variables"]
    assert found.verdicts == ()
    content = plain(found)
    assert content["a"]["origin"] == {"device": "cpu"}
    assert (content["b"]["origin"], content["b"]["command"]) == ({}, "")
    assert "<figure>" not in page(found)
    assert "Figures of both" not in page(found)


def test_published_numbers_of_our_experiments_compare_with_the_authors():
    code, out, err = program.call("compare", "figure2", "published")
    assert (code, err) == (0, "")
    assert "Variables: 2 of 2 differ." in out


def test_what_no_document_publishes_is_refused(tmp_path):
    for a, b, message in (
        ("rem", "published", "no document publishes numbers of rem; there are some of figure2, "),
        ("published", "published", "got 'published'"),
        (
            result(tmp_path, "depth", load("relu").isel(n_train=0), n_train=300),
            "published",
            "`n_train` of the published numbers is 200, 400, 800, got 300",
        ),
    ):
        with pytest.raises(ComparisonError, match=message):
            compare(a, b)


def test_a_path_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("published").mkdir()
    with pytest.raises(ComparisonError, match="published is no run folder"):
        compare("figure2", "published")
