"""The program as a process: what becomes of its output, and what it needs to be installed."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "mtlpaper"]


def closed_pipe() -> int:
    read, write = os.pipe()
    os.close(read)
    return write


@pytest.mark.parametrize("arguments", [["list"], ["--help"]])
def test_an_output_that_nobody_reads_ends_the_program_in_silence(arguments):
    pipe = closed_pipe()
    done = subprocess.run([*PROGRAM, *arguments], stdout=pipe, stderr=subprocess.PIPE, check=False)
    os.close(pipe)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_in_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PROGRAM, "list"], stdout=full, stderr=subprocess.PIPE, check=False)
    message = b"cannot write to standard output: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_letters_that_the_output_lacks_are_written_as_codes():
    code = (
        "from mtlpaper.companion.cli import program; "
        "program.app = lambda: print('✓ 5 ≤ 6'); program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, rb"\u2713 5 \u2264 6" + b"\n", b"")


def needed(*names: str) -> set[str]:
    """Distributions that these require, and what those require, without any extra."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:  # of another system, or optional
            continue
        requirements = [Requirement(line) for line in lines]
        waiting += [
            r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})
        ]
    return found


def strangers() -> list[str]:
    """Top-level modules that an installation without extras has not."""
    core = needed("mtlpaper", "pip", "setuptools")
    return [
        module
        for module, owners in packages_distributions().items()
        if not core & {canonicalize_name(owner) for owner in owners}
    ]


BLOCKER = """
import sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            return None
        return super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without
"""
CALLS = """
import json, sys
from typer.testing import CliRunner
from mtlpaper.__main__ import app

ended = []
for words in json.loads(sys.argv[1]):
    result = CliRunner().invoke(app, words)
    ended.append([result.exit_code, result.stderr[-300:], repr(result.exception)])
print(json.dumps(ended))
"""


def test_an_installation_without_extras_and_without_a_clone(tmp_path):
    """The package alone, as a wheel holds it, with nothing but what it requires."""
    assert {"sphinx", "sphinx_external_toc", "distributed", "pytest"} <= set(strangers())
    lib = tmp_path / "lib"
    shutil.copytree(ROOT / "mtlpaper", lib / "mtlpaper", ignore=shutil.ignore_patterns("*.pyc"))
    (lib / "sitecustomize.py").write_text(BLOCKER.format(names=strangers()))
    clone, few = ["--root", str(ROOT)], ["-p", "n_s=11", "-p", "N3=[2,10]"]
    (tmp_path / "file").touch()
    calls = {
        "list": (["list"], 0, ""),
        "show": (["show", "rem"], 0, ""),
        "run": (["run", "rem", *few, "--out", "run", *clone], 0, "rem: done"),
        "claims": (["claims", *clone], 0, ""),
        "published": (["published", "rank-3"], 0, ""),
        "redraw": (["redraw", "run/rem.nc", "--out", "figures"], 0, ""),
        "compare": (["compare", "run/rem.nc", "run"], 0, ""),
        "no clone": (["run", "rem"], 2, "name the clone by --root"),
        "no folder": (["run", "rem", "--out", "file", *clone], 2, "`--out` must be a folder"),
        "no book": (["check", *clone], 2, "pip install 'mtlpaper[book]'"),
    }
    words = json.dumps([given for given, _, _ in calls.values()])
    done = subprocess.run(
        [sys.executable, "-c", CALLS, words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(lib)},
        capture_output=True,
        text=True,
        check=True,
    )
    ended = dict(zip(calls, json.loads(done.stdout), strict=True))
    for name, (_, code, message) in calls.items():
        seen, stderr, exception = ended[name]
        assert seen == code, f"{name}: {exception} {stderr}"
        assert message in stderr, name
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["commit"] is None  # the clone lent its notebooks; the code is of no known commit
