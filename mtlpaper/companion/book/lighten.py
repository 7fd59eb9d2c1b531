"""A rendered book made light: what no page uses of the theme's styles, icons and files goes.

The theme brings 8 MB: a style sheet whose rules mostly fit nothing here, fonts of icons, scripts.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from lightningcss import calc_parser_flags, process_stylesheet

from mtlpaper.companion.book.fonts import icon_font, math_font
from mtlpaper.companion.book.site import Site

#: Words of code that look like the text around them, and a signature's, in two layers.
PLAIN_CODE = re.compile(r'<span class="(?:n|nn|p|w|pre)">([^<]*)</span>')
ICONS = Path("_static") / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
#: Where custom.css looks for the two fonts.
MATH_FONT, ICON_FONT = Path("_static") / "math.woff", Path("_static") / "icons.woff"
#: Letters of Unicode's area for private use: icons.
PRIVATE = range(0xE000, 0xF900)
SCRIPT = re.compile(r"<script[^>]* src=\"[^\"?]*?([\w.-]+\.js)")
CLASSES = re.compile(r"\bclass=\"([^\"]*)\"")
WORD = re.compile(r"(?:--)?[A-Za-z_][\w-]*")
#: What may be a class, or a variable, in a style sheet; and where a variable is used.
NAMED, USED = re.compile(r"(?<=\.)-?[A-Za-z_][\w-]*|--[\w-]+"), re.compile(r"var\(\s*(--[\w-]+)")
#: The theme's fonts of icons, in all their forms.
THEIR_ICONS = re.compile(r"@font-face\s*\{[^}]*/fontawesome/[^}]*\}")

#: A comment that names authors and a license, which must stay.
NOTICE = re.compile(r"/\*!.*?\*/", re.DOTALL)


def lighten(html: Path) -> None:
    """Remove from rendered pages what they load without use, and cut their fonts.

    Parameters
    ----------
    html : Path
        Folder of the rendered pages, changed in place.
    """
    static = html / "_static"
    words, letters, scripts = _lighten_pages(html, _merged(html))
    for path in static.rglob("*.js"):
        if path.name in scripts:
            words.update(WORD.findall(path.read_text(encoding="utf-8")))
    icon_font(html / ICONS, _lighten_styles(static, words), html / ICON_FONT)
    math_font(letters, html / MATH_FONT)
    _sweep(html, static)


def _lighten_pages(html: Path, merged: dict[str, str]) -> tuple[set[str], set[str], set[str]]:
    """Return the classes and the letters in all pages, and the names of their scripts."""
    classes: set[str] = set()
    letters: set[str] = set()
    scripts: set[str] = set()
    for path in html.rglob("*.html"):
        if path.is_relative_to(html / "_static"):  # templates of the theme
            continue
        text = path.read_text(encoding="utf-8")
        text = PLAIN_CODE.sub(r"\1", PLAIN_CODE.sub(r"\1", text))
        for gone, kept in merged.items():
            text = text.replace(gone, kept)
        path.write_text(text, encoding="utf-8")
        classes.update(*(unescape(names).split() for names in CLASSES.findall(text)))
        letters.update(unescape(text))
        scripts.update(SCRIPT.findall(text))
    return classes, letters, scripts


def _merged(html: Path) -> dict[str, str]:
    """Remove drawings equal to one that stays; return their links and those instead."""
    shown: dict[bytes, str] = {}
    links = {}
    for folder in ("_images", "_downloads"):
        for path in sorted((html / folder).rglob("*.svg")):
            gone = path.relative_to(html).as_posix()
            kept = shown.setdefault(path.read_bytes().strip(), gone)
            if kept != gone:
                links[f'download="" href="../{gone}"'] = f'download="{path.name}" href="../{kept}"'
                links[f'src="../{gone}"'] = f'src="../{kept}"'
                path.unlink()
    return links


def _lighten_styles(static: Path, words: set[str]) -> set[int]:
    """Return the codes of the icons in what is left of the style sheets."""
    sheets = {path: path.read_text(encoding="utf-8") for path in static.rglob("*.css")}
    variables = set().union(*(re.findall(r"--[\w-]+", text) for text in sheets.values()))
    first = {path: purge(text, words | variables) for path, text in sheets.items()}
    used = words.union(*map(USED.findall, first.values()))  # by what is left
    codes: set[int] = set()
    for path, text in first.items():
        light = purge(text, used)
        path.write_text(light, encoding="utf-8")
        codes |= {ord(letter) for letter in light if ord(letter) in PRIVATE}
    return codes


def purge(css: str, used: set[str]) -> str:
    """Return a style sheet without comments, the theme's icon fonts, and rules that fit nothing.

    Parameters
    ----------
    css : str
        The style sheet.
    used : set of str
        Classes and variables that pages, scripts or style sheets use.
    """
    light = process_stylesheet(
        THEIR_ICONS.sub("", NOTICE.sub("", css)),
        parser_flags=calc_parser_flags(nesting=True),
        unused_symbols=set(NAMED.findall(css)) - used,
    )
    return "\n".join([*NOTICE.findall(css), light])


def _sweep(html: Path, static: Path) -> None:
    """Remove files of the theme that neither a page nor a style sheet loads."""
    site = Site(html)
    pages = [name for name in site.pages if not name.startswith("_modules/")]  # load what others do
    loaded = set().union(*map(site.loads, pages))
    for path in static.rglob("*"):
        if path.is_file() and path.relative_to(html).as_posix() not in loaded:
            path.unlink()
