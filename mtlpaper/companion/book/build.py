"""From runs to a book: stage, let Jupyter Book render, check the pages, put them in place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sphinx_external_toc.parsing import parse_toc_yaml

import mtlpaper
from mtlpaper.companion.book.check import check_pages
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.lighten import lighten
from mtlpaper.companion.book.pdf import write_pdf
from mtlpaper.companion.book.stage import stage
from mtlpaper.companion.book.tips import add_tips
from mtlpaper.companion.book.unchanged import STAMP, inputs_digest, is_current, write_stamp

#: Warnings, also of references that lead nowhere, fail the build, after all were collected.
STRICT = ("-W", "-n", "--keep-going")
ENTRY = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url={front}">
<link rel="icon" href="_static/favicon.svg">
<title>To the front page</title>
<main><h1><a href="{front}">To the front page</a></h1></main>
</html>
"""
#: Lines of a failing build that say what is wrong.
COMPLAINT = re.compile(r"WARNING|ERROR|CRITICAL|[Ee]xception|Error:")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
#: How many complaints, or faults, a message shows at most.
SHOWN = 20


def build_book(
    root: Path, runs: Mapping[str, Path], out: Path, *, preset: str, pdf: bool = False
) -> bool:
    """Render the book of a source tree and its runs, check it, and put it at ``out``.

    The committed files are only read. A build that fails at any step leaves a former book at
    ``out`` as it was; the staged source and the log stay beside it for inspection.

    Parameters
    ----------
    root : Path
        The source tree, with ``_config.yml``, ``_toc.yml``, ``book/`` and ``notebooks/``.
    runs : mapping
        Experiment name to its run folder (``NAME.ipynb`` executed, ``NAME.nc``, figures and
        ``run.json``), one for every notebook of the table of contents.
    out : Path
        Folder of the finished book, replaced as a whole. Its parent also receives ``stage/`` and
        ``sphinx.log``.
    preset : str
        Preset of the runs; shown on the pages where it is not ``paper``.
    pdf : bool
        Whether to print all pages into one PDF as well, which the front page then links.

    Returns
    -------
    bool
        Whether it was rendered; not where the book at ``out`` is the one that its inputs give.

    Raises
    ------
    PublishError
        Where staging, rendering or the page check fails; the message says what to mend.
    """
    staged = out.parent / "stage"
    log = out.parent / "sphinx.log"
    shutil.rmtree(staged, ignore_errors=True)
    stage(root, runs, staged, preset=preset, pdf=pdf)
    inputs = inputs_digest(staged)
    if is_current(out, inputs):
        return False
    html = render(staged, log)
    add_tips(html)
    lighten(html)
    _write_entry(html, staged / "_toc.yml")
    if pdf:
        write_pdf(html, staged / "_toc.yml")
    faults = check_pages(html, staged / "_toc.yml")
    if faults:
        listed = _listed([str(fault) for fault in faults])
        raise PublishError(f"the page check found {len(faults)} fault(s):\n{listed}")
    out.with_name(STAMP).unlink(missing_ok=True)
    _swap(html, out)
    write_stamp(out, inputs)
    return True


def render(staged: Path, log: Path) -> Path:
    """Let Jupyter Book render a staged source from scratch, every warning an error.

    Parameters
    ----------
    staged : Path
        The staged source.
    log : Path
        File that receives everything the build printed.

    Returns
    -------
    Path
        The folder of pages.

    Raises
    ------
    PublishError
        With the last warnings of the build.
    """
    shutil.rmtree(staged / "_build", ignore_errors=True)
    call = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    call += ["build", *STRICT, str(staged)]
    done = subprocess.run(
        call,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    text = ANSI.sub("", done.stdout).replace(f"{staged}{os.sep}", "")
    log.write_text(text, encoding="utf-8")
    html = staged / "_build" / "html"
    if done.returncode != 0 or not html.is_dir():
        raise PublishError(f"Jupyter Book failed (log: {log}):\n{_complaints(text)}")
    return html


def _write_entry(html: Path, toc: Path) -> None:
    """Replace Jupyter Book's bare redirection by a page with a title, an icon and a link."""
    front = f"{parse_toc_yaml(toc).root.docname}.html"
    if front != "index.html":
        (html / "index.html").write_text(ENTRY.format(front=front), encoding="utf-8")


def _environment() -> dict[str, str]:
    """Return the build's environment: plain text, and the very package that runs now.

    Without ``SOURCE_DATE_EPOCH``: the pages bear no time, and Sphinx would let its year take the
    copyright's place.
    """
    here = str(Path(mtlpaper.__file__).parents[1])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    given = {
        **os.environ,
        "NO_COLOR": "1",
        "PYTHONPATH": path,
        "PYTHONSAFEPATH": "1",  # no modules from the folder where the user happens to be
        "PYTHONWARNINGS": "ignore",
    }
    given.pop("SOURCE_DATE_EPOCH", None)
    return given


def _complaints(text: str) -> str:
    lines = list(dict.fromkeys(line for line in text.splitlines() if COMPLAINT.search(line)))
    return _listed(lines or text.splitlines()[-SHOWN:])


def _listed(lines: list[str]) -> str:
    shown = [f"  {line}" for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        shown.append(f"  … and {len(lines) - SHOWN} more")
    return "\n".join(shown)


def _swap(html: Path, out: Path) -> None:
    """Put ``html`` at ``out``: two renames, so that no reader meets half a book."""
    former = out.with_name(f"{out.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    if out.exists():
        out.rename(former)
    try:
        html.rename(out)
    except OSError:
        if former.exists():
            former.rename(out)
        raise
    shutil.rmtree(former, ignore_errors=True)
