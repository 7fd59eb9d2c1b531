"""Two results held against each other: planted differences have to be found, with their place."""

import json
import re
import shutil
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from toy.folder import rewrite_record, write_run
from toy.repository import make_repository
from typer.testing import CliRunner

from mtlpaper.companion import results, style
from mtlpaper.companion.claims import Claim, parts_of, take
from mtlpaper.companion.claims.claim import POSITIVE
from mtlpaper.companion.cli import app
from mtlpaper.companion.comparison import (
    Comparison,
    ComparisonError,
    compare,
    page,
    plain,
    sections,
)
from mtlpaper.companion.comparison.variables import (
    DifferentShapeError,
    aligned,
    compare_variables,
)
from mtlpaper.companion.differences import Entry, entries
from mtlpaper.companion.registry import chapter
from mtlpaper.companion.results import ResultError
from mtlpaper.companion.runs import SetupError, plan

LABELS = {"units": "nats", "long_name": "a quantity"}


pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return make_repository(tmp_path_factory.mktemp("root") / "repository", "toy", "broken")


@pytest.fixture(scope="module")
def made(root, tmp_path_factory) -> dict[str, Path]:
    """Runs of the toy with five and with seven points, and one of another experiment."""
    folder = tmp_path_factory.mktemp("runs")
    wanted = {
        "five": plan("toy", "quick", folder=folder / "five", root=root),
        "seven": plan("toy", "quick", {"n": 7, "seed": 2}, folder=folder / "seven", root=root),
        "broken": plan("broken", "quick", {"fault": "none"}, folder=folder / "broken", root=root),
    }
    return {name: write_run(run).folder for name, run in wanted.items()}


@pytest.fixture
def five(made, tmp_path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(made["five"], tmp_path / "five"))


def data(values, dims="x", coords=None, **others) -> xr.Dataset:
    """A dataset of one variable, with what a file of the toy says of itself."""
    values = np.asarray(values)
    found = xr.Dataset({"v": (dims, values, LABELS), **others}, coords=coords or {})
    versions = {"numpy": "1.0", "python": "3.11.0"}
    origin = {"commit": "0123456789abcdef", "dirty": "no", "device": "cpu"}
    return found.assign_attrs(
        experiment="toy", parameters='{"n": 1}', versions=json.dumps(versions), **origin
    )


def only(a: xr.Dataset, b: xr.Dataset):
    """What is found of the variable `v`."""
    return next(v for v in compare_variables(a, b) if v.name == "v")


def of_files(tmp_path, a: xr.Dataset, b: xr.Dataset) -> Comparison:
    for name, content in (("a.nc", a), ("b.nc", b)):
        results.save(content, tmp_path / name)
    return compare(str(tmp_path / "a.nc"), str(tmp_path / "b.nc"))


# ---------------------------------------------------------------------------------------- variables


def test_the_largest_differences_are_found_with_their_place():
    coords = {"x": [0.1, 1.0, 10.0], "rule": ["soft", "argmax"]}
    a = np.array([[1.0, 2.0, 3.0], [4.0, 0.1, 6.0]])
    b = a + np.array([[0.0, 0.0, 0.5], [0.0, 0.1, 0.0]])
    found = only(*(data(values, ("rule", "x"), coords) for values in (a, b)))
    assert (found.state, found.cells, found.differing, found.one_sided) == ("differs", 6, 2, 0)
    assert found.absolute.size == pytest.approx(0.5, rel=1e-15)  # 3.5 - 3 in binary
    assert found.absolute.where == {"rule": "soft", "x": 10.0}
    assert (found.absolute.a, found.absolute.b) == (3.0, 3.5)
    assert found.relative.size == pytest.approx(0.5, rel=1e-15)  # 0.1 against 0.2
    assert found.relative.where == {"rule": "argmax", "x": 1.0}
    assert found.score == pytest.approx(0.5 / 6, rel=1e-15)
    assert (found.long_name, found.units) == ("a quantity", "nats")


def test_equal_data_are_equal_not_a_number_included():
    values = [1.0, np.nan, np.inf]
    found = only(data(values), data(values))
    assert (found.state, found.differing, found.absolute, found.score) == ("equal", 0, None, 0.0)


