"""Published results: how they get into the folder, and what is noticed when they no longer hold."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy.folder import rewrite_record, write_run
from toy.repository import make_repository, python_path
from toy.settings import Toy
from typer.testing import CliRunner

from mtlpaper.companion import archive, provenance, results, runs
from mtlpaper.companion.archive import crate, publishing
from mtlpaper.companion.claims import all_claims
from mtlpaper.companion.cli import app
from mtlpaper.companion.contract import Grid, Labels, Variable
from mtlpaper.companion.contract.checking import Check
from mtlpaper.companion.contract.declaration import Cell
from mtlpaper.companion.registry import chapters, settings
from mtlpaper.companion.runs.publication import with_published
from mtlpaper.companion.sweeps.environment import SCHEDULER, STORE

pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A repository with a run of the toy as the book leaves it."""
    root = make_repository(tmp_path_factory.mktemp("made") / "repository", "toy")
    write_run(planned(root), commit="1234abc", dirty=False)
    return root


def planned(root: Path) -> runs.Run:
    return runs.plan("toy", "quick", root=root, folder=runs.book_runs(root, "quick") / "toy")


@pytest.fixture
def root(made, tmp_path, monkeypatch) -> Path:
    """The same, of one's own, in a world whose only experiment is the toy."""
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(publishing, "chapters", lambda: {"toy": Toy})
    return shutil.copytree(made, tmp_path / "repository")


@pytest.fixture
def published(root) -> Path:
    archive.publish(root, "quick")
    return root


def call(*arguments) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def verify(root: Path, *arguments) -> tuple[int, str, str]:
    return call("verify", "--root", root, "--jobs", 1, *arguments)


def manifest(root: Path) -> dict:
    return json.loads((root / "results" / "manifest.json").read_text())


def plant(root: Path, point: int, by: float) -> None:
    """Change one published number, and the checksum with it."""
    path = root / "results" / "toy.nc"
    data = results.load(path)
    data["x"][point] += by
    results.save(data, path)
    listed = manifest(root)
    listed["toy"]["sha256"] = results.checksum(path)
    (root / "results" / "manifest.json").write_text(json.dumps(listed))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# ------------------------------------------------------------------------------------- publishing


def test_published_data_are_the_runs_own_with_where_they_come_from(published):
    entry = manifest(published)["toy"]
    run = planned(published)
    record = runs.read_record(run.folder)
    assert entry["file"] == "toy.nc"
    assert entry["sha256"] == record.files["toy.nc"]
    assert (published / "results" / "toy.nc").read_bytes() == (run.folder / "toy.nc").read_bytes()
    listed = runs.Origin.model_validate(entry, extra="ignore")
    assert listed == runs.Origin.model_validate(record.model_dump(), extra="ignore")
    assert (listed.commit, listed.dirty) == ("1234abc", False)
    assert archive.file_faults(published) == []


def test_every_claim_has_its_published_verdict(published):
    verdicts = json.loads((published / "results" / "verdicts.json").read_text())
    assert list(verdicts) == list(all_claims())
    assert {entry["verdict"] for entry in verdicts.values()} == {"not testable"}  # by the toy


