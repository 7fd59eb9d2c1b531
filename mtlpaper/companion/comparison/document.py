"""A comparison as one HTML file that needs nothing else: tables, and the figures of both sides."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from mtlpaper.companion import registry
from mtlpaper.companion.comparison.compared import Comparison
from mtlpaper.companion.comparison.sides import ComparisonError, Side
from mtlpaper.companion.comparison.wording import Section, sections
from mtlpaper.companion.drawings import figure_of
from mtlpaper.companion.results import picture

# The colours of either theme keep text at a contrast of at least 7 to 1.
_STYLE = """
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --faint: #5a5a5a; --rule: #ccc; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #17191c; --faint: #b0b0b0; --rule: #44484d; }
}
body { background: var(--paper); color: var(--ink); margin: 2rem auto; max-width: 76rem;
  padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; } h3 { font-size: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1.2rem 0.3rem 0;
  border-bottom: 1px solid var(--rule); }
.note, figcaption { color: var(--faint); }
code { font-size: 0.9em; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; align-items: start; }
@media (max-width: 50rem) { .pair { grid-template-columns: 1fr; } }
figure { margin: 0; } img { background: #fff; width: 100%; height: auto; }
"""


def page(comparison: Comparison) -> str:
    """Return a comparison as a page of HTML.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
        Without scripts and without anything to load; the same comparison gives the same text.
    """
    title = f"{comparison.experiment}: two results compared"
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(title)}</h1>",
        *(_side(name, side) for name, side in (("A", comparison.a), ("B", comparison.b))),
        *(_section(section) for section in sections(comparison)),
        *_figures(comparison),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def write_page(comparison: Comparison, path: Path) -> None:
    """Write the page of a comparison.

    Raises
    ------
    ComparisonError
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(comparison), encoding="utf-8")
    except OSError as error:
        raise ComparisonError(f"cannot write {path}: {error.strerror}") from error


def _side(name: str, side: Side) -> str:
    made = f", made by <code>{escape(side.command)}</code>" if side.command else ""
    return f"<p><strong>{name}</strong> is <code>{escape(side.name)}</code>{made}</p>"


def _section(section: Section) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in section.head)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in section.rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<h2>{escape(section.title)}</h2><p class="note">{escape(section.note)}</p>' + (
        f'<div class="scroll" tabindex="0">{table}</div>' if rows else ""
    )


def _figures(comparison: Comparison) -> Iterator[str]:
    chapter = registry.chapters().get(comparison.experiment)
    drawings = chapter.figures if chapter and comparison.of_runs else {}
    if drawings:
        yield '<h2>Figures of both</h2><p class="note">Drawn from the data of either side.</p>'
    for name, drawing in drawings.items():
        pair = [
            _figure(name, letter, drawing, side.data)
            for letter, side in (("A", comparison.a), ("B", comparison.b))
        ]
        yield f'<h3>{escape(name)}</h3><div class="pair">{"".join(pair)}</div>'


def _figure(
    name: str, letter: str, drawing: Callable[[xr.Dataset], np.ndarray], data: xr.Dataset
) -> str:
    opened = set(plt.get_fignums())
    try:
        svg = picture(figure_of(drawing(data)), "svg")
    except Exception as error:  # a drawing may stumble over other data than its own in any way
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        return f"<p>{letter} cannot be drawn from its data ({escape(why)}).</p>"
    finally:
        for number in set(plt.get_fignums()) - opened:
            plt.close(number)
    source = f"data:image/svg+xml;base64,{b64encode(svg).decode('ascii')}"
    image = f'<img alt="{escape(name)} of {letter}" src="{source}">'
    return f"<figure>{image}<figcaption>{letter}</figcaption></figure>"
