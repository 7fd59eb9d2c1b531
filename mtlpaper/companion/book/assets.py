"""What a page loads by itself, and must not load from another host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

#: Elements that load something, and the attribute that says what.
LOADING = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
}
#: Relations of <link> that only name another page.
NAMING = {"canonical", "next", "prev", "index", "search", "author", "license", "alternate", "help"}

CSS_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]+))\s*\)""", re.IGNORECASE)
CSS_IMPORT = re.compile(r"""@import\s+(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: A script written into the page that fetches from elsewhere: an address of a script, style sheet
#: or font, or an address handed to one of the functions and properties that load.
FAR_HOST = r"""["'](?:https?:)?//[^"'\s]+"""
SCRIPT_LOADS = re.compile(
    rf"""{FAR_HOST}\.(?:m?js|css|woff2?|ttf)\b|(?:import|fetch|importScripts)\s*\(\s*{FAR_HOST}"""
    rf"""|\.(?:src|href)\s*=\s*{FAR_HOST}"""
)


def loaded_by_page(soup: Tag) -> Iterator[str]:
    """Yield the address of everything that a page, or a part of it, loads without being asked."""
    for tag in soup.find_all(list(LOADING)):
        for attribute in LOADING[tag.name]:
            value = str(tag.get(attribute) or "").strip()
            yield from _sources(value) if attribute == "srcset" else filter(None, [value])
    for tag in soup.find_all("link", href=True):
        if not set(_words(tag, "rel")) <= NAMING:
            yield str(tag["href"])
    for tag in soup.find_all("style"):
        yield from loaded_by_css(tag.get_text())
    for tag in soup.find_all(style=True):
        yield from loaded_by_css(str(tag["style"]))
    if (target := redirection(soup)) is not None:
        yield target


def loaded_by_css(text: str) -> Iterator[str]:
    """Yield the address of everything that a style sheet loads."""
    text = CSS_COMMENT.sub("", text)
    for pattern in (CSS_URL, CSS_IMPORT):
        for match in pattern.finditer(text):
            yield next(group for group in match.groups() if group is not None)


def fetching_scripts(soup: Tag) -> Iterator[str]:
    """Yield the place where a script written into the page fetches from another host."""
    for tag in soup.find_all("script"):
        if not tag.get("src"):
            yield from (match[0] for match in SCRIPT_LOADS.finditer(tag.get_text()))


def redirection(soup: Tag) -> str | None:
    """Return where a page sends its reader at once, or None."""
    for tag in soup.find_all("meta", attrs={"content": True}):
        if str(tag.get("http-equiv", "")).lower() == "refresh":
            _, _, target = str(tag["content"]).partition("=")
            return target.strip(" '\"") or None
    return None


def _sources(srcset: str) -> Iterator[str]:
    for candidate in srcset.split(","):
        if words := candidate.split():
            yield words[0]


def _words(tag: Tag, attribute: str) -> list[str]:
    value = tag.get(attribute) or ""
    return value.split() if isinstance(value, str) else list(value)
