"""What CONTRIBUTING shows, made from its text: a chapter under every command, and two methods."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]
NAME = "turned_labels"
PAGES = {
    "index.md": "# A small book\n\n```{include} _generated/chapters.md\n```\n",
    "settings.md": "# Settings\n\n```{include} _generated/settings.md\n```\n",
    "api.md": "# Code\n\n```{eval-rst}\n.. automodule:: mtlpaper.chapters.turned_labels.figures\n"
    "   :members:\n```\n",
}
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/settings
  - file: book/api
  - file: notebooks/turned_labels
"""


def blocks() -> dict[str, str]:
    """Text of every file that CONTRIBUTING shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return dict(re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A source tree with all that is shown, whose only chapter is the new one."""
    root = tmp_path_factory.mktemp("tree")
    other = [path.name for path in (ROOT / "mtlpaper" / "chapters").iterdir() if path.is_dir()]

    def ignored(folder, names):
        chapters = {*other} - {"common"} if Path(folder).name == "chapters" else set()
        return {"__pycache__", *chapters} & {*names}

    shutil.copytree(ROOT / "mtlpaper", root / "mtlpaper", ignore=ignored)
    document = root / "mtlpaper" / "documents" / "lee2019" / "__init__.py"
    # Its abstract rests on claims that other chapters decide.
    document.write_text(document.read_text().replace("abstract=ABSTRACT", "abstract=()"))
    for name in ("_config.yml", "pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, root)
    for folder in ("_assets", "_templates"):
        shutil.copytree(ROOT / "book" / folder, root / "book" / folder)
    shutil.copy(ROOT / "book" / "references.bib", root / "book")
    for name, text in PAGES.items():
        (root / "book" / name).write_text(text)
    for name, text in blocks().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".ipynb"):
            cells = [cell_of(cell) for cell in re.split("^# %%", text, flags=re.MULTILINE) if cell]
            made = new_notebook(cells=[new_markdown_cell("# Turned labels"), *cells])
            made.metadata = {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                "language_info": {"name": "python", "pygments_lexer": "ipython3"},
            }
            nbformat.write(made, root / name)
        else:
            (root / name).write_text(text)
    (root / "mtlpaper" / "chapters" / NAME / "__init__.py").write_text('"""Turned labels."""\n')
    (root / "_toc.yml").write_text(TOC)
    return root


def cell_of(text: str) -> nbformat.NotebookNode:
    """Read a cell with its metadata in the first line, as in jupytext's percent format."""
    metadata, _, source = text.partition("\n")
    named = re.findall(r"(\w+)=(.*?)(?= \w+=|$)", metadata)
    values = {name: json.loads(value) for name, value in named}
    return new_code_cell(source.strip(), metadata=values)


def program(tree: Path, *arguments: str, code: int = 0) -> str:
    return python(tree, "-m", "mtlpaper", *arguments, code=code)


def python(tree: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "MTLPAPER_JOBS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_chapter_goes_through_every_command(tree):
    assert "How many labels does the noise turn?" in program(tree, "list")
    assert "sigma" in program(tree, "show", NAME)
    program(tree, "run", NAME, "--preset", "quick", "-p", "n_seeds=3", "--out", "mine")
    assert (tree / "mine" / "turned-labels.svg").is_file()
    program(tree, "book", "--preset", "quick")
    page = (tree / "_build" / "html" / "notebooks" / f"{NAME}.html").read_text(encoding="utf-8")
    assert "turned-labels.svg" in page
    front = (tree / "_build" / "html" / "book" / "index.html").read_text(encoding="utf-8")
    assert re.search(r" size turns <.*>\d+</span></span> % of the labels\.<", front)
    assert NAME in (tree / "_build" / "html" / "book" / "settings.html").read_text(encoding="utf-8")
    assert "1 of 1 figures are fresh" in program(tree, "status", "--preset", "quick")
    program(tree, "publish", "--preset", "quick", "--allow-dirty")
    checked = program(tree, "verify", "--all")
    assert "sample: seed" in checked
    assert "15 of 15 units" in checked
    figures = tree / "mtlpaper" / "chapters" / NAME / "figures.py"
    figures.write_text(figures.read_text().replace("style.BLUE", "style.GREEN"))
    assert "0 of 1 figures are fresh" in program(tree, "status", "--preset", "quick")
    experiment = tree / "mtlpaper" / "chapters" / NAME / "experiment.py"
    experiment.write_text(experiment.read_text().replace("noisy != clean", "noisy == clean"))
    assert "differs" in program(tree, "verify", "--all", code=1)


METHODS = """
import dataclasses
import numpy as np
import torch
from mtlpaper.benefit import Problem, Training, Unit
from mtlpaper.methods.rule import Seen
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.sharing import Sharing, sharing
from mtlpaper.methods.structures import STRUCTURES
from mtlpaper.methods.structures.shared_private import PRICE
from mtlpaper.methods.units import Ruled, ruled

sizes = {"N1": 8, "N3": 3, "rank": 3, "n_train": 30, "n_aux": 40}
tasks = {"S_A": 5.0, "S_B": (5.0,), "r_AB": (0.0, 1.0), "sigma": 0.0}
rules = {"noise": "weight", "label_rule": "argmax", "inputs": "separate"}
problem = Problem(**sizes, **tasks, **rules, seed=1, replicate=0)
unit = Unit(problem, Training(0.1, 10.0, 1.0, 64, 2, 20, "cpu", "float64"), 8, 0.3, "orthogonal")

J = torch.tensor([[[1.0, 0.0], [-2.0, 3.0]], [[1.0, 0.0], [2.0, 3.0]]]).double()
seen = Seen(torch.ones(2, 2).double(), J @ J.transpose(1, 2))
trunk, heads = RULES["one_sided"](torch.ones(2).double()).weights(seen)
assert (trunk[:, None] @ J)[:, 0].tolist() == [[1.0, 3.0], [3.0, 3.0]], trunk
assert (heads == 1).all()
losses = {name: ruled(Ruled(unit, name))["loss"] for name in ("one_sided", "fixed")}
assert losses["one_sided"].shape == (5, 3, 2)
assert np.allclose(losses["one_sided"][:, 0], losses["fixed"][:, 0], atol=1e-12)  # alone
assert not np.allclose(losses["one_sided"][:, 1], losses["fixed"][:, 1], atol=1e-3)

# A task alone has no use for the trunk that is dearer: it pays the price of its own.
hard, found = STRUCTURES["hard"], sharing(Sharing(unit, "shared_private"))["loss"]
strengths = tuple(PRICE * strength for strength in hard.strengths)
STRUCTURES["cheaper"] = dataclasses.replace(hard, strengths=strengths)
cheaper, plain = (sharing(Sharing(unit, name))["loss"] for name in ("cheaper", "hard"))
assert np.allclose(found[:, 0], cheaper[:, 0], atol=1e-3), found[:, 0] - cheaper[:, 0]
assert not np.allclose(found[:, 0], plain[:, 0], atol=1e-3)
assert not np.allclose(found[:, 1:], cheaper[:, 1:], atol=1e-3)
"""


def test_a_rule_and_a_way_of_sharing_are_a_file_each(tree):
    assert python(tree, "-c", METHODS) == ""
