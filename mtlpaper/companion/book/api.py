"""The API reference: which modules stand on which page, and the directives that render them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

#: Page of ``book/api/`` to the packages and modules on it, in the order of reading. A module inside
#: a package belongs to the package's page, so a new chapter needs no change here.
PAGES: dict[str, tuple[str, ...]] = {
    "model": ("tasks", "students", "randomness", "gibbs", "spectra", "overlaps", "agreement"),
    "theory": ("theory",),
    "training": ("training", "dynamics", "aligned", "benefit", "methods", "wide"),
    "experiments": (
        "companion.registry",
        "companion.parameters",
        "companion.contract",
        "companion.experiments",
        "companion.style",
        "companion.drawings",
        "documents",
        "chapters",
    ),
    "claims": ("companion.claims",),
    "running": ("notebook", "companion", "errors"),
    "publishing": ("companion.book",),
    "verifying": ("companion.archive", "companion.comparison"),
}
#: The page of modules that no page names; they stand last on it.
OTHERS = "model"


def modules(package: Path) -> list[str]:
    """Return the dotted names of the public modules of a package, itself left out, sorted."""
    return sorted(_walk(package, package.name))


def _walk(folder: Path, dotted: str) -> Iterator[str]:
    for path in folder.iterdir():
        if path.name.startswith(("_", ".")):
            continue
        if (path / "__init__.py").is_file():
            yield f"{dotted}.{path.name}"
            yield from _walk(path, f"{dotted}.{path.name}")
        elif path.suffix == ".py":
            yield f"{dotted}.{path.stem}"


def api_pages(package: Path) -> dict[str, str]:
    """Return, for every page of the API reference, the MyST Markdown that documents its modules.

    Parameters
    ----------
    package : Path
        Folder of the package.

    Returns
    -------
    dict
        Page name to text.
    """
    texts: dict[str, list[str]] = {page: [] for page in PAGES}
    homes = {member: page for page, members in PAGES.items() for member in members}
    order = {member: place for place, member in enumerate(homes)}

    def member(module: str) -> str:
        """The longest of the names above that the module is or lies in."""
        name = module.partition(".")[2]
        while name and name not in homes:
            name = name.rpartition(".")[0]
        return name

    found = sorted(modules(package), key=lambda name: (order.get(member(name), len(order)), name))
    for module in found:
        texts[homes.get(member(module), OTHERS)].append(_section(module))
    return {page: "\n".join(sections) for page, sections in texts.items()}


def _section(module: str) -> str:
    return f"## `{module}`\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n"
