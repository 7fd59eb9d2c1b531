"""The page check: what must hold for every page before a book is put in its place.

Jupyter Book exits with success on much that a reader would call broken, so the finished pages
themselves are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sphinx_external_toc.parsing import parse_toc_yaml

from mtlpaper.companion.book.assets import fetching_scripts, loaded_by_css, loaded_by_page
from mtlpaper.companion.book.boxes import BOX_CLASS
from mtlpaper.companion.book.pdf import PDF
from mtlpaper.companion.book.residue import residue
from mtlpaper.companion.book.site import Page, Site, is_external, is_local


class FaultKind(StrEnum):
    """What can be wrong with a page."""

    MISSING_PAGE = "missing page"
    EMPTY_PAGE = "empty page"
    TRACEBACK = "traceback"
    UNRESOLVED_GLUE = "unresolved glue"
    EXTERNAL_ASSET = "external asset"
    MISSING_ASSET = "missing asset"
    BROKEN_LINK = "broken link"
    NO_ALT_TEXT = "image without alt text"
    RAW_MARKUP = "raw markup"
    NO_PROVENANCE = "no provenance box"
    TOO_HEAVY = "too heavy"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one page.

    Attributes
    ----------
    page : str
        Path of the page, or file, from the site's root.
    kind : FaultKind
        What is wrong.
    detail : str
        Where, or with what.
    """

    page: str
    kind: FaultKind
    detail: str

    def __str__(self) -> str:
        return f"{self.page}: {self.kind}: {self.detail}"


#: A page is empty if, without headings, it holds fewer characters than this and no image.
SHORTEST_PAGE = 40
#: Bytes: of a page with all that it loads, and of the whole site.
HEAVIEST_PAGE, HEAVIEST_SITE = 600_000, 28_000_000
#: Pages of this folder list all there is, however long they get.
REFERENCE = "book/api/"
#: How Python and IPython begin a report of an exception; IPython may write it without the colon.
TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
#: A pasting that MyST took for text.
GLUE = re.compile(r"\{glue(?::\w+)?\}")
#: Alt texts that name a file instead of saying what is to be seen.
FILE_NAME = re.compile(r"\S+\.(?:png|svg|jpe?g|gif|webp|pdf)|\S*[0-9a-f]{16,}\S*", re.IGNORECASE)


def check_pages(html: Path, toc: Path) -> list[Fault]:
    """Check every page of a built book.

    Parameters
    ----------
    html : Path
        Folder of the built pages.
    toc : Path
        The book's ``_toc.yml``.

    Returns
    -------
    list of Fault
        Empty for a sound book.
    """
    site = Site(html)
    expected = [f"{page}.html" for page in parse_toc_yaml(toc)]
    faults = [
        Fault(name, FaultKind.MISSING_PAGE, "in the table of contents, but not built")
        for name in expected
        if name not in site.pages
    ]
    for name, page in site.pages.items():
        checks = [*CONTENT_CHECKS, *FRAME_CHECKS] if name in expected else FRAME_CHECKS
        faults += [fault for check in checks for fault in check(site, page)]
    return [*faults, *_style_sheets(site), *_site_weight(html)]


def _empty(_: Site, page: Page) -> Iterator[Fault]:
    headings = "".join(tag.get_text() for tag in page.article.select("h1, h2, h3, h4, h5, h6"))
    text = "".join(page.article.get_text().split())
    said = len(text) - len("".join(headings.split()))
    if said < SHORTEST_PAGE and page.article.find(["img", "svg"]) is None:
        yield Fault(page.name, FaultKind.EMPTY_PAGE, f"{said} characters besides its headings")


def _tracebacks(_: Site, page: Page) -> Iterator[Fault]:
    for tag in page.article.select(".output.traceback, .cell_output .traceback"):
        last = (tag.get_text().strip().splitlines() or ["an error"])[-1]
        yield Fault(page.name, FaultKind.TRACEBACK, last)
        return
    if TRACEBACK.search(page.article.get_text()):
        yield Fault(page.name, FaultKind.TRACEBACK, "the text reports an exception")


def _unresolved_glue(_: Site, page: Page) -> Iterator[Fault]:
    # Where MyST-NB finds no value it leaves nothing, in the element that our extension put there.
    for tag in page.article.select(".glue"):
        if not tag.get_text().strip() and tag.find(["img", "svg"]) is None:
            names = [name for name in tag.get("class") or () if name.startswith("glue-")]
            yield Fault(page.name, FaultKind.UNRESOLVED_GLUE, " ".join(names).removeprefix("glue-"))
    for string in page.article.find_all(string=GLUE):
        if string.find_parent(["pre", "code"]) is None:
            yield Fault(page.name, FaultKind.UNRESOLVED_GLUE, " ".join(string.split())[:80])