def test_the_last_digit_counts():
    found = only(data([1.0]), data([np.nextafter(1.0, 2)]))
    assert found.state == "differs"
    assert found.absolute.size == np.finfo(float).eps


def test_a_number_on_one_side_only_is_counted_and_not_measured():
    found = only(data([1.0, np.nan, np.inf, 4.0]), data([np.nan, 2.0, 3.0, 4.5]))
    assert (found.differing, found.one_sided) == (4, 3)
    assert found.absolute.where == {"x": 3}  # its position, for want of a coordinate
    assert found.score == np.inf
    nothing = only(data([np.nan]), data([1.0]))
    assert (nothing.one_sided, nothing.absolute, nothing.relative) == (1, None, None)


def test_words_are_compared_as_words():
    found = only(data(["a", "b", "c"]), data(["a", "x", "y"]))
    assert (found.differing, found.relative) == (2, None)
    assert (found.absolute.a, found.absolute.b, found.absolute.where) == ("b", "x", {"x": 1})


def test_truth_values_and_single_numbers_are_compared():
    assert only(data([True, False]), data([True, True])).differing == 1
    found = only(data(2, ()), data(3, ()))
    assert (found.cells, found.absolute.size, found.absolute.where) == (1, 1.0, {})


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (data([1.0], "x"), data([1.0], "y"), "over (x) in A, (y) in B"),
        (data([1.0]), data([1.0, 2.0]), "x has 1 cells in A, 2 in B"),
        (data([1.0]), data(["word"]), "numbers against words"),
        (data([1.0], coords={"x": [1]}), data([1.0], coords={"x": [2]}), "no value of x is common"),
        (
            data([1.0, 2.0], coords={"x": [1, 1]}),
            data([1.0, 2.0], coords={"x": [1, 2]}),
            "x has the same value more than once",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(a, b, reason):
    found = only(a, b)
    assert (found.state, found.reason, found.score) == ("not comparable", reason, np.inf)


def test_a_variable_of_one_side_only_is_told():
    more = data([1.0], w=("x", [2.0]))
    assert {v.name: v.state for v in compare_variables(data([1.0]), more)} == {
        "v": "equal",
        "w": "only in B",
    }
    assert compare_variables(more, data([1.0]))[0].state == "only in A"


def test_the_most_different_variable_comes_first():
    a = data([1.0], small=("x", [100.0]), none=("x", [1.0]))
    b = data([2.0], small=("x", [101.0]), none=("x", [1.0]))
    assert [v.name for v in compare_variables(a, b)] == ["v", "small", "none"]


# ---------------------------------------------------------------------------------------- alignment


def array(values, **coords) -> xr.DataArray:
    return xr.DataArray(np.asarray(values), dims=list(coords), coords=coords)


def test_common_cells_are_found_whatever_their_order():
    a = array([[1, 2, 3], [4, 5, 6]], seed=[0, 1], x=[0.1, 1.0, 10.0])
    b = array([[30, 10], [0, 0], [60, 40]], x=[10.0, 0.3, 0.1], seed=[5, 0]).T
    ours, theirs, partial = aligned(a, b)
    assert ours.values.tolist() == [[1, 3]]
    assert theirs.values.tolist() == [[40, 10]]
    assert partial == {"x": "2 of 3 in A, 2 of 3 in B", "seed": "1 of 2 in A, 1 of 2 in B"}


def test_coordinates_may_differ_in_their_last_digits_only():
    times = np.arange(1, 51) * 0.1
    rounded = np.cumsum(np.full(50, 0.1))
    assert (times != rounded).any()
    ours, theirs, partial = aligned(array(times, t=times), array(times, t=rounded))
    assert (len(ours), partial) == (50, {})
    assert (ours.t == times).all()
    assert (theirs.values == times).all()
    with pytest.raises(DifferentShapeError, match="no value of t"):
        aligned(array(times, t=times), array(times, t=times * (1 + 1e-6)))


def test_equal_coordinates_with_repeated_values_match_by_position():
    a = array([1, 2], x=[3, 3])
    assert aligned(a, a + 1)[2] == {}


def test_a_dimension_with_labels_on_one_side_only_matches_by_position():
    bare = xr.DataArray([1, 2], dims="x")
    ours, theirs, partial = aligned(array([3, 4], x=[7, 8]), bare)
    assert (ours.values.tolist(), theirs.values.tolist(), partial) == ([3, 4], [1, 2], {})


def test_whole_and_broken_coordinates_meet():
    ours, theirs, _ = aligned(array([1, 2], x=[1, 2]), array([3, 4], x=[2.0, 0.5]))
    assert (ours.values.tolist(), theirs.values.tolist()) == ([2], [3])


# -------------------------------------------------------------------------------------------- sides


def test_runs_are_compared_in_everything(made):
    found = compare(str(made["five"]), str(made["seven"]))
    assert [(e.name, e.a, e.b) for e in found.parameters.differing] == [
        ("n", 5, 7),
        ("seed", 1, 2),
    ]
    assert found.origin.differing == ()
    (number,) = found.numbers.differing
    assert number.gap == pytest.approx(number.b - number.a, rel=1e-15)
    assert found.coordinates == {"point": "5 of 5 in A, 5 of 7 in B"}
    (x,) = found.variables
    assert (x.name, x.cells, x.differing) == ("x", 5, 5)
    a, b = (results.load(made[name] / "toy.nc").x for name in ("five", "seven"))
    gaps = np.abs(b.values[:5] - a.values)
    assert x.absolute.size == gaps.max()
    assert x.absolute.where == {"point": int(gaps.argmax())}


def test_a_run_does_not_differ_from_itself(made):
    found = compare(str(made["five"]), str(made["five"] / "toy.nc"))
    told = (found.parameters, found.origin, found.numbers, found.pictures)
    assert [entry.differing for entry in told] == [(), (), (), ()]
    assert found.pictures.total == 2
    assert (found.coordinates, found.differing, found.turned) == ({}, (), ())


def test_pictures_that_differ_are_named(made, five):
    (five / "toy.svg").write_text("drawn by another matplotlib")
    files = {"toy.svg": results.checksum(five / "toy.svg")}
    rewrite_record(SimpleNamespace(folder=five), lambda record: record["files"].update(files))
    found = compare(str(made["five"]), str(five))
    assert [entry.name for entry in found.pictures.differing] == ["toy.svg"]
    assert table(found, "Figures") == {"toy.svg": ("its bytes",)}
    assert plain(found)["pictures"]["total"] == 2
    assert found.differing == ()
    (five / "toy.svg").write_text("altered since")
    with pytest.raises(SetupError, match=r"toy\.svg: altered since the run that wrote it"):
        compare(str(made["five"]), str(five))


def test_a_file_on_its_own_has_no_numbers(made, tmp_path):
    path = Path(shutil.copy(made["five"] / "toy.nc", tmp_path))
    found = compare(str(made["five"]), str(path))
    assert found.differing == ()
    assert found.b.numbers == {}
    (numbers,) = (part for part in sections(found) if part.title == "Numbers in the prose")
    assert (numbers.note, numbers.rows) == ("B records none.", ())


def test_origin_tells_commit_device_and_versions(tmp_path):
    b = data([1.0]).assign_attrs(commit="f" * 40, dirty="yes", versions='{"numpy": "2.0"}')
    found = of_files(tmp_path, data([1.0]), b.assign_attrs(device="cuda"))
    assert {e.name: (e.a, e.b) for e in found.origin.differing} == {
        "commit": ("0123456789", "ffffffffff, with changes"),
        "device": ("cpu", "cuda"),
        "numpy": ("1.0", "2.0"),
        "python": ("3.11.0", None),
    }


def test_two_experiments_cannot_be_compared(made):
    message = "must be of the same experiment, got one of toy and one of broken"
    with pytest.raises(ComparisonError, match=message):
        compare(str(made["five"]), str(made["broken"]))


@pytest.mark.parametrize("as_file", [False, True])
def test_altered_data_are_refused(made, five, as_file):
    path = five / "toy.nc"
    results.save(results.load(path).assign_attrs(commit="another"), path)
    with pytest.raises(SetupError, match=r"toy\.nc: altered since the run that wrote it"):
        compare(str(made["five"]), str(path if as_file else five))


def test_missing_data_are_named(made, five):
    (five / "toy.nc").unlink()
    with pytest.raises(ResultError, match=r"there is no file .*toy\.nc"):
        compare(str(made["five"]), str(five))


@pytest.mark.parametrize("record", [None, "garbage", "{}", "[]"])
def test_a_folder_without_a_record_is_no_run(made, five, record):
    if record is None:
        (five / "run.json").unlink()
    else:
        (five / "run.json").write_text(record)
    with pytest.raises(ComparisonError, match=r"is no run folder: .*run\.json"):
        compare(str(made["five"]), str(five))


def test_garbage_is_no_data(made, tmp_path):
    (tmp_path / "garbage.nc").write_bytes(b"garbage")
    with pytest.raises(ResultError, match=r"garbage\.nc is damaged or is no NetCDF file"):
        compare(str(made["five"]), str(tmp_path / "garbage.nc"))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({}, "does not say of which experiment"),
        ({"experiment": "toy"}, "does not say with which parameters"),
        ({"experiment": "toy", "parameters": "garbage"}, "does not say with which parameters"),
    ],
)
def test_data_of_somebody_else_are_refused(made, tmp_path, attributes, message):
    foreign = xr.Dataset({"x": ("point", [1.0])}, attrs=attributes)
    results.save(foreign, tmp_path / "foreign.nc")
    with pytest.raises(ComparisonError, match=message):
        compare(str(made["five"]), str(tmp_path / "foreign.nc"))


