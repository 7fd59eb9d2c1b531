"""Digests of the code that computes: a module and all it imports.

Comments, docstrings and layout do not count, so a stored number stays valid when they change; it is
computed again when any other code changes.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any

import mtlpaper
from mtlpaper.companion.sweeps.digest import code_digest
from mtlpaper.companion.sweeps.errors import SourceChangedError
from mtlpaper.errors import require

#: Left out: it stores results and does not change them; its files have a version of their own.
_CARRIER = "mtlpaper.companion.sweeps"
#: Digest of each module when this process first asked, which is when it was loaded or soon after.
_seen: dict[str, str] = {}


def source_digest(function: Callable[..., Any]) -> str:
    """Return a digest of the code that a function runs: its module and all that imports.

    Parameters
    ----------
    function : callable
        Of the top level of an importable module. Imports are followed into the module's own
        package and into ``mtlpaper``, except for this package, which only carries results.

    Raises
    ------
    ValueError
        If `function` is not importable by its name.
    SourceChangedError
        If one of the modules differs from what it was when this process first asked: what is
        loaded is then no longer what the file says.
    """
    name = function.__module__
    require(_importable(function), "function", function, "importable from the top of a module")
    packages = {top: _folder(top) for top in ("mtlpaper", name.partition(".")[0])}
    digests = module_digests(closure([name], packages, without=[_CARRIER]))
    changed = sorted(name for name, digest in digests.items() if _seen.get(name, digest) != digest)
    if changed:
        raise SourceChangedError(
            f"the source of {', '.join(changed)} changed since this process loaded it; start the "
            "process (kernel, program or cluster worker) again"
        )
    _seen.update(digests)
    return combined(digests)


def package_folder() -> Path:
    """Return the folder of the package ``mtlpaper``."""
    return Path(mtlpaper.__file__).resolve().parent


def closure(
    roots: Collection[str],
    packages: Mapping[str, Path],
    *,
    without: Collection[str] = (),
) -> dict[str, Path]:
    """Return the modules that some modules import, directly or not, with their files.

    Parameters
    ----------
    roots : collection of str
        Modules to begin with; they may lie elsewhere than their package does.
    packages : mapping
        Where each top-level package lies; imports of others are not followed.
    without : collection of str
        Modules or packages to leave out.

    Returns
    -------
    dict
        Path by name, sorted. It holds the roots, every package above them, and whatever their
        import statements name, including those inside functions but not those that only a type
        checker reads; of packages that find their modules by ``iter_modules(__path__)``, all.

    Raises
    ------
    ValueError
        If there is no module of a root's name.
    """
    found = {name: _path(name, packages) or _elsewhere(name) for name in roots}
    todo = [*found, *(parent for name in roots for parent in _parents(name))]
    while todo:
        name = todo.pop()
        path = found.get(name) or _path(name, packages)
        if path is None or any(_within(name, other) for other in without):
            found.pop(name, None)
            continue
        found[name] = path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        named = [_absolute(target, package) for target in _parsed(path.read_bytes())[1]]
        if b"iter_modules(__path__)" in path.read_bytes():  # it loads whatever its folder holds
            named += [f"{name}.{other.stem}" for other in path.parent.glob("[!_]*.py")]
        todo += {up for target in named for up in _parents(target)} - found.keys()
    return dict(sorted(found.items()))


def module_digests(modules: Mapping[str, Path]) -> dict[str, str]:
    """Return each module's digest."""
    return {name: _parsed(path.read_bytes())[0] for name, path in modules.items()}


def combined(digests: Mapping[str, str]) -> str:
    """Return one digest of many."""
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=4096)
def _parsed(source: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the digest of a module's code and the names it imports."""
    return code_digest(source), tuple(sorted(set(_imports(ast.parse(source)))))


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield the names that a tree imports, relative ones with their dots."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        dot = "" if base.endswith(".") else "."
        yield from (f"{base}{dot}{alias.name}" for alias in node.names)
    elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        yield from (name for child in node.orelse for name in _imports(child))
    else:
        yield from (name for child in ast.iter_child_nodes(node) for name in _imports(child))


def _absolute(name: str, package: str) -> str:
    return resolve_name(name, package) if name.startswith(".") else name


def _parents(name: str) -> list[str]:
    """``a.b.c`` is c in b in a, and loading it runs all three."""
    parts = name.split(".")
    return [".".join(parts[: length + 1]) for length in range(len(parts))]


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _path(name: str, packages: Mapping[str, Path]) -> Path | None:
    top, *rest = name.split(".")
    if top not in packages:
        return None
    base = packages[top].joinpath(*rest)
    candidates = (base / "__init__.py", base.with_name(f"{base.name}.py"))
    return next((path for path in candidates if path.is_file()), None)


def _elsewhere(name: str) -> Path:
    spec = find_spec(name)
    require(bool(spec and spec.has_location), "roots", name, "modules with a source file")
    assert spec is not None  # just required
    return Path(str(spec.origin))


def _folder(top: str) -> Path:
    """Return where a top-level package lies, or would lie if the module were one."""
    if top == "mtlpaper":
        return package_folder()
    path = _elsewhere(top)
    return path.parent if path.name == "__init__.py" else path.with_suffix("")


def _importable(function: Callable[..., Any]) -> bool:
    module = sys.modules.get(function.__module__)
    named = getattr(module, getattr(function, "__qualname__", ""), None)
    return function.__module__ != "__main__" and named is function