def test_the_crate_describes_every_file_and_how_it_was_made(published):
    """The specification asks that every reference leads to an entity of the graph."""
    folder = published / "results"
    graph = json.loads((folder / "ro-crate-metadata.json").read_text())["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    assert len(entities) == len(graph)
    references = re.findall(r'\{"@id": ("[^"]+")\}', json.dumps(graph))
    assert {json.loads(name) for name in references} <= {*entities, "https://w3id.org/ro/crate/1.2"}
    listed = {part["@id"] for part in entities["./"]["hasPart"]}
    assert listed == {path.name for path in folder.iterdir()} - {"manifest.json", crate.CRATE}
    sums = {entry["file"]: entry["sha256"] for entry in manifest(published).values()}
    assert {name: entities[name]["sha256"] for name in listed} == {n: sums[n] for n in listed}
    run = entities["#toy"]
    assert (run["startTime"], run["endTime"]) == (
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:04:06+00:00",
    )
    assert run["name"] == manifest(published)["toy"]["command"]
    assert entities[run["instrument"]["@id"]]["identifier"] == "1234abc"


def test_publishing_again_gives_the_same_bytes_and_leaves_what_is_not_its_own(published):
    folder = published / "results"
    (folder / "README.md").write_text("read me")
    (folder / "notes").mkdir()
    (folder / "notes" / "one.txt").write_text("1")
    before = everything(folder)
    assert call("publish", "--preset", "quick", "--root", published) == (0, f"{folder}\n", "")
    assert everything(folder) == before
    assert not list((published / "_build").iterdir())


def test_publishing_replaces_what_is_listed_no_more_and_a_damaged_manifest(published):
    folder = published / "results"
    before = everything(folder)
    listed = manifest(published)
    (folder / "gone.nc").write_bytes(b"of a chapter that is no more")
    listed["gone"] = {"file": "gone.nc", "sha256": results.checksum(folder / "gone.nc")}
    (folder / "manifest.json").write_text(json.dumps(listed))
    archive.publish(published, "quick")
    assert everything(folder) == before
    (folder / "toy.nc").write_bytes(b"garbage")
    (folder / "manifest.json").write_text(json.dumps({"toy": {"file": "toy.nc"}}))
    assert "manifest.json lacks toy." in verify(published)[2]
    archive.publish(published, "quick")
    assert everything(folder) == before


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda run: shutil.rmtree(run.folder), "is absent"),
        (lambda run: (run.folder / "toy.nc").write_bytes(b"x"), "toy.nc was altered"),
        (lambda run: (run.folder / "toy.svg").unlink(), "toy.svg is missing"),
        (lambda run: rewrite_record(run, lambda r: r.update(command="mtlpaper run")), "is stale"),
        (lambda run: rewrite_record(run, lambda r: r.update(dirty=True)), "an uncommitted tree"),
        (lambda run: rewrite_record(run, lambda r: r.update(dirty=None)), "no commit tells"),
        (lambda run: rewrite_record(run, lambda r: r.update(commit=None)), "outside of a repo"),
    ],
)
def test_an_unsound_run_is_refused_and_nothing_changes(published, spoil, words):
    before = everything(published / "results")
    spoil(planned(published))
    code, out, err = call("publish", "--preset", "quick", "--root", published)
    assert (code, out) == (2, "")
    assert err.startswith("nothing was published:\ntoy: ")
    assert words in err
    assert everything(published / "results") == before


def test_an_uncommitted_tree_may_be_allowed_and_is_recorded(root):
    rewrite_record(planned(root), lambda record: record.update(dirty=True))
    assert call("publish", "--preset", "quick", "--allow-dirty", "--root", root)[0] == 0
    assert manifest(root)["toy"]["dirty"] is True
    # It allows nothing else.
    (planned(root).folder / "toy.nc").unlink()
    assert call("publish", "--preset", "quick", "--allow-dirty", "--root", root)[0] == 2


def test_runs_may_lie_elsewhere(root, tmp_path):
    shutil.move(runs.book_runs(root, "quick"), tmp_path / "elsewhere")
    options = ["--preset", "quick", "--root", root]
    assert call("publish", *options)[0] == 2
    assert call("publish", *options, "--runs", tmp_path / "elsewhere")[0] == 0


@pytest.mark.parametrize("at", ["judge_all", "_write", "_copy"])
def test_a_failure_under_way_leaves_the_earlier_results(published, monkeypatch, at):
    (published / "results" / "README.md").write_text("read me")
    before = everything(published / "results")

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(publishing, at, fail)
    with pytest.raises(OSError, match="no space"):
        archive.publish(published, "quick")
    assert everything(published / "results") == before
    assert not list((published / "_build").iterdir())