def test_a_name_that_is_nothing_is_refused(made):
    with pytest.raises(ComparisonError, match=r"must be a run folder, .* got 'nothing'"):
        compare("nothing", str(made["five"]))


@pytest.fixture
def published(made, tmp_path) -> Path:
    """A repository in which the run of five points is published."""
    root = make_repository(tmp_path / "repository", "toy")
    (root / "results").mkdir()
    shutil.copy(made["five"] / "toy.nc", root / "results")
    record = json.loads((made["five"] / "run.json").read_text())
    digest = results.checksum(made["five"] / "toy.nc")
    manifest = {"toy": {**record, "file": "toy.nc", "sha256": digest}}
    (root / "results" / "manifest.json").write_text(json.dumps(manifest))
    return root


def test_published_data_are_named_by_their_experiment(made, published):
    found = compare("toy", str(made["five"]), published)
    assert found.differing == ()
    assert found.numbers.differing == ()
    assert found.a.command == "mtlpaper run toy --preset quick"


def test_altered_published_data_are_refused(made, published):
    (published / "results" / "toy.nc").write_bytes(b"garbage")
    with pytest.raises(SetupError, match=r"published data of toy .*: toy\.nc was altered"):
        compare("toy", str(made["five"]), published)


def test_what_is_not_published_is_refused(made, root):
    with pytest.raises(SetupError, match="no data of toy are published"):
        compare("toy", str(made["five"]), root)