def _raw_markup(_: Site, page: Page) -> Iterator[Fault]:
    for description in residue(page.article):
        yield Fault(page.name, FaultKind.RAW_MARKUP, description)


def _references(_: Site, page: Page) -> Iterator[Fault]:
    # A resolved reference stands in a link; type names in the API reference need not resolve.
    for tag in page.article.select(".xref:not(.py)"):
        if tag.find_parent("a") is None:
            yield Fault(page.name, FaultKind.BROKEN_LINK, f"“{tag.get_text()}” refers to nothing")


def _provenance(_: Site, page: Page) -> Iterator[Fault]:
    executed = page.article.select_one("div.cell") is not None
    if executed and page.article.select_one(f".{BOX_CLASS}") is None:
        yield Fault(page.name, FaultKind.NO_PROVENANCE, "an executed page must say how it was run")


def _weight(site: Site, page: Page) -> Iterator[Fault]:
    files = {page.name, *site.loads(page.name)}
    weight = sum((site.root / name).stat().st_size for name in files)
    if weight > HEAVIEST_PAGE and not page.name.startswith(REFERENCE):
        yield Fault(page.name, FaultKind.TOO_HEAVY, _over(weight, HEAVIEST_PAGE))


def _site_weight(html: Path) -> Iterator[Fault]:
    files = (path for path in html.rglob("*") if path.is_file() and path.name != PDF)
    weight = sum(path.stat().st_size for path in files)
    if weight > HEAVIEST_SITE:
        yield Fault(".", FaultKind.TOO_HEAVY, _over(weight, HEAVIEST_SITE))


def _over(weight: int, limit: int) -> str:
    return f"{weight / 1e3:,.0f} kB with all it loads, of at most {limit / 1e3:,.0f}"


def _assets(site: Site, page: Page) -> Iterator[Fault]:
    for address in loaded_by_page(page.soup):
        yield from _asset(site, page.name, address)
    for place in fetching_scripts(page.soup):
        yield Fault(page.name, FaultKind.EXTERNAL_ASSET, f"a script loads {place}")


def _asset(site: Site, name: str, address: str) -> Iterator[Fault]:
    if is_external(address):
        yield Fault(name, FaultKind.EXTERNAL_ASSET, address)
    elif is_local(address) and (problem := site.problem_with(address, name)):
        yield Fault(name, FaultKind.MISSING_ASSET, problem)


def _links(site: Site, page: Page) -> Iterator[Fault]:
    for tag in page.soup.find_all(["a", "area"], href=True):
        link = str(tag["href"])
        if link.lower().startswith("file:"):
            yield Fault(page.name, FaultKind.BROKEN_LINK, f"{link} leads to one machine's disk")
        elif is_local(link) and link != "#" and (problem := site.problem_with(link, page.name)):
            yield Fault(page.name, FaultKind.BROKEN_LINK, problem)


def _alt_texts(_: Site, page: Page) -> Iterator[Fault]:
    for tag in page.soup.find_all("img"):
        alt = str(tag.get("alt") or "").strip()
        # An empty alt text marks decoration: allowed in the theme's frame, not in the article.
        if not alt and (tag.get("alt") is None or tag.find_parent("article")):
            yield Fault(page.name, FaultKind.NO_ALT_TEXT, str(tag.get("src")))
        elif FILE_NAME.fullmatch(alt):
            yield Fault(page.name, FaultKind.NO_ALT_TEXT, f"“{alt}” is the name of a file")


def _style_sheets(site: Site) -> Iterator[Fault]:
    for path in sorted(site.root.rglob("*.css")):
        name = path.relative_to(site.root).as_posix()
        for address in loaded_by_css(path.read_text(encoding="utf-8")):
            if not address.startswith("#"):
                yield from _asset(site, name, address)


Check = Callable[[Site, Page], Iterator[Fault]]
#: For the pages of the table of contents.
CONTENT_CHECKS: tuple[Check, ...] = (
    _empty,
    _tracebacks,
    _unresolved_glue,
    _raw_markup,
    _references,
    _provenance,
    _weight,
)
#: For every page, also the index, the search page and the listed sources.
FRAME_CHECKS: tuple[Check, ...] = (_assets, _links, _alt_texts)