def test_a_failed_swap_puts_the_earlier_results_back(published, monkeypatch):
    before = everything(published / "results")
    rename = Path.rename

    def once(path, target):
        if path.name == "fresh":
            raise OSError("busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(OSError, match="busy"):
        archive.publish(published, "quick")
    assert everything(published / "results") == before


# ------------------------------------------------------------------ runs that take published data


def test_a_run_takes_the_published_data_and_says_so(published, tmp_path, monkeypatch):
    """One kernel. A planted number arrives in the prose, so the data are taken, not computed."""
    plant(published, 0, by=40.0)
    monkeypatch.setenv("PYTHONPATH", python_path())
    monkeypatch.setattr("mtlpaper.companion.experiments.compute", None)
    into = tmp_path / "into"
    runs.run_all(["toy"], "quick", published, into, runs.Means(), published=True)
    record = runs.require_record(into / "toy")
    assert record.files["toy.nc"] == manifest(published)["toy"]["sha256"]
    computed = runs.read_record(planned(published).folder)
    assert record.numbers["first"] == pytest.approx(computed.numbers["first"] + 40, abs=0.01)
    assert record.published.sha256 == manifest(published)["toy"]["sha256"]
    assert (record.origin.commit, record.commit) == ("1234abc", provenance.commit().sha)
    taking = replace(with_published(planned(published)), folder=into / "toy")
    assert runs.inspect(taking).kind == "fresh"
    # As a run that computes its data it is neither fresh nor fit to be published,
    computing = replace(taking, published=None)
    assert runs.inspect(computing).reason == "data: toy.nc is a published one"
    with pytest.raises(runs.SetupError, match=r"nothing was published:\ntoy: .*a published one"):
        archive.publish(published, "quick", into)
    # and a run that computed its data is none that took them; nor do data stay when others appear.
    assert (
        runs.inspect(with_published(planned(published))).reason == "data: toy.nc was computed here"
    )
    plant(published, 0, by=1.0)
    anew = replace(with_published(planned(published)), folder=into / "toy")
    assert runs.inspect(anew).reason == "data: toy.nc is a published one"


@pytest.mark.parametrize(
    ("spoil", "preset", "message"),
    [
        (lambda root: (root / "results" / "toy.nc").write_bytes(b"x"), "quick", "altered"),
        (lambda root: (root / "results" / "manifest.json").unlink(), "quick", "no data of toy are"),
        (lambda _: None, "paper", r"data of toy are not those asked for; parameter: .*n 5 -> "),
    ],
)
def test_published_data_that_cannot_be_taken_are_refused_before_the_work(
    published, tmp_path, spoil, preset, message
):
    spoil(published)
    with pytest.raises(runs.SetupError, match=message):
        runs.run_all(["toy"], preset, published, tmp_path / "into", runs.Means(), published=True)
    assert not (tmp_path / "into").exists()


# ------------------------------------------------------------------------------------------ files


def test_what_is_published_holds(published):
    code, out, err = verify(published, "--seed", 3, "--fraction", 0.4)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == ["files: as published", "ok       toy: 1 variables follow from the others"]
    assert re.fullmatch(r"sample: seed 3, 2 of 5 units, about \d+ s on 1 process", lines[2])
    assert len(lines) == 5
    for line in lines[3:]:
        number = r"-?[\d.e-]+"
        shown = rf"x published ({number}), recomputed \1, tolerance 1e-09"
        assert re.fullmatch(rf"ok       toy x \[point=\d\]: {shown}", line)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "spoil", "fault"),
    [
        ("toy.nc", _flip, "results/toy.nc was altered"),
        ("verdicts.json", _flip, "results/verdicts.json was altered"),
        ("toy.csv", _flip, "results/toy.csv was altered"),
        ("toy.nc", Path.unlink, "results/toy.nc is missing"),
        ("other.nc", Path.touch, "results/other.nc is not in the manifest"),
    ],
)
def test_a_file_that_is_not_as_published_is_named(published, name, spoil, fault):
    spoil(published / "results" / name)
    code, out, err = verify(published)
    assert (code, out) == (1, f"{fault}\n")
    assert err == "1 of the published files are not as published\n"


# ---------------------------------------------------------------------------------------- numbers


def test_a_changed_number_fails_and_names_the_unit(published):
    plant(published, point=2, by=1e-6)
    code, out, err = verify(published, "--all")
    assert code == 1
    assert "1 published numbers differ:\ntoy x [point=2]: x\n" in err
    (line,) = [line for line in out.splitlines() if line.startswith("differs")]
    assert line.startswith("differs  toy x [point=2]: x published ")
    assert sum(line.startswith("ok       toy x ") for line in out.splitlines()) == 4