# -------------------------------------------------------------------------------- entries, verdicts


def test_entries_tell_a_missing_name_from_null():
    found = entries({"a": 1, "b": None, "c": 2}, {"a": 1, "c": None, "d": None})
    assert found == (
        Entry("b", None, None, "A"),
        Entry("c", 2, None),
        Entry("d", None, None, "B"),
    )
    assert [entry.gap for entry in found] == [None, None, None]
    assert Entry("n", 1, 2.5).gap == 1.5


def claim(experiment: str) -> Claim:
    """True where all numbers of `v` are positive."""
    return Claim(
        name=f"sign-{experiment}",
        section="signs",
        where="nowhere",
        says="v is positive",
        expected="> 0",
        settings="stated",
        reason="the sign alone",
        experiment=experiment,
        statistic=lambda values: parts_of(take(values, "v")),
        range=POSITIVE,
    )


@pytest.fixture
def claims(monkeypatch):
    both = [claim(name) for name in ("toy", "rem")]
    monkeypatch.setattr("mtlpaper.companion.registry.claims", lambda: both)


@pytest.mark.usefixtures("claims")
def test_verdicts_that_turn_are_told(tmp_path):
    found = of_files(tmp_path, data([1.0], coords={"x": [1]}), data([-1.0], coords={"x": [1]}))
    assert [judged.claim.name for judged in found.turned] == ["sign-toy"]
    (part,) = (part for part in sections(found) if part.title == "Verdicts")
    row = ("sign-toy", "✓ reproduced: 1", "✕ not reproduced: −1", "≠ turned")
    assert (part.note, part.rows) == ("1 of 1 differ.", (row,))


