"""A digest changes with the code that computes, and with nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from toy.units import draw

from mtlpaper.companion.sweeps import SourceChangedError
from mtlpaper.companion.sweeps.digest import code_digest
from mtlpaper.companion.sweeps.keys import Code, code_of
from mtlpaper.companion.sweeps.sources import closure, combined, module_digests, source_digest
from mtlpaper.companion.sweeps.worker import require_code
from mtlpaper.dynamics import theories

BASE = '''\
"""A module."""

import math


def area(r: float) -> float:
    """The area of a disc."""
    # Archimedes
    return math.pi * r**2
'''
FILES = {
    "__init__.py": '"""A package."""\n',
    "base.py": BASE,
    "solid.py": "from pkg.base import area\n\n\ndef volume(r, h):\n    return area(r) * h\n",
    "late.py": "def total():\n    from pkg import solid\n\n    return solid.volume(1, 2)\n",
    "typed.py": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pkg.base import area\n"
        "else:\n    import pkg.other\n"
    ),
    "other.py": "import numpy\n",
    "sub/__init__.py": "from . import one\n",
    "sub/one.py": "from ..base import area\n",
    "sub/two.py": "from pkg.sub import *\n",
    "found/__init__.py": (
        "from pkgutil import iter_modules\n\nNAMES = [m.name for m in iter_modules(__path__)]\n"
    ),
    "found/one.py": "import pkg.other\n",
}


@pytest.fixture
def package(tmp_path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "pkg"


def reached(package: Path, root: str, **options) -> set[str]:
    return set(closure([f"pkg.{root}"], {"pkg": package}, **options))


def digest(package: Path, root: str) -> str:
    return combined(module_digests(closure([f"pkg.{root}"], {"pkg": package})))


@pytest.mark.parametrize(
    ("root", "modules"),
    [
        ("base", "base"),
        ("solid", "base solid"),
        ("late", "base solid late"),  # imported inside a function
        ("typed", "typed other"),  # not what only a type checker reads
        ("other", "other"),
        ("sub.one", "base sub sub.one"),  # relative, and through the package above
        ("sub.two", "base sub sub.one sub.two"),
    ],
)
def test_a_module_reaches_what_it_imports(package, root, modules):
    assert reached(package, root) == {"pkg", *(f"pkg.{name}" for name in modules.split())}


def test_modules_can_be_left_out(package):
    assert reached(package, "late", without=["pkg.solid"]) == {"pkg", "pkg.late"}
    assert reached(package, "sub.one", without=["pkg.sub"]) == {"pkg"}


def test_an_unknown_root_is_refused(package):
    with pytest.raises(ValueError, match=r"`roots` must be modules with a source file"):
        closure(["sys"], {"pkg": package})


@pytest.mark.parametrize(
    ("old", "new", "matters"),
    [
        ("# Archimedes", "# somebody", False),
        ("    # Archimedes\n", "", False),
        ("The area of a disc.", "An area.", False),
        ('    """The area of a disc."""\n', "", False),
        ('"""A module."""', "", False),
        ("math.pi * r**2", "(math.pi\n            * r ** 2)", False),
        ("\n\n\ndef", "\n\n\n\n\ndef", False),
        ("r**2", "r**3", True),
        ("r**2", "r**2.0", True),
        ("r: float", "r: float = 1.0", True),
        ("math.pi * r", "r * math.pi", True),
        ("import math\n", "import math\n\nUNUSED = 1\n", True),
        ("return", '"a text in the middle"\n    return', True),
    ],
)
def test_code_counts_and_prose_does_not(package, old, new, matters):
    path = package / "base.py"
    assert old in BASE
    before = digest(package, "base")
    path.write_text(BASE.replace(old, new, 1))
    assert (digest(package, "base") != before) == matters


@pytest.mark.parametrize(
    ("edited", "dependents"),
    [
        ("base", {"base", "solid", "late", "sub.one", "sub.two"}),
        ("solid", {"solid", "late"}),
        ("late", {"late"}),
        ("other", {"other", "typed", "found"}),
        ("found.one", {"found"}),
        ("sub.one", {"sub.one", "sub.two"}),
    ],
)
def test_an_edit_changes_exactly_the_dependents(package, edited, dependents):
    roots = ["base", "solid", "late", "typed", "other", "sub.one", "sub.two", "found"]
    before = {root: digest(package, root) for root in roots}
    with (package / f"{edited.replace('.', '/')}.py").open("a") as file:
        file.write("\nADDED = 1\n")
    assert {root for root in roots if digest(package, root) != before[root]} == dependents


@pytest.mark.parametrize(
    "name", ["base.py~", "base.py.orig", "base.pyi", "base.csv", ".base.py.swp"]
)
def test_files_that_no_import_names_do_not_count(package, name):
    before = digest(package, "sub.two")
    (package / "sub" / name).write_text("left by an editor")
    (package / name).write_text("left by an editor")
    assert digest(package, "sub.two") == before


def test_the_package_is_code_only():
    """A file of data that a run reads would change its results, and no digest would tell."""
    root = Path(theories.__file__).parents[2]
    command = ["git", "-C", str(root), "ls-files", "mtlpaper"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode or not listed.stdout:
        pytest.skip("only a clone tells which files belong to the package")
    strange = [name for name in listed.stdout.split() if not name.endswith((".py", "/py.typed"))]
    # Code holds its checksum (`test_published.py`).
    assert strange == ["mtlpaper/documents/lee2019/published.json"]


# ------------------------------------------------------------------------------ on every Python

#: What Pythons write into their trees in different ways, and the digest all of them must give.
PINNED = {
    "def f(x): return x\n": "fcd9b8dda7c45ed0",
    "class A(B): x = u'é'\n": "27b3daea4fbd98a1",
    "f'{x!r:>{w}}'\n": "eb0ec85386726c69",
    "f'{x:}' f'' 'b'\n": "d2a525aef31dd039",
    "{**a}, [], f()\n": "5b7f932717c5bd1d",
    "'' if x else ['']\n": "977d4e84fb17e286",
}


@pytest.mark.parametrize("source", PINNED)
def test_a_digest_is_the_same_on_every_python(source):
    assert code_digest(source.encode())[:16] == PINNED[source]


def test_other_pythons_give_the_package_s_digests():
    folder = Path(theories.__file__).parents[1]
    found = {}
    for python in [sys.executable, *(f"python3.{minor}" for minor in (11, 12, 13, 14))]:
        command = [python, "-I", "-c", DIGESTS, str(folder)]
        if shutil.which(python) and subprocess.run([python, "-V"], check=False).returncode == 0:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[python] = done.stdout
    assert len(set(found.values())) == 1
    assert len(found[sys.executable].split()) == len(list(folder.rglob("*.py")))
    if len(found) == 1:
        pytest.skip("no other Python is here to compare with")


DIGESTS = """
import pathlib, runpy, sys
folder = pathlib.Path(sys.argv[1])
digest = runpy.run_path(str(folder / "companion" / "sweeps" / "digest.py"))["code_digest"]
for path in sorted(folder.rglob("*.py")):
    print(digest(path.read_bytes()))