def test_a_change_within_the_tolerance_is_none(published):
    plant(published, point=2, by=1e-11)
    assert verify(published, "--all")[0] == 0


def test_a_changed_label_fails_too(published):
    path = published / "results" / "toy.nc"
    data = results.load(path)
    results.save(data.assign_coords(point=("point", [0, 1, 2, 3, 7], data.point.attrs)), path)
    listed = manifest(published)
    listed["toy"]["sha256"] = results.checksum(path)
    (published / "results" / "manifest.json").write_text(json.dumps(listed))
    code, out, _ = verify(published)
    assert code == 1
    assert "differs  toy point[point=7] published 7, recomputed 4" in out


def test_a_unit_that_cannot_be_computed_differs(published, monkeypatch):
    import mtlpaper.chapters.toy.experiment as module

    def broken(*_):
        raise ValueError("`point` must be small")

    monkeypatch.setattr(module, "draw", broken)
    code, out, _ = verify(published, "--fraction", 0.2)
    assert code == 1
    assert "x published a value, recomputed ValueError: `point` must be small" in out


def test_neither_store_nor_cluster_has_a_say(published, tmp_path, monkeypatch):
    """A stored number would vouch for itself; and the environment is put back."""
    import mtlpaper.chapters.toy.experiment as module

    seen = []
    draw = module.draw

    def watched(unit):
        import os

        seen.append((os.environ.get(STORE), os.environ.get(SCHEDULER)))
        return draw(unit)

    monkeypatch.setattr(module, "draw", watched)
    monkeypatch.setenv(STORE, str(tmp_path / "store"))
    monkeypatch.setenv(SCHEDULER, "tcp://nowhere:1")
    assert verify(published, "--all")[0] == 0
    assert seen == [(None, None)] * 5
    assert not (tmp_path / "store").exists()
    import os

    assert os.environ[STORE] == str(tmp_path / "store")
    assert os.environ[SCHEDULER] == "tcp://nowhere:1"


def test_two_processes_give_what_one_does(published, monkeypatch):
    from toy.repository import python_path

    monkeypatch.setenv("PYTHONPATH", python_path())
    one = verify(published, "--all", "--seed", 1)
    two = call("verify", "--root", published, "--jobs", 2, "--all", "--seed", 1)
    assert two[1].splitlines()[3:] == one[1].splitlines()[3:]


# ----------------------------------------------------------------------------------- what is drawn


def checks(name: str, n: int, seconds: float = 1.0) -> list[Check]:
    over = {"point": Labels(range(n), "point")}
    grid = Grid(over, lambda point: point, abs, {"x": Variable((), "a number")})
    return [Check(name, grid, Cell({"point": i}, (i,), i), seconds) for i in range(n)]


GRID = {"a": checks("a", 200), "b": checks("b", 30), "c": checks("c", 1)}


def names(sample: list[Check]) -> list[str]:
    return [str(check) for check in sample]


def test_the_same_seed_draws_the_same_units():
    one, again, other = (archive.draw(GRID, fraction=0.1, seed=seed) for seed in (7, 7, 8))
    assert names(one) == names(again)
    assert names(one) != names(other)
    alone = archive.draw({"b": GRID["b"]}, fraction=0.1, seed=7)
    assert names(alone) == [name for name in names(one) if name.startswith("b")]


def test_a_sample_is_a_share_of_every_experiment_and_at_least_one():
    sample = archive.draw(GRID, fraction=0.1, seed=1)
    counts = {name: sum(check.experiment == name for check in sample) for name in GRID}
    assert counts == {"a": 20, "b": 3, "c": 1}
    assert len(set(names(sample))) == len(sample)
    assert sorted(names(archive.draw(GRID, fraction=1.0, seed=1))) == sorted(
        name for of in GRID.values() for name in names(of)
    )


def test_every_unit_has_the_same_chance():
    n = 2000
    drawn = [archive.draw({"a": GRID["a"][:10]}, fraction=0.2, seed=seed) for seed in range(n)]
    counts = np.bincount(
        [check.cell.labels["point"] for sample in drawn for check in sample], minlength=10
    )
    # A binomial of mean 400 scatters by 18; five times that.
    assert np.abs(counts - 0.2 * n).max() < 90


