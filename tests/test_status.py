"""Fresh or stale, and why: each reason is brought about on purpose and has to be named."""

import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from toy.folder import rewrite_record, write_run
from toy.repository import make_repository
from typer.testing import CliRunner

from mtlpaper.companion import provenance, results
from mtlpaper.companion.cli import app
from mtlpaper.companion.registry import chapter
from mtlpaper.companion.results import ResultError
from mtlpaper.companion.runs import (
    Means,
    Reason,
    Run,
    RunError,
    book_runs,
    find_root,
    in_words,
    inspect,
    plan,
    require_record,
    require_unaltered,
    run_all,
    status,
)
from mtlpaper.companion.runs.publication import standing
from mtlpaper.companion.runs.staleness import differences

pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture
def root(tmp_path) -> Path:
    return make_repository(tmp_path / "repository", "toy")


def planned(root: Path, preset: str = "quick", **changes) -> Run:
    return plan("toy", preset, changes, root=root, folder=book_runs(root, "quick") / "toy")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Folder of a run of the toy, made once."""
    root = make_repository(tmp_path_factory.mktemp("made") / "repository", "toy")
    return write_run(planned(root)).folder


@pytest.fixture
def run(root, made) -> Run:
    """A fresh run of the toy, where the book has it."""
    wanted = planned(root)
    shutil.copytree(made, wanted.folder)
    assert inspect(wanted).kind == "fresh"
    return wanted


def reasons(run: Run) -> set[tuple[str, str]]:
    return {(reason.kind, str(reason)) for reason in inspect(run).reasons}


def of_toy(root: Path):
    (row,) = status("quick", root, ["toy"])
    return row


# ------------------------------------------------------------------------------ data and parameters


def test_a_fresh_figure_has_no_reasons(run):
    row = of_toy(run.root)
    assert (row.experiment, row.figure, row.fresh, row.reason) == ("toy", "toy", True, "")
    assert row.published.kind == "unpublished"


def test_an_absent_run_is_stale(root):
    row = of_toy(root)
    assert not row.fresh
    assert row.reasons == (Reason("data", "there is no run"),)
    assert inspect(planned(root)).why_again == ""  # the first run has no reason


@pytest.mark.parametrize("name", ["toy.nc", "toy.svg", "toy.png", "toy.ipynb"])
@pytest.mark.parametrize("damage", ["is missing", "was altered"])
def test_a_file_that_is_not_the_run_s_is_named(run, name, damage):
    path = run.folder / name
    if damage == "is missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"\n")
    assert reasons(run) == {("data", f"{name} {damage}")}
    assert inspect(run).why_again == of_toy(run.root).reason == f"data: {name} {damage}"


def test_all_damage_is_told_at_once(run):
    (run.folder / "toy.nc").write_bytes(b"garbage")
    (run.folder / "toy.svg").unlink()
    assert reasons(run) == {("data", "toy.nc was altered"), ("data", "toy.svg is missing")}


@pytest.mark.parametrize("content", ["", "garbage", "[]", "{}", '{"files": 3}', "\x00"])
def test_a_garbage_record_is_unreadable(run, content):
    (run.folder / "run.json").write_text(content)
    assert reasons(run) == {("data", "run.json is unreadable")}
    assert inspect(run).kind == "damaged"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record.pop("fingerprint"),
        lambda record: record.pop("versions"),
        lambda record: record.update(components=None),
        lambda record: record.update(components={"cells": {}, "modules": 3}),
        lambda record: record["files"].update({"toy.nc": 3}),
    ],
)
def test_a_record_that_lacks_an_entry_or_has_another_type_is_unreadable(run, spoil):
    rewrite_record(run, spoil)
    assert reasons(run) == {("data", "run.json is unreadable")}


def test_a_file_beside_an_unreadable_record_is_not_vouched_for(run):
    require_unaltered(run.folder / "toy.nc")
    (run.folder / "run.json").write_text("{}")
    with pytest.raises(ResultError, match=r"run\.json lacks experiment, title, preset"):
        require_unaltered(run.folder / "toy.nc")


def test_changed_parameters_are_named_with_both_values(run):
    wanted = planned(run.root, n=7, sizes=[2, 3, 4], cap=5)
    assert reasons(wanted) == {
        ("parameter", "n 5 -> 7"),
        ("parameter", "sizes [2, 3] -> [2, 3, 4]"),
        ("parameter", "cap null -> 5"),
    }
    (n,) = (reason for reason in inspect(wanted).reasons if reason.what == "n")
    assert (n.then, n.now) == (5, 7)
    assert inspect(wanted).kind == "stale"


def test_the_same_parameters_by_another_command_are_told(run):
    wanted = planned(run.root, preset="paper", n=5, sizes=[2, 3])
    assert wanted.params == run.params
    assert reasons(wanted) == {
        ("parameter", "it was made by `mtlpaper run toy --preset quick`"),
    }


def test_a_picture_concerns_its_own_figure_only(run, monkeypatch):
    monkeypatch.setitem(chapter("toy").figures, "toy-more", chapter("toy").figures["toy"])
    write_run(run)
    (run.folder / "toy-more.svg").unlink()
    first, second = status("quick", run.root, ["toy"])
    assert (first.fresh, second.reason) == (True, "data: toy-more.svg is missing")
    (run.folder / "toy.nc").unlink()  # all figures are drawn from it
    assert not any(row.fresh for row in status("quick", run.root, ["toy"]))


def test_a_figure_that_the_run_did_not_draw_is_stale(run, monkeypatch):
    monkeypatch.setitem(chapter("toy").figures, "toy-more", chapter("toy").figures["toy"])
    first, second = status("quick", run.root, ["toy"])
    assert first.fresh
    assert second.reason == "data: toy-more.svg was not drawn, toy-more.png was not drawn"


# ----------------------------------------------------------------------------- code and environment


def edit_notebook(run: Run, change) -> None:
    path = run.root / "notebooks" / "toy.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda cells: cells[0].update(source="# Other"), ["cell 1 of the notebook changed"]),
        (lambda cells: cells[2]["metadata"].update(tags=["x"]), ["cell 3 of the notebook changed"]),
        (lambda cells: cells.pop(), ["number of cells in the notebook 4 -> 3"]),
        (
            lambda cells: cells.insert(1, {**cells[0], "source": "new"}),
            ["cell 2 of the notebook changed", "number of cells in the notebook 4 -> 5"],
        ),
        (lambda cells: cells.reverse(), ["order of the notebook's cells changed"]),
    ],
)
def test_changed_cells_are_told_by_their_place(run, change, told):
    edit_notebook(run, change)
    assert reasons(planned(run.root)) == {("code", text) for text in told}


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A copy of the package, whose sources a test may change."""
    copy = tmp_path / "mtlpaper"
    shutil.copytree(find_root() / "mtlpaper", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("mtlpaper.__file__", str(copy / "__init__.py"))
    return copy


def test_changed_modules_are_named(package, root):
    write_run(planned(root))
    for module in ("companion/results.py", "companion/style.py"):
        with (package / module).open("a") as file:
            file.write("\nADDED = 1\n")
    with (package / "errors.py").open("a") as file:
        file.write("\n# a remark, which changes nothing\n")
    assert reasons(planned(root)) == {
        ("code", "mtlpaper.companion.style changed"),
        ("code", "mtlpaper.companion.results changed"),
    }


def test_a_new_module_and_one_no_longer_used_are_told(package, root):
    write_run(planned(root))
    (package / "added.py").write_text("ADDED = 1\n")
    with (package / "companion" / "style.py").open("a") as file:
        file.write("\nfrom mtlpaper import added\n")
    assert ("code", "mtlpaper.added is new") in reasons(planned(root))
    write_run(planned(root))
    style = package / "companion" / "style.py"
    style.write_text(style.read_text().replace("\nfrom mtlpaper import added\n", ""))
    assert ("code", "mtlpaper.added is gone") in reasons(planned(root))


def test_other_versions_are_named_with_both(run, monkeypatch):
    now = provenance.versions()
    monkeypatch.setattr(
        "mtlpaper.companion.provenance.versions",
        lambda *_: {name: "0.1" if name == "numpy" else now[name] for name in now},
    )
    monkeypatch.setattr("mtlpaper.companion.provenance.machine", lambda: {"python": "3.99"})
    told = dict(reason.split(" ", 1) for _, reason in reasons(planned(run.root)))
    assert told["numpy"] == f"{now['numpy']} -> 0.1"
    assert told["Python"] == f"{run.components.python} -> 3.99"
    assert "scipy" not in told


def test_a_run_of_another_environment_is_stale_and_no_damage(run):
    other = run.components.model_copy(
        update={"versions": {**run.components.versions, "numpy": "0.1"}}
    )

    def as_if_made_there(record):
        record["versions"]["numpy"] = "0.1"
        mark = other.fingerprint(run.params.plain())
        record.update(components=other.model_dump(), fingerprint=mark)

    rewrite_record(run, as_if_made_there)
    now = run.components.versions["numpy"]
    assert reasons(run) == {("environment", f"numpy 0.1 -> {now}")}


@pytest.mark.parametrize(
    "forge",
    [
        lambda record: record["versions"].update(numpy="0.1"),
        lambda record: record["components"]["versions"].update(numpy="0.1"),
        lambda record: record["components"]["modules"].popitem(),
        lambda record: record["parameters"].update(n=6),
        lambda record: record.update(python="3.0"),
        lambda record: record.update(fingerprint="0" * 64),
    ],
)
def test_a_record_that_was_written_over_is_noticed(run, forge):
    rewrite_record(run, forge)
    assert ("data", "run.json was altered") in reasons(run)
    assert inspect(run).kind == "damaged"


def test_a_record_without_data_is_noticed(run):
    rewrite_record(run, lambda record: record["files"].pop("toy.nc"))
    assert ("data", "run.json lists no data") in reasons(run)


def test_a_run_whose_source_changed_under_way_says_so(run):
    rewrite_record(run, lambda record: record.update(fingerprint="changed while running"))
    assert reasons(run) == {("code", "a source changed while it ran")}


def test_components_are_what_was_recorded(run):
    record = json.loads((run.folder / "run.json").read_text())
    assert record["components"] == json.loads(run.components.model_dump_json())
    assert record["fingerprint"] == run.fingerprint
    assert differences(require_record(run.folder), run) == ()


def test_the_book_says_why_an_experiment_runs_again(run, monkeypatch):
    def compute(*_):
        raise RunError("toy: not now")

    def told() -> list[tuple[str, str, str]]:
        events = []
        with contextlib.suppress(RunError):
            run_all(
                ["toy"],
                "quick",
                run.root,
                run.folder.parent,
                Means(),
                on_event=lambda *event: events.append(event),
            )
        return events

    monkeypatch.setattr("mtlpaper.companion.runs.execution._compute", compute)
    assert told() == [("toy", "reused", "")]
    (run.folder / "toy.nc").unlink()
    again = ("toy", "running", "data: toy.nc is missing")
    assert told() == [again, ("toy", "failed", "")]
    shutil.rmtree(run.folder)
    assert told() == [("toy", "running", ""), ("toy", "failed", "")]


def test_reasons_of_one_kind_stand_together_and_many_are_counted():
    many = [Reason("code", f"m{i}", "changed") for i in range(6)]
    told = in_words([*many, Reason("parameter", "n", then=1, now=2), Reason("data", "no run")])
    assert told == (
        "data: no run; parameter: n 1 -> 2; code: m0 changed, m1 changed, m2 changed, and 3 more"
    )
    assert in_words([]) == ""
    assert in_words(many[:4]).endswith("m3 changed")


def test_long_values_are_cut_but_never_shown_as_equal():
    grid = list(range(60))
    assert str(Reason("parameter", "S", then=grid, now=[*grid, 60])) == "S changed"
    assert str(Reason("parameter", "S", then=grid, now=[1])).endswith("… -> [1]")


# -------------------------------------------------------------------------------- what is published


def publish(run: Run, **changes) -> None:
    folder = run.root / "results"
    folder.mkdir(exist_ok=True)
    shutil.copy(run.folder / "toy.nc", folder)
    record = json.loads((run.folder / "run.json").read_text())
    entry = {**record, "file": "toy.nc", "sha256": results.checksum(folder / "toy.nc"), **changes}
    (folder / "manifest.json").write_text(json.dumps({"toy": entry}))


def test_published_data_of_the_run(run):
    publish(run)
    assert of_toy(run.root).published.kind == "same"


def test_published_data_made_alike(run):
    publish(run)
    other = results.load(run.folder / "toy.nc").assign_attrs(commit="another")
    write_run(run, other)
    assert of_toy(run.root).published.kind == "alike"


def test_published_data_of_other_parameters(run):
    publish(write_run(planned(run.root, n=6)))
    write_run(run)
    published = of_toy(run.root).published
    assert (published.kind, published.reason) == ("other", "parameter: n 6 -> 5")


@pytest.mark.parametrize("damage", ["is missing", "was altered"])
def test_damaged_published_data(run, damage):
    publish(run)
    path = run.root / "results" / "toy.nc"
    path.unlink() if damage == "is missing" else path.write_bytes(b"garbage")
    published = of_toy(run.root).published
    assert (published.kind, published.reason) == ("damaged", f"toy.nc {damage}")


def test_what_is_not_in_the_manifest_is_unpublished(run):
    publish(run)
    (run.root / "results" / "manifest.json").write_text("{}")
    assert of_toy(run.root).published.kind == standing(run, None).kind == "unpublished"


@pytest.mark.parametrize("content", ["", "[]", '{"toy": 3}', '{"toy": {"file": "toy.nc"}}'])
def test_a_garbage_manifest_is_named(run, content):
    (run.root / "results").mkdir()
    (run.root / "results" / "manifest.json").write_text(content)
    with pytest.raises(ResultError, match=r"manifest\.json"):
        of_toy(run.root)


# -------------------------------------------------------------------------------------- the command


@pytest.fixture
def only_toy(monkeypatch):
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    toy = {"toy": chapter("toy")}
    monkeypatch.setattr("mtlpaper.companion.runs.figure_status.chapters", lambda: toy)


def call(*arguments) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["status", "--preset", "quick", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("only_toy")
def test_strict_is_content_with_what_is_fresh(run):
    for options in ([], ["--strict"]):
        code, out, err = call("--root", run.root, *options)
        assert code == 0
        head, row = (line.split() for line in out.splitlines())
        assert head == ["Experiment", "Figure", "State", "Why"]
        assert row == ["toy", "toy", "✓", "fresh"]
        assert err == "preset quick: 1 of 1 figures are fresh\n"


@pytest.mark.usefixtures("only_toy")
def test_strict_fails_on_anything_stale(run):
    (run.folder / "toy.nc").write_bytes(b"garbage")
    code, out, err = call("--root", run.root)
    assert code == 0
    assert "✗ stale  data: toy.nc was altered" in out
    assert "0 of 1 figures are fresh" in err
    assert call("--root", run.root, "--strict")[0] == 1
    assert call("--root", run.root, "--strict", "--json")[0] == 1


@pytest.mark.usefixtures("only_toy")
def test_strict_fails_on_damaged_published_data(run):
    publish(run)
    assert "= of this run" in call("--root", run.root, "--strict")[1]
    (run.root / "results" / "toy.nc").unlink()
    code, out, _ = call("--root", run.root, "--strict")
    assert code == 1
    assert "✗ damaged (toy.nc is missing)" in out


@pytest.mark.usefixtures("only_toy")
def test_published_data_of_another_run_are_told_and_no_fault(run):
    publish(write_run(planned(run.root, n=6)))
    write_run(run)
    code, out, _ = call("--root", run.root, "--strict")
    assert code == 0
    assert "≠ of another run (parameter: n 6 -> 5)" in out


@pytest.mark.usefixtures("only_toy")
def test_json_tells_the_same(root):
    write_run(planned(root, n=6))
    code, out, err = call("--root", root, "--json")
    (row,) = json.loads(out)
    assert (code, err) == (0, "")
    reason = {"kind": "parameter", "what": "n", "how": "", "then": 6, "now": 5, "text": "n 6 -> 5"}
    assert row == {
        "experiment": "toy",
        "figure": "toy",
        "state": "stale",
        "reasons": [reason],
        "published": {"kind": "unpublished", "reason": ""},
    }


@pytest.mark.usefixtures("only_toy")
def test_an_experiment_without_a_notebook_is_stale(run):
    (run.root / "notebooks" / "toy.ipynb").unlink()
    code, out, _ = call("--root", run.root, "--strict")
    assert code == 1
    assert "toy has no notebook" in out


@pytest.mark.usefixtures("only_toy")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--preset", "fast"], "`preset` must be one of paper, quick, got 'fast'"),
        (["--root", "/"], "there is no folder notebooks/ in /"),
    ],
)
def test_bad_input_is_explained(root, options, message):
    code, out, err = call("--root", root, *options)
    assert (code, out) == (2, "")
    assert message in err


def test_status_does_without_torch():
    code = (
        "import sys; from typer.testing import CliRunner; from mtlpaper.__main__ import app; "
        "done = CliRunner().invoke(app, ['status', '--preset', 'quick']); "
        "print(done.exit_code, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]
