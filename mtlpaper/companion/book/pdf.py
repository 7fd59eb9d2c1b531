"""The book as one PDF: all its pages in one, printed by Chromium.

The pages are joined as they were rendered, so that what is printed is what is read on a screen.
The API reference and the sources stay out: they are as long as all the rest, and nobody reads them
on paper.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from bs4 import Tag
from sphinx_external_toc.api import Document
from sphinx_external_toc.parsing import parse_toc_yaml

from mtlpaper.companion.book.assets import LOADING
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.site import Site, is_local

#: Where the PDF lies among the pages.
PDF = "book.pdf"
#: Pages that are not printed, with all below them.
LEFT_OUT = "book/api/"
#: Names under which Chromium is installed.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Milliseconds that scripts of the page get, on a clock that stands still while one is at work.
SCRIPTS = 120_000
#: Seconds after which Chromium is taken for dead.
PATIENCE = 900


def require_browser() -> str:
    """Return the path of Chromium.

    Raises
    ------
    PublishError
        If it is not installed.
    """
    for name in BROWSERS:
        if (found := shutil.which(name)) is not None:
            return found
    raise PublishError(
        f"the PDF is printed by Chromium, and none of {', '.join(BROWSERS)} is on the path; "
        "on Debian and Ubuntu: apt install chromium"
    )


def write_pdf(html: Path, toc: Path) -> None:
    """Print the pages of a table of contents into one PDF beside them.

    Parameters
    ----------
    html : Path
        Folder of the built pages; receives ``book.pdf``.
    toc : Path
        The book's ``_toc.yml``.

    Raises
    ------
    PublishError
        If Chromium is not installed, or prints nothing.
    """
    joined = html / "joined.html"
    joined.write_text(join_pages(html, toc), encoding="utf-8")
    try:
        print_page(joined, html / PDF)
    finally:
        joined.unlink()


def print_page(page: Path, pdf: Path) -> None:
    """Print a page into a PDF after its scripts have done their work.

    Raises
    ------
    PublishError
        If Chromium is not installed, or prints nothing.
    """
    browser = require_browser()
    with tempfile.TemporaryDirectory(prefix="mtlpaper-") as profile:
        call = [
            browser,
            "--headless=new",
            "--disable-gpu",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # it refuses one to root
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",  # it would hold the date and a path of this machine
            "--generate-pdf-document-outline",
            f"--virtual-time-budget={SCRIPTS}",
            f"--print-to-pdf={pdf}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(
                call, capture_output=True, text=True, check=False, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired as error:
            raise PublishError(f"{browser} did not print {page} in {PATIENCE} s") from error
    if done.returncode != 0 or not pdf.is_file():
        raise PublishError(f"{browser} printed no PDF:\n{done.stderr[-2000:].strip()}")


def join_pages(html: Path, toc: Path) -> str:
    """Return the pages of a table of contents as one page for the folder they lie in.

    Names of places are made unique, links between the pages lead to places of the one page, closed
    boxes are open, and links to what is not printed are plain text.
    """
    pages, tree = Site(html).pages, parse_toc_yaml(toc)
    wanted = [f"{page}.html" for page in tree if not str(page).startswith(LEFT_OUT)]
    first, *_ = names = [name for name in wanted if name in pages]
    parts = {name: _part(pages[name].article.extract(), name, names) for name in names}
    contents = _contents(tree.root, {name: _title(part) for name, part in parts.items()})
    _rebase(frame := pages[first].soup, first)
    opening, *others = map(str, parts.values())
    told = frame.select(".bd-header-announcement__content")  # on every page: what data these are
    return "".join(
        [
            '<!DOCTYPE html><html lang="en" data-theme="light">',
            *map(str, frame.select("head")),  # with the style sheets and scripts
            '<body class="joined"><article class="bd-article">',
            *(f"<p>{note.decode_contents()}</p>" for note in told),
            *(opening, contents, *others),
            "</article></body></html>",
        ]
    )


def _part(part: Tag, name: str, printed: Collection[str]) -> Tag:
    """Make the content of a page a part of the one page."""
    for tag in part.select("script, a.headerlink"):
        tag.decompose()
    for box in part.find_all("details"):
        box["open"] = ""
    for tag in part.find_all(id=True):
        if tag.find_parent("svg") is None:  # a picture refers to places of its own
            tag["id"] = _place(name, str(tag["id"]))
    for link in part.find_all("a", href=True):
        _lead(link, name, printed)
    _rebase(part, name)
    part.name, part.attrs = "section", {"class": "page", "id": _place(name)}
    return part


def _lead(link: Tag, name: str, printed: Collection[str]) -> None:
    """Let a link inside the site lead to its place on the one page, or nowhere."""
    href = str(link["href"])
    if not is_local(href):
        return
    parts = urlsplit(href)
    target = _from_top(parts.path, name) if parts.path else name
    if target in printed:
        link["href"] = f"#{_place(target, unquote(parts.fragment))}"
    else:
        del link["href"]


def _rebase(part: Tag, name: str) -> None:
    """Let what a page loads be found from the top folder."""
    loading = {**{tag: of[:1] for tag, of in LOADING.items()}, "link": ("href",)}
    for tag in part.find_all(list(loading)):
        for attribute in loading[tag.name]:
            if (address := str(tag.get(attribute) or "")) and is_local(address):
                path, mark, rest = address.partition("?")
                tag[attribute] = f"{_from_top(path, name)}{mark}{rest}"


def _from_top(path: str, name: str) -> str:
    return normpath(join(dirname(name), unquote(path)))


def _place(name: str, fragment: str = "") -> str:
    page = name.removesuffix(".html").replace("/", "-")
    return f"{page}--{fragment}" if fragment else page


def _title(part: Tag) -> str:
    return "".join(heading.get_text() for heading in part.select("h1")[:1])


def _contents(root: Document, titles: Mapping[str, str]) -> str:
    """Return the table of contents, with the titles of those pages that are printed."""
    lines = ['<section class="page"><h1>Contents</h1>']
    for tree in root.subtrees:
        lines.append(f"<p>{escape(tree.caption or '')}</p><ul>")
        for name in (f"{item}.html" for item in tree.items):
            if name in titles:
                lines.append(f'<li><a href="#{_place(name)}">{escape(titles[name])}</a></li>')
        lines.append("</ul>")
    return "".join([*lines, "</section>"])