def test_a_time_is_kept_and_reaches_every_experiment():
    grid = {**GRID, "slow": [*checks("slow", 3, seconds=50.0), *checks("slow", 4, seconds=2.0)]}
    sample = archive.draw(grid, fraction=1.0, seed=4, seconds=20.0)
    assert sum(check.seconds for check in sample) <= 20.0
    assert {check.experiment for check in sample} == set(grid)
    assert sum(check.seconds for check in sample) > 18.0  # and it is used
    # A fraction bounds it from the other side.
    few = archive.draw(grid, fraction=0.02, seed=4, seconds=1000.0)
    assert sum(check.experiment == "a" for check in few) == 4
    # Where nothing fits, the cheapest stands for its experiment.
    tight = archive.draw({"slow": grid["slow"]}, fraction=1.0, seed=4, seconds=0.1)
    assert [check.seconds for check in tight] == [2.0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fraction": 0.0}, "`fraction` must be a number in"),
        ({"fraction": 1.1}, "`fraction` must be a number in"),
        ({"seed": -1}, "`seed` must be an integer >= 0"),
        ({"seconds": 0.0}, "`seconds` must be a number > 0"),
    ],
)
def test_nonsense_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        archive.draw(GRID, **({"fraction": 0.1, "seed": 1} | changes))


def test_the_seed_is_told_and_repeats_the_sample(published):
    _, out, _ = verify(published, "--fraction", 0.4)
    seed = re.search(r"seed (\d+),", out)[1]
    again = verify(published, "--fraction", 0.4, "--seed", seed)[1]
    assert again == out


# ------------------------------------------------------------------------------------ bad requests


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "there is no experiment 'nobody'"),
        (["rem"], "results/ holds no data of rem; it holds toy"),
        (["--fraction", 0], "`--fraction` must be a number in (0, 1], got 0"),
        (["--fraction", 2], "`--fraction` must be a number in (0, 1], got 2"),
        (["--seconds", -1], "`--seconds` must be a number > 0, got -1"),
        (["--seconds", "inf"], "`--seconds` must be a number > 0, got inf"),
        (["--all", "--fraction", 0.1], "`--all` leaves nothing to choose"),
        (["--all", "--seconds", 3], "`--all` leaves nothing to choose"),
        (["--seed", -1], "Invalid value for '--seed'"),
        (["--seed", "x"], "Invalid value for '--seed'"),
    ],
)
def test_bad_requests_are_explained(published, arguments, words):
    code, _, err = verify(published, *arguments)
    assert code == 2
    assert words in err


def test_without_published_results_there_is_nothing_to_verify(root):
    code, _, err = verify(root)
    assert code == 2
    assert "manifest.json; `mtlpaper publish` writes it" in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda values: values.update(n=4), "made with other parameters than the manifest says"),
        (lambda values: values.pop("cap"), "made with other parameters than the manifest says"),
    ],
)
def test_parameters_have_to_be_those_of_the_data(published, change, words):
    listed = manifest(published)
    change(listed["toy"]["parameters"])
    (published / "results" / "manifest.json").write_text(json.dumps(listed))
    code, _, err = verify(published)
    assert code == 2
    assert words in err


def test_parameters_have_to_be_those_of_today(published, monkeypatch):
    fields = {name: field for name, field in Toy.model_fields.items() if name != "cap"}
    monkeypatch.setattr(Toy, "__pydantic_fields__", fields)
    code, _, err = verify(published)
    assert code == 2
    assert "toy has other parameters by now: cap" in err


def test_the_package_has_a_folder_of_published_results():
    """What is committed is as its manifest says; numbers are checked by `mtlpaper verify`."""
    root = Path(__file__).resolve().parents[1]
    assert (root / "results" / "README.md").is_file()
    if (root / "results" / "manifest.json").exists():
        assert archive.file_faults(root) == []
        assert {one.name for one in archive.read(root)} <= {
            settings(name).name for name in chapters()
        }