@pytest.mark.usefixtures("claims")
def test_verdicts_that_stay_are_told_too(tmp_path):
    found = of_files(tmp_path, data([1.0], coords={"x": [1]}), data([2.0], coords={"x": [1]}))
    assert found.turned == ()
    assert [judged.claim.name for judged in found.verdicts] == ["sign-toy"]


@pytest.mark.usefixtures("claims")
def test_a_claim_that_lacks_its_data_is_not_testable(tmp_path):
    lacks = data([1.0], coords={"x": [1]}).rename(v="w")
    found = of_files(tmp_path, data([1.0], coords={"x": [1]}), lacks)
    assert found.verdicts[0].b.verdict == "not testable"
    assert json.loads(json.dumps(plain(found), allow_nan=False))["verdicts"][0]["b"]["low"] is None


# -------------------------------------------------------------------------------------------- words


def table(comparison: Comparison, title: str) -> dict[str, tuple[str, ...]]:
    (part,) = (part for part in sections(comparison) if part.title == title)
    return {row[0]: row[1:] for row in part.rows}


def test_tables_tell_values_and_places(tmp_path):
    coords = {"x": [0.5, 1.0]}
    found = of_files(tmp_path, data([1.0, 2.0], coords=coords), data([1.0, 2.5], coords=coords))
    assert table(found, "Variables") == {
        "v": ("nats", "1 of 2 cells", "0.5 (2 / 2.5) at x = 1", "20 % at x = 1")
    }
    assert table(found, "Parameters") == {}


def test_long_parameters_are_cut_where_they_part(tmp_path):
    grids = [list(range(100)), [*range(80), 0, *range(81, 100)]]
    sides = [data([1.0]).assign_attrs(parameters=json.dumps({"S": grid})) for grid in grids]
    a, b = table(of_files(tmp_path, *sides), "Parameters")["S"]
    assert a != b
    assert "79, 80, 81" in a
    assert "79, 0, 81" in b


def test_large_shares_have_no_exponent(tmp_path):
    found = of_files(tmp_path, data([1.0]), data([-1.0]))
    assert table(found, "Variables")["v"][-1] == "200 % at x = 0"


# --------------------------------------------------------------------------------------------- page