"""


# ---------------------------------------------------------------------------- functions as they are


def test_the_carrier_is_no_part_of_what_computes(tmp_path, monkeypatch):
    """On a copy of the package: an edit of the sweeps leaves stored numbers good, one of the
    theory does not.
    """
    copied = tmp_path / "mtlpaper"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(theories.__file__).parents[1], copied, ignore=ignored)
    before = source_digest(theories.follow_theory)
    monkeypatch.setattr("mtlpaper.__file__", str(copied / "__init__.py"))
    for name in ("sweeps/driver.py", "style.py", "runs/kernel.py"):
        with (copied / "companion" / name).open("a") as file:
            file.write("\nADDED = 1\n")
    assert source_digest(theories.follow_theory) == before
    with (copied / "gibbs" / "rank_one.py").open("a") as file:
        file.write("\nADDED = 1\n")
    with pytest.raises(SourceChangedError, match=r"mtlpaper.gibbs.rank_one changed since"):
        source_digest(theories.follow_theory)


def test_a_function_must_be_importable():
    with pytest.raises(ValueError, match="`function` must be importable"):
        source_digest(lambda unit: unit)


def test_a_worker_with_other_code_is_refused():
    ours = code_of(draw)
    require_code(draw, ours)
    with pytest.raises(SourceChangedError, match=r"another source of toy\.units"):
        require_code(draw, Code("0" * 64, ours.versions))
    versions = tuple((name, "1.0" if name == "numpy" else has) for name, has in ours.versions)
    with pytest.raises(
        SourceChangedError, match=r"a worker has numpy \S+, not 1\.0 as the process"
    ):
        require_code(draw, Code(ours.source, versions))


EDITED = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from pkg.solid import volume
from mtlpaper.companion.sweeps.sources import source_digest
from mtlpaper.dynamics import theories
from mtlpaper.companion.sweeps import SourceChangedError
before = source_digest(volume)
base = pathlib.Path(sys.argv[1]) / "pkg" / "base.py"
text = base.read_text()
base.write_text(text.replace("# Archimedes", "# Euclid"))
assert source_digest(volume) == before
base.write_text(text.replace("r**2", "r**3"))
try:
    source_digest(volume)
except SourceChangedError as error:
    assert "pkg.base changed since this process loaded it" in str(error), error
    sys.exit(17)
"""


def test_code_that_changed_since_it_was_loaded_is_refused(package):
    """A kernel left open while a module is edited would store old numbers under a new name."""
    command = [sys.executable, "-c", EDITED, str(package.parent)]
    assert subprocess.run(command, check=False).returncode == 17
    shutil.rmtree(package / "__pycache__", ignore_errors=True)
