"""A rendered book made light: what no page uses of the theme's styles, icons and files goes.

The theme brings 8 MB, of which a page would load 3: an icon library as a script, a style sheet
whose rules mostly fit nothing here, the search index on every page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path, PurePosixPath

from mtlpaper.companion.book.fonts import icon_font, math_font
from mtlpaper.companion.book.site import Site

#: Icons come from a font; no part of a page needs Bootstrap's script, and tabs none to remember;
#: what searches is loaded where there is a search.
UNUSED_SCRIPTS = re.compile(
    r"\s*<(?:script|link)[^>]*/(?:fontawesome|bootstrap|design-tabs)\.js[^>]*>(?:</script>)?"
)
SEARCH_SCRIPTS = re.compile(
    r"\s*<script[^>]*[/\"](?:searchtools|language_data|searchindex)\.js[^>]*></script>"
)
#: Room between lines, kept where it shows.
ROOM = re.compile(r"(?P<shown><(pre|script|textarea)\b.*?</\2>)|\n\s+", re.DOTALL)
#: Words of code that look like the text around them, and a signature's, in two layers.
PLAIN_CODE = re.compile(r'<span class="(?:n|nn|p|w|pre)">([^<]*)</span>')
ICONS = Path("_static") / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
#: An icon in a style sheet: the code of a letter of Unicode's area for private use, or the letter.
ICON_CODE = re.compile(r"[\"']\\(f[0-9a-f]{3})[\"']")
#: Where Sphinx puts a file that a page shows or offers; the same file once each time.
LINKED_FILE = re.compile(
    r'(?P<offer>download="" )?(?P<kind>src|href)="(?P<up>[./]*)'
    r'(?P<file>_(?:images|downloads)/[^"]+)"'
)
PRIVATE = frozenset(map(chr, range(0xE000, 0xF900)))
#: Where custom.css looks for the two fonts.
MATH_FONT, ICON_FONT = Path("_static") / "math.woff", Path("_static") / "icons.woff"
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
NOT_SHOWN = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)

CLASSES = re.compile(r"\bclass=\"([^\"]*)\"")
WORD = re.compile(r"(?:--)?[A-Za-z_][\w-]*")
#: A value that a style sheet gives a name of its own, if it is a plain one.
VARIABLE = re.compile(r"(?P<name>--[\w-]+)\s*:[^;{}\"']*(?:;|(?=\}))")
VARIABLE_USED = re.compile(r"var\(\s*(--[\w-]+)")
#: Pieces of a style sheet: comments, strings and addresses, in which braces mean nothing.
PIECE = re.compile(
    r"(?P<comment>/\*.*?\*/)|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|url\([^\"')]*\)|[{};]"
    r"|[^{};\"'/u]+|.",
    re.DOTALL,
)
#: A comment that names authors and a license, which must stay.
NOTICE = re.compile(r"/\*!.*?\*/", re.DOTALL)
BRACKETED = re.compile(r"\([^()]*\)|\[[^\]]*\]")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
NESTING = ("@media", "@supports", "@layer", "@container")


def lighten(html: Path, ours: Path) -> None:
    """Remove from rendered pages what they load without use, and cut their fonts.

    Parameters
    ----------
    html : Path
        Folder of the rendered pages, changed in place.
    ours : Path
        Folder of our own style sheets, which are kept whole.
    """
    static = html / "_static"
    words, letters = _lighten_pages(html, _merged(html))
    for script in ("scripts/fontawesome", "scripts/bootstrap", "design-tabs"):
        (static / f"{script}.js").unlink()
    for path in static.rglob("*.js"):
        words.update(WORD.findall(path.read_text(encoding="utf-8")))
    icon_font(html / ICONS, _lighten_styles(static, ours, words), html / ICON_FONT)
    math_font(letters, html / MATH_FONT)
    _sweep(html, static)


def _lighten_pages(html: Path, kept: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return the classes in all pages, and the letters of their formulas."""
    classes: set[str] = set()
    letters: set[str] = set()
    for path in html.rglob("*.html"):
        text = UNUSED_SCRIPTS.sub("", path.read_text(encoding="utf-8"))
        text = PLAIN_CODE.sub(r"\1", PLAIN_CODE.sub(r"\1", text))
        text = ROOM.sub(lambda match: match["shown"] or "\n", text)
        text = LINKED_FILE.sub(lambda link: _link(link, kept), text)
        if path.name != "search.html":
            text = SEARCH_SCRIPTS.sub("", text)
        path.write_text(text, encoding="utf-8")
        classes.update(*(unescape(names).split() for names in CLASSES.findall(text)))
        for formula in FORMULA.findall(text):
            letters.update(unescape(NOT_SHOWN.sub("", formula)))
    return classes, letters


