import json
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from claims_data import ideal, sourced, sourced_claims
from toy.repository import PARAMETERS
from toy.settings import Toy, points

from mtlpaper.companion import notebook, registry, results
from mtlpaper.companion.claims import all_claims, explain, found_text, is_own, rule_text, word
from mtlpaper.companion.parameters import ParameterError

pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture
def shown(monkeypatch) -> list:
    """What a notebook would show: bundles and their metadata."""
    bundles = []

    def display(bundle, *, metadata=None, raw):
        assert raw
        bundles.append((bundle, metadata))

    monkeypatch.setattr(notebook, "display", display)
    return bundles


@pytest.fixture
def run_dir(monkeypatch, tmp_path):
    monkeypatch.setenv(notebook.RUN_DIR, str(tmp_path))
    return tmp_path


@pytest.fixture
def no_run_dir(monkeypatch, tmp_path):
    monkeypatch.delenv(notebook.RUN_DIR, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_parameters_are_those_of_the_cell():
    namespace = {}
    exec(PARAMETERS, namespace)
    assert notebook.parameters("toy", namespace) == Toy.preset("quick")
    namespace["n"] = "5"
    with pytest.raises(ParameterError, match="`n` must be an integer"):
        notebook.parameters("toy", namespace)


def test_a_run_saves_data_and_figures(run_dir, shown):
    data = notebook.dataset(Toy.preset("quick"))
    notebook.figure(points(data), "toy")
    assert sorted(path.name for path in run_dir.iterdir()) == ["toy.nc", "toy.png", "toy.svg"]
    xr.testing.assert_identical(results.load(run_dir / "toy.nc"), data)
    ((bundle, metadata),) = shown
    assert bundle["image/png"] == (run_dir / "toy.png").read_bytes()
    assert bundle["text/plain"] == "<figure toy>"
    assert metadata == {"image/png": {"width": 288, "height": 192}}


@pytest.mark.usefixtures("run_dir")
def test_a_run_s_data_are_found_and_not_computed_again(monkeypatch):
    data = notebook.dataset(Toy.preset("quick"))
    monkeypatch.setattr(
        "mtlpaper.companion.experiments.compute", lambda params: data.assign_attrs(n=params.n)
    )
    xr.testing.assert_identical(notebook.dataset(Toy.preset("quick")), data)
    assert notebook.dataset(Toy.preset("quick", n=6)).n == 6  # of other parameters
    monkeypatch.setenv(notebook.RUN_VERSIONS, notebook.our_versions())
    notebook.dataset(Toy.preset("quick"))
    monkeypatch.setenv(notebook.RUN_VERSIONS, "{}")
    with pytest.raises(RuntimeError, match="the kernel found other versions"):
        notebook.dataset(Toy.preset("quick"))


def test_without_a_run_the_same_is_shown_and_nothing_written(no_run_dir, shown, monkeypatch):
    data = notebook.dataset(Toy.preset("quick"))
    notebook.figure(points(data), "toy")
    assert list(no_run_dir.iterdir()) == []
    monkeypatch.setenv(notebook.RUN_DIR, str(no_run_dir))
    notebook.figure(points(data), "toy")
    assert shown[0] == shown[1]


def test_a_run_folder_has_to_exist(run_dir, monkeypatch):
    monkeypatch.setenv(notebook.RUN_DIR, str(run_dir / "gone"))
    with pytest.raises(FileNotFoundError, match=notebook.RUN_DIR):
        notebook.dataset(Toy.preset("quick"))


@pytest.mark.parametrize("name", ["", "../toy", "a b", "a.b"])
def test_a_figure_s_name_is_a_file_s_name(name, shown):
    data = notebook.dataset(Toy.preset("quick"))
    with pytest.raises(ValueError, match="`name` must be letters"):
        notebook.figure(points(data), name)
    assert shown == []


def test_a_table_is_rounded_and_without_a_count_of_rows(shown):
    frame = pd.DataFrame(
        {"class": ["a", "b"], "n": [1000, 20], "gap": [0.0123456, -1e-400], "s": [math.nan, 2.0]}
    )
    notebook.table(frame, digits=3)
    ((bundle, _),) = shown
    lines = [line.split() for line in bundle["text/plain"].splitlines()]
    assert lines == [
        ["class", "n", "gap", "s"],
        ["a", "1000", "0.0123", "–"],
        ["b", "20", "0", "2"],
    ]
    assert "<td>0.0123</td>" in bundle["text/html"]
    assert "border" not in bundle["text/html"]
    with pytest.raises(ValueError, match="`digits` must be at least 1, got 0"):
        notebook.table(frame, digits=0)


def test_a_table_keeps_an_index_that_says_something(shown):
    notebook.table(pd.DataFrame({"gap": [0.5]}, index=pd.Index([2], name="classes")))
    assert "classes" in shown[0][0]["text/plain"]


@pytest.mark.parametrize("name", [name for name, claim in all_claims().items() if claim.control])
def test_a_page_says_of_a_claim_what_the_scorecard_says(shown, name):
    """Whatever its data: where they are turned, its words turn."""
    claim = all_claims()[name]
    data = ideal(claim)
    said = {
        "reproduced": data,
        "not reproduced": claim.control(data),
        "not testable": xr.Dataset(),
    }
    for verdict, given in said.items():
        shown.clear()
        called = word(verdict, is_own(claim))
        finding = claim.judge(given)
        notebook.claim(name, given)
        (bundle, _), (glued, metadata) = shown
        text = bundle["text/plain"]
        assert text.startswith(f"{called}: {claim.says}\n")
        found = found_text(claim, finding)
        for told in (claim.expected, found, *explain(claim, finding), rule_text(claim)):
            assert told in text
        assert f">{called}</span>" in bundle["text/html"]
        assert (metadata["scrapbook"]["name"], [*glued.values()]) == (name, [repr(called)])


def test_a_page_says_of_a_claim_what_each_source_says(shown, monkeypatch):
    monkeypatch.setattr(registry, "claims", partial(list, sourced_claims("depth-shift")))
    data = sourced(ideal(all_claims()["depth-shift"]), "shift")
    notebook.claim("depth-shift", data)
    text = shown[0][0]["text/plain"]
    assert text.startswith("reproduced: ")
    assert (
        " By source: authors' published rows: not reproduced; our networks "
        "(decides): reproduced; our networks, text's settings: not testable." in text
    )
    assert "Theirs train for longer." in text


def test_a_page_judges_claims_of_the_ledger_only(shown):
    with pytest.raises(ValueError, match="`name` must be a claim of the ledger, got 'row-e'"):
        notebook.claim("row-e", xr.Dataset())
    assert shown == []


@pytest.fixture
def gives(monkeypatch):
    """Let the toy's chapter give one number for its prose."""

    def replace(value: object) -> xr.Dataset:
        monkeypatch.setattr(registry.Chapter, "numbers", lambda *_: {"gap": value})
        return xr.Dataset(attrs={"experiment": "toy"})

    return replace


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (2 / 3, "0.6667"), (123456.0, "123500.0"), (0.2, "0.2"), ("soft", "'soft'")],
)
def test_the_book_finds_the_numbers_of_the_chapter(shown, gives, value, text):
    glue = pytest.importorskip("myst_nb.ext.glue")
    from nbformat.v4 import new_code_cell, new_output

    notebook.numbers(gives(value))
    ((bundle, metadata),) = shown
    json.dumps(bundle)
    output = new_output("display_data", data=dict(bundle), metadata=metadata)
    cell = new_code_cell(outputs=[output])
    ((name, data),) = glue.extract_glue_data_cell(cell)
    assert (name, data["data"]) == ("gap", {"text/plain": text})
    assert cell.outputs == [], "it is not shown where it is stored"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_in_prose_is_finite(shown, gives, value):
    with pytest.raises(ValueError, match="`gap` must be finite, got"):
        notebook.numbers(gives(value))
    assert shown == []


@pytest.mark.parametrize("value", [True, np.float64(1), np.str_("soft"), np.zeros(2), None])
def test_only_plain_numbers_and_words_stand_in_prose(shown, gives, value):
    with pytest.raises(TypeError, match="`gap` must be an int, a float or a str, got"):
        notebook.numbers(gives(value))
    assert shown == []


def test_a_chapter_without_numbers_stores_none(shown):
    notebook.numbers(xr.Dataset(attrs={"experiment": "broken"}))
    assert shown == []
