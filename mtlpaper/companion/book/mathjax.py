"""MathJax without a network: copied out of the package ``sphinx-mathjax-offline``.

That package's own Sphinx extension copies all 24 MB of MathJax; a page needs one script, the fonts
and, for rarer TeX macros, small extensions loaded on demand.
"""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

from mtlpaper.companion.book.errors import PublishError

DISTRIBUTION = "sphinx-mathjax-offline"
SCRIPT = "tex-chtml.js"
#: Copied beside the script: fonts, and the TeX extensions that MathJax loads when a macro asks.
FOLDERS = ("output/chtml/fonts/woff-v2", "input/tex/extensions")
#: Extensions not worth their size: everything in one file, and macros of other sciences.
LEFT_OUT = ("all-packages.js", "mhchem.js", "physics.js", "bussproofs.js")


def copy_mathjax(target: Path) -> None:
    """Copy what the book needs of MathJax to the folder ``target``.

    Raises
    ------
    PublishError
        Where the package is not installed or does not hold what it should.
    """
    source = _installed()
    target.mkdir(parents=True)
    shutil.copy(source / SCRIPT, target / SCRIPT)
    for folder in FOLDERS:
        shutil.copytree(source / folder, target / folder, ignore=shutil.ignore_patterns(*LEFT_OUT))


def _installed() -> Path:
    # The package's folder has hyphens in its name, so it cannot be imported; ask its metadata.
    try:
        files = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        raise PublishError(f"{DISTRIBUTION} is not installed; install mtlpaper[book]") from None
    for file in files:
        if file.name == SCRIPT:
            return Path(str(file.locate())).parent
    raise PublishError(f"{DISTRIBUTION} holds no {SCRIPT}")