def _lighten_styles(static: Path, ours: Path, words: set[str]) -> set[int]:
    """Return the codes of the icons in what is left of the style sheets."""
    sheets = {path: path.read_text(encoding="utf-8") for path in static.rglob("*.css")}
    for path, text in sheets.items():
        if not (ours / path.name).is_file():
            sheets[path] = "\n".join([purge(text, words), *NOTICE.findall(text)])
    everything = "".join(sheets.values())
    used = {*VARIABLE_USED.findall(everything), *words}
    for path, text in sheets.items():
        path.write_text(
            VARIABLE.sub(lambda found: found[0] if found["name"] in used else "", text),
            encoding="utf-8",
        )
    codes = {int(code, 16) for code in ICON_CODE.findall(everything)}
    return codes | {ord(letter) for letter in everything if letter in PRIVATE}


def _merged(html: Path) -> dict[str, str]:
    """Remove files of equal content but one, and return for each of those gone the one kept."""
    first: dict[bytes, str] = {}
    kept: dict[str, str] = {}
    for folder in ("_images", "_downloads"):
        for path in sorted((html / folder).rglob("*.svg")):
            name = path.relative_to(html).as_posix()
            digest = hashlib.sha256(path.read_bytes().strip()).digest()
            if (same := first.setdefault(digest, name)) != name:
                kept[name] = same
                path.unlink()
    return kept


def _link(link: re.Match[str], kept: Mapping[str, str]) -> str:
    """Return a link to a file, or to the equal one that was kept, offered under its own name."""
    name = link["file"]
    offer = f'download="{PurePosixPath(name).name}" ' if link["offer"] else ""
    return f'{offer}{link["kind"]}="{link["up"]}{kept.get(name, name)}"'


def purge(css: str, words: set[str]) -> str:
    """Return a style sheet without comments, the theme's icon fonts, and rules that fit nothing.

    Parameters
    ----------
    css : str
        The style sheet.
    words : set of str
        Classes in pages, and words in scripts, which may be classes.
    """
    kept = []
    for prelude, block in _rules(css):
        if block is None:
            kept.append(f"{prelude};")
        elif prelude.startswith(NESTING):
            if inner := purge(block, words):
                kept.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            if "/fontawesome/" not in block:
                kept.append(f"{prelude}{{{block}}}")
        elif used := [one for one in _selectors(prelude) if _classes(one) <= words]:
            kept.append(f"{','.join(used)}{{{block}}}")
    return "\n".join(kept)


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield what stands before a block and the block, or a statement without a block."""
    prelude, block, depth = "", "", 0
    for match in PIECE.finditer(css):
        piece = match[0]
        if match["comment"] is not None:
            continue
        depth -= piece == "}"
        if depth > 0:
            block += piece
        elif piece == "}":
            yield prelude.strip(), " ".join(block.split())
            prelude, block = "", ""
        elif piece == ";":
            yield prelude.strip(), None
            prelude = ""
        elif piece != "{":
            prelude += piece
        depth += piece == "{"


def _selectors(prelude: str) -> list[str]:
    """Split at commas outside brackets."""
    parts, depth = [""], 0
    for letter in prelude:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [" ".join(part.split()) for part in parts]


def _classes(selector: str) -> set[str]:
    """Return the classes without which a selector fits nothing; those in brackets may be absent."""
    while selector != (bare := BRACKETED.sub("", selector)):
        selector = bare
    return set(CLASS.findall(selector))


def _sweep(html: Path, static: Path) -> None:
    """Remove files of the theme that neither a page nor a style sheet loads."""
    site = Site(html)
    pages = [name for name in site.pages if not name.startswith("_modules/")]  # load what others do
    loaded = set().union(*map(site.loads, pages))
    for path in static.rglob("*"):
        if path.is_file() and path.relative_to(html).as_posix() not in loaded:
            path.unlink()
