"""Traces of markup that was never rendered, in what a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString, PreformattedString

#: Elements whose text is meant to look like code; TeX beside formulas; signatures of the API.
VERBATIM = {"pre", "code", "kbd", "samp", "script", "style", "textarea", "title", "annotation"}
VERBATIM_CLASSES = {"sig"}
#: Elements that Sphinx and docutils leave where they could not make sense of a text.
FAILED = ".problematic, .system-message, .system_message"

ROLES = "ref|numref|eq|doc|cite|term|download|math|func|class|mod|meth|attr|obj|abbr|sub|sup"
PATTERNS = {
    "MyST role": re.compile(rf"\{{(?:(?!glue)[\w:.+-]+\}}`|(?:{ROLES})(?::\w+)*\}})"),
    "reStructuredText role": re.compile(rf"(?<![\w:]):(?:py:)?(?:{ROLES})(?::\w+)?:(?:`|$)"),
    "directive": re.compile(r"^\s*(?::{3,}|`{3,}|\.\. [a-z-]+::)"),
    "TeX command": re.compile(r"\\(?:[A-Za-z]{2,}|[()\[\]])"),
    "dollar maths": re.compile(r"\$\$|\$(?=\S)[^$\n]{0,200}[\\^_{}][^$\n]{0,200}\$"),
    "attribute list": re.compile(r"\]\{[.#][\w-]"),
}


def residue(article: Tag) -> Iterator[str]:
    """Yield a description of every piece of raw markup in a page's text and alt texts."""
    for tag in article.select(FAILED):
        yield f"text that could not be rendered: {_short(tag.get_text())}"
    for string in article.find_all(string=True):
        if not _verbatim(string):
            yield from _matches(str(string), "")
    for tag in article.find_all("img", alt=True):
        yield from _matches(str(tag["alt"]), "in an alt text: ")


def _matches(text: str, where: str) -> Iterator[str]:
    for name, pattern in PATTERNS.items():
        if match := pattern.search(text):
            yield f"{where}{name} {_short(text[match.start() :])}"


def _verbatim(string: NavigableString) -> bool:
    if isinstance(string, PreformattedString):  # a comment, a doctype
        return True
    return any(
        parent.name in VERBATIM or VERBATIM_CLASSES & set(parent.get("class") or ())
        for parent in string.parents
    )


def _short(text: str, width: int = 60) -> str:
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= width else f"“{line[:width]}…”"
