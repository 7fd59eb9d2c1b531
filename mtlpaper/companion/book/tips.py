"""What a reader wants to see beside the text: equations cited from elsewhere, meanings of symbols.

Pages opened from a file cannot fetch others, so an equation of another page is written into the
page that cites it, hidden; custom.js shows it beside the link. A symbol of the page on notation
becomes, where a page first has it, a link there that tells its meaning.
"""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import count
from pathlib import Path
from posixpath import relpath

NOTATION = "book/notation.html"
EQUATION = re.compile(r'<div class="math" id="(equation-[^"]+)">.*?</div>', re.DOTALL)
CITED = re.compile(r'<a class="reference internal" href="[^"#]+#(equation-[^"]+)"')
PERMALINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)
TAG = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
ROW = re.compile(r"<tr\b(?P<rest>[^>]*>(?P<cells>.*?)</tr>)", re.DOTALL)
CELL = re.compile(r"<td\b[^>]*>(.*?)</td>", re.DOTALL)
CODE = re.compile(r"<code\b.*?</code>", re.DOTALL)
#: A formula in a paragraph; paragraphs and links come first, lest a link stand in a link.
PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)
FORMULA = re.compile(
    r'<a\b.*?</a>|(?P<math><math>(?:(?!</math>).)*<annotation encoding="application/x-tex">'
    r"(?P<tex>[^<]*)</annotation></semantics></math>)",
    re.DOTALL,
)
#: Bare letters mean one thing here and another there; those with an index or a hat do not.
DISTINCT = re.compile(r"_|\\(?:bar|hat|tilde)\b")


def add_tips(html: Path) -> None:
    """Write equations and meanings of symbols into the rendered pages that cite or use them.

    Parameters
    ----------
    html : Path
        Folder of the rendered pages, changed in place.
    """
    paths = [path for folder in ("book", "notebooks") for path in (html / folder).glob("*.html")]
    texts = {path.relative_to(html).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    equations = {match[1]: match[0] for text in texts.values() for match in EQUATION.finditer(text)}
    meanings: dict[str, tuple[str, str]] = {}
    if NOTATION in texts:
        texts[NOTATION], meanings = _anchored(texts[NOTATION])
    for name, text in texts.items():
        if name != NOTATION:
            text = _with_symbols(text, meanings, relpath(NOTATION, Path(name).parent.as_posix()))
        cited = dict.fromkeys(id_ for id_ in CITED.findall(text) if id_ in equations)
        shown = "".join(_tip(id_, equations[id_]) for id_ in cited)
        if shown:
            text = text.replace("</article>", f"<div hidden>{shown}</div></article>", 1)
        (html / name).write_text(text, encoding="utf-8")


def _tip(id_: str, equation: str) -> str:
    return PERMALINK.sub("", equation.replace(f'id="{id_}"', f'id="tip-{id_}"', 1))


def _anchored(text: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """Give rows of the page on notation names; return for TeX of symbols the name and meaning."""
    known: dict[str, tuple[str, str]] = {}
    twice: set[str] = set()
    numbers = count()

    def anchor(row: re.Match[str]) -> str:
        cells = CELL.findall(row["cells"])
        formula = FORMULA.search(cells[0]) if len(cells) > 1 else None
        if formula is None or formula["tex"] is None:
            return row[0]
        tex = unescape(formula["tex"]).partition("=")[0].strip()
        if "," in tex or not DISTINCT.search(tex):
            return row[0]
        # The table of theory has the meaning in the second column, that of parameters in the third.
        told = cells[2] if CODE.search(cells[1]) else cells[1]
        twice.update({tex} & known.keys())
        known[tex] = (
            f"symbol-{next(numbers)}",
            unescape(TAG.sub("", told)).partition(";")[0].strip(),
        )
        return f'<tr id="{known[tex][0]}"{row["rest"]}'

    text = ROW.sub(anchor, text)
    return text, {tex: told for tex, told in known.items() if tex not in twice}


def _with_symbols(text: str, meanings: dict[str, tuple[str, str]], notation: str) -> str:
    seen: set[str] = set()

    def link(found: re.Match[str]) -> str:
        tex = unescape(found["tex"] or "")
        if tex not in meanings or tex in seen:
            return found[0]
        seen.add(tex)
        anchor, meaning = meanings[tex]
        head = f'<a class="symbol" href="{notation}#{anchor}" title="{escape(meaning)}">'
        return f"{head}{found['math']}</a>"

    before, start, article = text.partition("<article")
    return before + start + PARAGRAPH.sub(lambda match: FORMULA.sub(link, match[0]), article)
