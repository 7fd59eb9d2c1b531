"""Commands as the documentation prints them, pasted into the shells that people use."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from toy import registration
from toy.program import call, reused
from toy.repository import make_repository
from typer.main import get_command

from mtlpaper.companion import runs
from mtlpaper.companion.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").glob("*.md"))]
SHELLS = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}


def documented() -> list[str]:
    """Lines of the pages' console blocks that call the program, with no prompt."""
    blocks = [
        block
        for page in PAGES
        for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    ]
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("mtlpaper ")]


def recorded(root: Path) -> list[str]:
    """Commands that rendered pages offer for running a page again."""
    changes = {"sizes": [3, 4], "rule": "argmax", "cap": None, "rate": 1e-7, "flag": False}
    wide = {"N2": ["N3", "2 N1"], "protocol": ["noisy validation"]}
    return [
        runs.plan("toy", "quick", changes, root=root).command,
        runs.plan("multiverse", "quick", wide).command,
    ]


@pytest.fixture(scope="module")
def commands(tmp_path_factory) -> list[str]:
    with registration.registered():
        root = make_repository(tmp_path_factory.mktemp("repository") / "clone", "toy")
        return [*documented(), *recorded(root)]


@pytest.mark.parametrize("shell", SHELLS)
def test_words_arrive_unchanged_whatever_the_shell(commands, shell, tmp_path):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    stub = tmp_path / "mtlpaper"
    stub.write_text('#!/bin/sh\nprintf "%s\\0" mtlpaper "$@" end\n')
    stub.chmod(0o755)
    # A folder of files that an unquoted pattern would match.
    for name in ("N3=2", "S_A=3", "n_train=1"):
        (tmp_path / name).touch()
    script = tmp_path / "script"
    script.write_text("\n".join(commands) + "\n")
    done = subprocess.run(
        [program, *SHELLS[shell], str(script)],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    seen = [call.split("\0")[:-1] for call in done.stdout.split("end\0")[:-1]]
    # No comments: an interactive zsh hands them to the program.
    assert seen == [shlex.split(command, comments=False) for command in commands]
    assert not any("#" in words for words in seen)


def test_documented_commands_are_understood(monkeypatch):
    """By the options of the command, and by the settings where a run has parameters."""
    monkeypatch.setattr(runs, "execute", reused)
    program = get_command(app)
    assert len(documented()) > 10
    for line in documented():
        _, command, *words = shlex.split(line)
        if command == "run":
            assert call(command, *words)[0] == 0
        else:
            program.commands[command].make_context(command, words)