class Reader(HTMLParser):
    """Collects what a page loads and names."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href"):
                self.links.append(value)
            if name in ("src", "srcset", "data", "action"):
                self.loads.append(value)


@pytest.fixture
def document(made) -> str:
    return page(compare(str(made["five"]), str(made["seven"])))


def test_a_page_needs_nothing_else(document):
    reader = Reader()
    reader.feed(document)
    assert [load.partition(",")[0] for load in reader.loads] == ["data:image/svg+xml;base64"] * 2
    assert (reader.links, reader.ids) == ([], [])
    assert not {"script", "link", "iframe", "object"} & set(reader.tags)
    assert not re.findall(r"https?://|@import|url\(", document)


def test_a_page_shows_the_figure_that_either_run_drew(made, document):
    drawn = re.findall(r'<img alt="(.+?)" src="data:image/svg\+xml;base64,(.+?)">', document)
    runs = {"toy of A": made["five"], "toy of B": made["seven"]}
    assert [alt for alt, _ in drawn] == [*runs]
    for alt, picture in drawn:
        assert b64decode(picture) == (runs[alt] / "toy.svg").read_bytes()
    assert document.index("<h3>toy</h3>") > document.index("<h2>Variables</h2>")


def test_what_cannot_be_drawn_is_said_and_leaves_no_figure_open(made, tmp_path, monkeypatch):
    def drawing(content):
        axes = style.subplots()
        axes[0, 0].plot(content.x)
        return axes

    monkeypatch.setitem(chapter("toy").figures, "toy", drawing)
    lacks = results.load(made["five"] / "toy.nc").rename(x="y")
    results.save(lacks, tmp_path / "lacks.nc")
    document = page(compare(str(made["five"]), str(tmp_path / "lacks.nc")))
    assert '<img alt="toy of A"' in document
    assert '<img alt="toy of B"' not in document
    assert "<p>B cannot be drawn from its data (AttributeError: " in document
    assert plt.get_fignums() == []


def test_every_figure_stands_on_the_page(made, monkeypatch):
    monkeypatch.setitem(chapter("toy").figures, "toy-more", chapter("toy").figures["toy"])
    document = page(compare(str(made["five"]), str(made["seven"])))
    alts = re.findall(r'<img alt="(.+?)"', document)
    assert alts == ["toy of A", "toy of B", "toy-more of A", "toy-more of B"]


def test_data_of_an_experiment_without_a_chapter_have_tables_only(tmp_path):
    sides = [data([value]).assign_attrs(experiment="of old") for value in (1.0, 2.0)]
    document = page(of_files(tmp_path, *sides))
    assert "1 of 1 differ." in document
    assert "<h2>Figures of both</h2>" not in document


def test_words_of_others_are_escaped_on_a_page(tmp_path):
    sides = [data([1.0]) for _ in range(2)]
    for place, side in enumerate(sides):
        side.attrs["parameters"] = json.dumps({"name": f"<b>{place}</b> & more"})
    document = page(of_files(tmp_path, *sides))
    assert "&lt;b&gt;0&lt;/b&gt; &amp; more" in document
    assert "<b>" not in document


def test_the_same_comparison_gives_the_same_page(made, document):
    assert page(compare(str(made["five"]), str(made["seven"]))) == document


# -------------------------------------------------------------------------------------- the command


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch):
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)


def call(*arguments) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_differences_are_no_failure(made):
    code, out, err = call(made["five"], made["seven"])
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["n", "5", "7"] in lines
    assert ["point", "5", "of", "5", "in", "A,", "5", "of", "7", "in", "B"] in lines
    assert "Variables: 1 of 1 differ." in out
    assert str(made["seven"]) in out.replace("\n", "")


def test_a_page_is_written_where_it_is_asked_for(made, tmp_path):
    target = tmp_path / "pages" / "page.html"
    code, _, err = call(made["five"], made["seven"], "--html", target)
    assert (code, err) == (0, f"page: {target}\n")
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_cannot_be_written_is_told(made, tmp_path):
    (tmp_path / "file").touch()
    code, _, err = call(made["five"], made["seven"], "--html", tmp_path / "file" / "page.html")
    assert code == 2
    assert "cannot write" in err


def test_json_holds_everything(made):
    code, out, _ = call(made["five"], made["seven"], "--json")
    content = json.loads(out)
    assert code == 0
    assert content["experiment"] == "toy"
    assert content["parameters"]["differing"][0] == {"name": "n", "a": 5, "b": 7, "only": ""}
    assert content["variables"][0]["absolute"]["where"].keys() == {"point"}
    assert content["variables"][0]["partial"] == {"point": "5 of 5 in A, 5 of 7 in B"}


def test_what_cannot_be_compared_ends_with_2(made, tmp_path):
    (tmp_path / "garbage.nc").write_bytes(b"garbage")
    for b, words in (
        (made["broken"], "of the same experiment"),
        (tmp_path / "garbage.nc", "is damaged or is no NetCDF file"),
        (tmp_path, "is no run folder"),
        ("nothing", "got 'nothing'"),
    ):
        code, out, err = call(made["five"], b)
        assert (code, out) == (2, "")
        assert words in err


def test_a_run_without_numbers_says_so(made, five):
    run = SimpleNamespace(folder=five)
    rewrite_record(run, lambda record: record.update(numbers={}))
    assert "Numbers in the prose: B records none." in call(made["five"], five)[1]
