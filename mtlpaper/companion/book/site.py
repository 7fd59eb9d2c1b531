"""The pages of a built site, parsed: their articles, anchors and the targets of their links."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from mtlpaper.companion.book.assets import loaded_by_css, loaded_by_page

#: Folders whose HTML files are parts of themes or copies of sources, not pages.
NOT_PAGES = {"_static", "_sources", "_downloads", "_images"}


class Page:
    """One HTML file of the site.

    Parameters
    ----------
    root : Path
        Folder of the site.
    name : str
        Path of the file from there, with forward slashes.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The parsed file."""
        return BeautifulSoup((self.root / self.name).read_text(encoding="utf-8"), "html.parser")

    @property
    def article(self) -> Tag:
        """The content of the page without the theme's frame; the body where there is no article."""
        for selector in ("article", "main", "body"):
            if (found := self.soup.select_one(selector)) is not None:
                return found
        return self.soup

    @cached_property
    def anchors(self) -> set[str]:
        """Everything a ``#fragment`` can lead to."""
        ids = {str(tag["id"]) for tag in self.soup.find_all(id=True)}
        return ids | {str(tag["name"]) for tag in self.soup.find_all("a", attrs={"name": True})}


class Site:
    """A folder of HTML pages.

    Parameters
    ----------
    root : Path
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._of_css: dict[str, list[str]] = {}
        names = (path.relative_to(root) for path in sorted(root.rglob("*.html")))
        self.pages = {
            name.as_posix(): Page(root, name.as_posix())
            for name in names
            if name.parts[0] not in NOT_PAGES
        }

    def problem_with(self, link: str, start: str) -> str | None:
        """Say what is wrong with a link inside the site, or None.

        Parameters
        ----------
        link : str
            The link as written, without a host.
        start : str
            Name of the page, or file, that contains it.
        """
        parts = urlsplit(link)
        path = unquote(parts.path)
        if path.startswith("/"):
            return f"{link} starts at the host's root, where the book may not be"
        target = self._resolve(path, start)
        if target is None:
            return f"{link} leads out of the site"
        if not (self.root / target).is_file():
            return f"{link} leads to nothing"
        page = self.pages.get(target)
        if page and parts.fragment and unquote(parts.fragment) not in page.anchors:
            return f"{link} leads to no such place on its page"
        return None

    def loads(self, name: str) -> set[str]:
        """Return the names of the files that a page and its style sheets load by themselves."""
        found: set[str] = set()
        open_ends = [(name, address) for address in loaded_by_page(self.pages[name].soup)]
        while open_ends:
            start, address = open_ends.pop()
            path = unquote(urlsplit(address).path)
            target = self._resolve(path, start) if path and is_local(address) else None
            if target is None or target in found or not (self.root / target).is_file():
                continue
            found.add(target)
            open_ends += [(target, further) for further in self._loaded_by_css(target)]
        return found

    def _loaded_by_css(self, name: str) -> list[str]:
        if name not in self._of_css:
            text = (self.root / name).read_text(encoding="utf-8") if name.endswith(".css") else ""
            self._of_css[name] = list(loaded_by_css(text))
        return self._of_css[name]

    def _resolve(self, path: str, start: str) -> str | None:
        """Return the target's name, or None where the path leads out of the site."""
        if not path:
            return start
        target = normpath(join(dirname(start), path))
        if target.split("/")[0] == "..":
            return None
        return normpath(f"{target}/index.html") if (self.root / target).is_dir() else target


def is_external(link: str) -> bool:
    """Whether a link names another host: ``https://…``, ``//…``, or a scheme such as ``ftp:``."""
    parts = urlsplit(link.strip())
    return bool(parts.netloc) or parts.scheme in {"http", "https", "ftp", "ws", "wss"}


def is_local(link: str) -> bool:
    """Whether a link stays in the site: no host and no scheme (``mailto:``, ``data:``)."""
    parts = urlsplit(link.strip())
    return not parts.netloc and not parts.scheme
