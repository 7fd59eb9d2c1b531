"""The files that describe the project agree with each other and with the code."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import runtime_types
import yaml
from hatchling.builders.sdist import SdistBuilder
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from mtlpaper import gibbs

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
REQUIRED = [Requirement(line) for line in PROJECT["dependencies"]]
OPTIONAL = [
    Requirement(line)
    for lines in EXTRAS.values()
    for line in lines
    if not line.startswith(f"{PROJECT['name']}[")  # one extra may include another
]
# The oldest one supported, and the one that the constraints are written for.
REFERENCE_PYTHON = Version("3.11")


def constraint_lines():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pins():
    return {
        canonicalize_name(name): Version(version)
        for name, version in (line.split("==") for line in constraint_lines())
    }


def imported_packages():
    """Top-level names that the package's modules import, lazily or not."""
    for path in (ROOT / "mtlpaper").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module.partition(".")[0]


def test_every_constraint_is_one_exact_public_version():
    # No "+cpu", no address, no path: the file must serve every machine.
    pinned = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*")
    assert [line for line in constraint_lines() if not pinned.fullmatch(line)] == []
    assert len(pins()) == len(constraint_lines())  # none is given twice


def test_every_direct_dependency_is_declared_once_and_pinned_within_its_range():
    direct = {canonicalize_name(one.name): one for one in REQUIRED + OPTIONAL}
    assert len(direct) == len(REQUIRED + OPTIONAL)
    assert [
        str(one) for name, one in direct.items() if not one.specifier.contains(pins()[name])
    ] == []


def test_pins_admit_the_oldest_python_to_its_first_patch():
    """Distributions ship 3.11.2 and the like, and some packages start at a later patch release."""
    wanted = {
        canonicalize_name(distribution.name): distribution.metadata.get("Requires-Python", "")
        for distribution in distributions()
        if Version(distribution.version) == pins().get(canonicalize_name(distribution.name))
    }
    assert wanted  # an environment made without constraints may hold other versions beside
    refuse = {name for name in wanted if REFERENCE_PYTHON not in SpecifierSet(wanted[name])}
    assert not refuse


def test_every_imported_package_is_declared():
    lines = [*EXTRAS["book"], *EXTRAS["cluster"]]
    declared = {canonicalize_name(r.name) for r in [*REQUIRED, *map(Requirement, lines)]}
    distributions = packages_distributions()
    foreign = set(imported_packages()) - set(sys.stdlib_module_names) - {"mtlpaper"}
    undeclared = {
        name
        for name in foreign
        if not declared & {canonicalize_name(d) for d in distributions.get(name, [name])}
    }
    assert not undeclared


def test_conda_brings_python_and_pip_alone_and_pip_this_project_with_every_extra():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert environment["dependencies"] == [
        f"python={REFERENCE_PYTHON}",
        "pip",
        {"pip": ["--constraint constraints.txt", f"--editable .[{','.join(EXTRAS)}]"]},
    ]


def test_oldest_python_is_the_same_everywhere():
    supported = SpecifierSet(PROJECT["requires-python"])
    assert REFERENCE_PYTHON in supported
    assert Version("3.10") not in supported
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py311"
    assert Version(PYPROJECT["tool"]["mypy"]["python_version"]) == REFERENCE_PYTHON


def test_a_source_distribution_holds_all_that_its_commands_need():
    files = {file.distribution_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    tops = {path.partition("/")[0] for path in files}
    assert {"Makefile", "constraints.txt", "environment.yml", "_config.yml", "_toc.yml"} <= tops
    assert {
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "CITATION.cff",
        "codemeta.json",
        "LICENSE",
    } <= tops
    assert {"mtlpaper", "notebooks", "book", "tests", "results", "benchmarks", ".ci"} <= tops
    assert not {"_build", "runs", ".venv"} & tops


def test_citation_names_the_companion_and_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    (paper,) = citation["references"]
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert [author["family-names"] for author in paper["authors"]] == ["Lee", "Ndirango"]
    assert (paper["year"], paper["start"], paper["end"]) == (2019, 15862, 15871)
    assert paper["identifiers"][0]["value"] == "arXiv:1910.13593"


def test_codemeta_says_what_the_project_says_of_itself():
    codemeta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    (paper,) = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["references"]
    assert codemeta == {
        "@context": "https://w3id.org/codemeta/3.0",
        "type": "SoftwareSourceCode",
        "name": PROJECT["name"],
        "version": PROJECT["version"],
        "description": PROJECT["description"],
        "license": f"https://spdx.org/licenses/{PROJECT['license']}",
        "author": [{"type": "Organization", **author} for author in PROJECT["authors"]],
        "keywords": PROJECT["keywords"],
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {PROJECT['requires-python']}",
        "softwareRequirements": [requirement.name for requirement in REQUIRED],
        "referencePublication": [
            {"type": "ScholarlyArticle", "name": paper["title"], "url": paper["url"]}
        ],
    }


@pytest.mark.parametrize("_turn", ["first", "in the next test"])
def test_shapes_are_checked_while_tests_run(_turn):
    # Two axes are asked for. Without the import hook of conftest.py, SciPy would take the vector.
    with pytest.raises(jaxtyping.TypeCheckError, match="N3 N"):
        gibbs.softmax(np.zeros(3))
    for _ in range(runtime_types.CHECKS):  # all that the next test would have left
        gibbs.softmax(np.zeros((3, 1)))


def make(folder, *arguments):
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("pyproject.toml", "constraints.txt"):
        (folder / name).touch()
    return subprocess.run(
        ["make", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def fake_python(folder, script):
    path = folder / "fake-python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return f"PYTHON={path}"


def test_make_lists_its_targets_by_default(tmp_path):
    listing = make(tmp_path).stdout
    for target in ("book", "pdf", "test", "lint", "bench", "serve", "clean"):
        assert re.search(rf"^  {target} +\w", listing, re.MULTILINE)


def test_make_clean_removes_what_can_be_built_anew_in_minutes(tmp_path):
    for name in ("_build/html", "runs/book", "runs/store", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    assert make(tmp_path, "clean").returncode == 0
    assert not (tmp_path / "_build").exists()
    assert all((tmp_path / name).is_dir() for name in ("runs/book", "runs/store", ".venv/bin"))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ('[ "$1" = --version ] && echo Python 3.9.2; exit 1', "needs Python 3.11 or newer"),
        ("case $2 in *ensurepip*) exit 1;; esac", "apt install python3-venv"),
    ],
    ids=["too old", "without venv"],
)
def test_make_says_what_its_python_lacks(tmp_path, script, message):
    run = make(tmp_path, "setup", fake_python(tmp_path, script))
    assert run.returncode != 0
    assert message in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_make_says_when_there_is_no_python(tmp_path):
    run = make(tmp_path, "setup", "PYTHON=no-such-python")
    assert run.returncode != 0
    assert "No 'no-such-python' found" in run.stderr
