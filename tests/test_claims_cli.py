"""``mtlpaper claims``: what it prints, what it refuses, and how it ends."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from claims_data import IDEAL, sourced, sourced_claims
from toy import program
from toy.folder import write_record

from mtlpaper.companion import registry, results
from mtlpaper.companion.claims import all_claims, as_json, by_document, judge_all
from mtlpaper.companion.registry import documents

call = partial(program.call, "claims")


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A clone whose published results are as the paper says."""
    root = tmp_path_factory.mktemp("clone")
    (root / "notebooks").mkdir()
    (root / "results").mkdir()
    for name, build in IDEAL.items():
        results.save(build(), root / "results" / f"{name}.nc")
    verdicts = as_json(judge_all(lambda name: IDEAL[name]()))
    (root / "results" / "verdicts.json").write_text(json.dumps(verdicts))
    return root


@pytest.fixture
def root(published, tmp_path) -> Path:
    """One of which a test may change files: all are links until written anew."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "results").mkdir()
    for path in (published / "results").iterdir():
        (tmp_path / "results" / path.name).symlink_to(path)
    return tmp_path


def rewrite(path: Path, change) -> None:
    data = change(results.load(path))
    path.unlink()
    results.save(data, path)


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_claim_has_its_row(root):
    code, out, err = call("--root", root)
    assert (code, err) == (0, "")
    for name, claim in all_claims().items():
        assert f"({name})" in words(out)
        assert claim.says.split()[0] in out
    tested = [claim.name for claim in all_claims().values() if claim.statistic is not None]
    for document, claims in by_document().items():
        n = sum(claim.name in tested for claim in claims)
        good, bad = (
            ("holds", "fails") if documents()[document].own else ("reproduced", "not reproduced")
        )
        summary = f"{n} {good}, 0 partly, 0 undecided, 0 {bad}"
        of = f"{len(claims)} claims of {documents()[document].cited}"
        assert f"{of}: {summary}, {len(claims) - n} not testable" in out.splitlines()
    assert out.count("✓ reproduced") + out.count("✓ holds") == len(tested)


def test_a_narrow_terminal_folds_names_and_cuts_none(root, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = call("--root", root)
    assert max(map(len, out.splitlines())) == 80
    assert "…" not in out


def test_what_is_not_reproduced_is_explained_under_its_row(root):
    path = root / "results" / "depth.nc"
    rewrite(path, lambda data: data.assign(shift=-data["shift"]))
    code, out, _ = call("--root", root)
    assert code == 0
    row = next(block for block in out.split("\n\n") if "(depth-shift)" in words(block))
    assert row.startswith("✕ not reproduced")
    assert "→ Holds in 0 of 2 parts." in row
    assert "→ Not in: 1 ReLU; 3 ReLU." in row


@pytest.fixture
def by_source(root, monkeypatch) -> Path:
    """Where one claim is judged on sources, and on one of them not as the published verdict."""
    monkeypatch.setattr(registry, "claims", partial(list, sourced_claims("depth-shift")))
    rewrite(root / "results" / "depth.nc", lambda data: sourced(data, "shift"))
    return root


def test_sources_have_their_symbols_in_the_row_and_their_effects_under_it(by_source):
    _, out, _ = call("--root", by_source)
    assert out.split()[:3] == ["Verdict", "Sources", "Claim"]
    row = next(block for block in out.split("\n\n") if "(depth-shift)" in words(block))
    assert words(row).startswith("✓ reproduced ✕ ✓ – Nonlinear")
    assert [line.strip() for line in row.splitlines()[1:]] == [
        "→ authors' published rows: ✕ +0.2000 (+0.1990 to +0.2010) nats, least favourable: 3 ReLU; "
        "0 of 2 parts held",
        "→ our networks (decides): ✓ −0.1000 (−0.1010 to −0.0990) nats, "
        "least favourable: 1 ReLU; 2 of 2 parts held",
        "→ our networks, text's settings: – Not in these data: there is no source = text.",
        "→ Theirs train for longer.",
    ]
    n = sum(bool(claim.sources) for claim in all_claims().values())
    assert [line.partition(": ")[0] for line in out.splitlines()[-3:]] == [
        f"{n} by authors' published rows",
        f"{n} by our networks",
        f"{n} by our networks, text's settings",
    ]


def test_json_has_all_sources_and_strict_compares_them(by_source):
    code, out, err = call("--json", "--strict", "--root", by_source)
    content = json.loads(out)
    found = content["claims"]["depth-shift"]["sources"]
    verdicts = {name: one["verdict"] for name, one in found.items()}
    assert verdicts == {
        "published": "not reproduced",
        "ours": "reproduced",
        "text": "not testable",
    }
    assert found["published"]["low"] == pytest.approx(0.199)
    assert found["text"]["found"] == "Not in these data: there is no source = text."
    counted = content["summary_by_source"]["ours"]
    assert counted["reproduced"] == sum(bool(claim.sources) for claim in all_claims().values())
    assert content["claims"]["row-a"]["sources"] == {}
    assert code == 1
    assert "depth-shift, published: not reproduced, published as reproduced" in err.splitlines()
    assert "depth-shift, text: not testable, published as reproduced" in err.splitlines()
    assert not any(line.startswith("depth-shift:") for line in err.splitlines())


def test_json_is_valid_and_whole(root):
    code, out, _ = call("--json", "--root", root)
    content = json.loads(out)
    assert code == 0
    assert list(content["claims"]) == list(all_claims())
    assert sum(content["summary"].values()) == len(all_claims())
    counted = {name: sum(of.values()) for name, of in content["summary_by_document"].items()}
    assert counted == {documents()[name].cited: len(of) for name, of in by_document().items()}
    row = content["claims"]["figure1-2-classes"]
    assert row["verdict"] == "reproduced"
    assert row["range"] == [None, 5.0]
    assert row["effect"] == pytest.approx(1.0)
    assert content["claims"]["complex-networks"]["effect"] is None


@pytest.mark.parametrize("kind", [[], ["--json"]])
def test_strict_passes_where_all_verdicts_are_the_published_ones(root, kind):
    code, out, err = call("--strict", "--root", root, *kind)
    assert (code, err) == (0, "")
    assert out


def test_strict_names_the_verdicts_that_differ(root):
    path = root / "results" / "depth.nc"
    rewrite(path, lambda data: data.assign(shift=-data["shift"]))
    code, _, err = call("--strict", "--root", root)
    said = ": not reproduced, published as reproduced"
    names = ("depth-shift", "depth-shift, published", "depth-shift, text")
    assert (code, err.splitlines()) == (1, [f"{name}{said}" for name in names])


def test_missing_data_make_claims_untestable_and_strict_fail(root):
    (root / "results" / "depth.nc").unlink()
    code, out, _ = call("--json", "--root", root)
    assert code == 0
    for name, row in json.loads(out)["claims"].items():
        if all_claims()[name].experiment == "depth":
            assert row["verdict"] == "not testable"
            assert "There are no data of depth" in row["explanation"][0]
    code, out, err = call("--strict", "--root", root)
    assert (code, out) == (2, "")
    assert f"{root / 'results'} has no data of depth" in err


def test_without_any_data_there_is_no_scorecard(tmp_path):
    (tmp_path / "notebooks").mkdir()
    code, out, err = call("--root", tmp_path)
    assert (code, out) == (2, "")
    assert f"{tmp_path / 'results'} has no data of figure1" in err


def test_strict_needs_published_verdicts(root):
    (root / "results" / "verdicts.json").unlink()
    code, _, err = call("--strict", "--root", root)
    assert code == 2
    assert "there are no published verdicts" in err


def test_the_runs_of_a_preset(root):
    folder = root / "runs" / "book" / "quick"
    for name, build in IDEAL.items():
        (folder / name).mkdir(parents=True)
        results.save(build(), folder / name / f"{name}.nc")
    write_record(folder / "depth")
    code, out, _ = call("--preset", "quick", "--json", "--strict", "--root", root)
    assert code == 0
    assert json.loads(out)["data"] == str(folder)
    rewrite(folder / "depth" / "depth.nc", lambda data: data.assign(shift=data["shift"] * 2))
    code, out, err = call("--preset", "quick", "--root", root)
    assert (code, out) == (2, "")
    assert "altered since the run that wrote it" in err


def test_published_data_that_the_manifest_does_not_list_as_such_are_refused(root):
    path = root / "results" / "depth.nc"
    manifest = {"depth": {"file": "depth.nc", "sha256": results.checksum(path)}}
    (root / "results" / "manifest.json").write_text(json.dumps(manifest))
    assert call("--root", root)[0] == 0
    rewrite(path, lambda data: data.assign(shift=data["shift"] * 2))
    code, _, err = call("--root", root)
    assert code == 2
    assert "depth.nc was altered" in err


def test_other_results_can_be_named(root):
    code, out, _ = call("--results", root / "results", "--json", "--strict")
    assert code == 0
    assert json.loads(out)["data"] == str(root / "results")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "fast"], "`preset` must be one of paper, quick, got 'fast'"),
        (["--preset", "quick", "--results", "."], "name two sources of data; give one"),
    ],
)
def test_input_that_cannot_be_meant(root, arguments, message):
    code, out, err = call(*arguments, "--root", root)
    assert (code, out) == (2, "")
    assert message in err


def test_the_scorecard_needs_neither_torch_nor_pictures(root):
    heavy = "torch", "matplotlib"
    code = (
        "import sys; from typer.testing import CliRunner; "
        "from mtlpaper.__main__ import app; "
        f"done = CliRunner().invoke(app, ['claims', '--root', {str(root)!r}]); "
        f"print(done.exit_code, [m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 []"
