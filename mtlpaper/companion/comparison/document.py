"""A comparison as one HTML file that needs nothing else: tables, and curves over the same axes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from mtlpaper.companion.comparison.compared import Comparison
from mtlpaper.companion.comparison.drawing import svg
from mtlpaper.companion.comparison.errors import ComparisonError
from mtlpaper.companion.comparison.panels import Plot, plots
from mtlpaper.companion.comparison.sides import Side
from mtlpaper.companion.comparison.wording import Section, sections

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
figure { margin: 1rem 0 2rem; } figure svg { max-width: 100%; height: auto; }
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
        *_curves(comparison),
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


def _curves(comparison: Comparison) -> Iterator[str]:
    chosen, others = plots(comparison)
    if not chosen:
        return
    yield "<h2>Curves</h2>"
    yield (
        '<p class="note">A is drawn solid, B dashed. Bands are intervals where the data have them, '
        "and one standard deviation over seeds elsewhere.</p>"
    )
    for place, plot in enumerate(chosen):
        yield _figure(plot, f"p{place}")
    if others:
        verb = "variable is" if others == 1 else "variables are"
        yield f'<p class="note">{others} more {verb} not drawn.</p>'


def _figure(plot: Plot, prefix: str) -> str:
    variable = plot.variable
    left_out = f" Not drawn: {plot.left_out}." if plot.left_out else ""
    known = f": {variable.long_name}" if variable.long_name else ""
    text = escape(f"{variable.name}{known}. {_agree(plot)}{left_out}")
    picture = svg(plot, prefix).replace(
        "<svg ",
        f'<svg role="img" aria-label="{escape(variable.name)} over {escape(plot.x_label)}" ',
        1,
    )
    return f"<figure>{picture}<figcaption>{text}</figcaption></figure>"


def _agree(plot: Plot) -> str:
    variable = plot.variable
    if variable.state == "equal":
        return "Equal on both sides."
    return f"{variable.differing} of {variable.cells} common cells differ."
