"""A comparison in words: the tables that a terminal and a page show alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mtlpaper.companion.claims import Finding
from mtlpaper.companion.claims.claim import Claim
from mtlpaper.companion.claims.wording import SYMBOLS, effect_text
from mtlpaper.companion.comparison.compared import Comparison, Entries
from mtlpaper.companion.comparison.variables import Extreme, VariablePair
from mtlpaper.companion.differences import Entry

#: Longer values, such as grids, are cut around the place where they part.
_WIDTH = 48


@dataclass(frozen=True)
class Section:
    """One table.

    Attributes
    ----------
    title : str
    note : str
        What the table does not show, or that there is nothing to show.
    head : tuple of str
    rows : tuple of tuple of str
        May be empty.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """Write all tables of a comparison; what only runs have is left out where one side is none."""
    of_runs = comparison.of_runs
    found = [
        _pairs("Parameters", comparison.parameters),
        _pairs("Origin", comparison.origin) if of_runs else None,
        _coordinates(comparison.coordinates),
        _numbers(comparison) if of_runs else None,
        _pictures(comparison) if of_runs else None,
        _variables(comparison),
        _verdicts(comparison) if of_runs else None,
    ]
    return tuple(section for section in found if section is not None)


def _pairs(title: str, given: Entries) -> Section:
    rows = tuple((entry.name, *_values(entry)) for entry in given.differing)
    return Section(title, _counted(len(rows), given.total), ("Name", "A", "B"), rows)


def _coordinates(given: Mapping[str, str]) -> Section | None:
    note = "Variables are compared where both have values."
    rows = tuple(given.items())
    return Section("Coordinates", note, ("Dimension", "In common"), rows) if rows else None


def _numbers(comparison: Comparison) -> Section:
    rows = tuple((e.name, *_values(e), *_gap(e)) for e in comparison.numbers.differing)
    head = ("Name", "A", "B", "B − A", "Relative")
    given, sides = comparison.numbers, (comparison.a.numbers, comparison.b.numbers)
    return _recorded(
        Section("Numbers in the prose", _counted(len(rows), given.total), head, rows), sides
    )


def _pictures(comparison: Comparison) -> Section:
    given, sides = comparison.pictures, (comparison.a.pictures, comparison.b.pictures)
    rows = tuple((e.name, f"only in {e.only}" if e.only else "its bytes") for e in given.differing)
    head = ("File", "Differs in")
    return _recorded(Section("Figures", _counted(len(rows), given.total), head, rows), sides)


def _recorded(section: Section, sides: tuple[Mapping[str, Any], ...]) -> Section:
    """Say so instead where a side records nothing of the kind."""
    silent = [name for name, side in zip("AB", sides, strict=True) if not side]
    if not silent:
        return section
    verb = "records" if len(silent) == 1 else "record"
    return replace(section, note=f"{' and '.join(silent)} {verb} none.", rows=())


def _variables(comparison: Comparison) -> Section:
    head = (
        "Variable",
        "Unit",
        "Differs in",
        "Largest difference",
        "Largest relative difference",
    )
    rows = tuple(
        (v.name, v.units, _extent(v), _extreme(v.absolute), _extreme(v.relative, percent=True))
        for v in comparison.differing
    )
    return Section("Variables", _counted(len(rows), len(comparison.variables)), head, rows)


def _verdicts(comparison: Comparison) -> Section:
    rows = tuple(
        (
            j.claim.name,
            _finding(j.claim, j.a),
            _finding(j.claim, j.b),
            "≠ turned" if j.turned else "= same",
        )
        for j in comparison.verdicts
    )
    turned = len(comparison.turned)
    note = f"{turned} of {len(rows)} differ." if rows else "No claim rests on this experiment."
    return Section("Verdicts", note, ("Claim", "A", "B", "Verdict"), rows)


def _counted(differing: int, total: int) -> str:
    return f"{differing} of {total} differ." if total else "There are none."


def _values(entry: Entry) -> tuple[str, str]:
    if entry.only:
        return ("none", _text(entry.b)) if entry.only == "B" else (_text(entry.a), "none")
    return _parting(_text(entry.a), _text(entry.b))


def _parting(a: str, b: str) -> tuple[str, str]:
    """Cut two long texts so that the place where they part is seen."""
    same = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    start = max(0, same - _WIDTH // 2)
    return _cut(a, start), _cut(b, start)


def _cut(text: str, start: int) -> str:
    if len(text) <= _WIDTH:
        return text
    end = start + _WIDTH
    return f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _gap(entry: Entry) -> tuple[str, str]:
    if entry.gap is None:
        return "", ""
    largest = max(abs(entry.a), abs(entry.b))
    return f"{entry.gap:+.3g}", _percent(abs(entry.gap) / largest)


def _extent(variable: VariablePair) -> str:
    if variable.state == "not comparable":
        return f"not comparable: {variable.reason}"
    if variable.state in ("only in A", "only in B"):
        return variable.state
    said = f"{variable.differing} of {variable.cells} cells"
    return f"{said}; {variable.one_sided} on one side only" if variable.one_sided else said


def _extreme(extreme: Extreme | None, *, percent: bool = False) -> str:
    if extreme is None:
        return ""
    where = ", ".join(f"{dim} = {_number(value)}" for dim, value in extreme.where.items())
    place = f" at {where}" if where else ""
    if isinstance(extreme.a, str) or isinstance(extreme.b, str):
        return f"{extreme.a} / {extreme.b}{place}"
    size = _percent(extreme.size) if percent else f"{extreme.size:.3g}"
    values = "" if percent else f" ({_number(extreme.a)} / {_number(extreme.b)})"
    return f"{size}{values}{place}"


def _percent(share: float) -> str:
    """Two digits of a share, without an exponent where it is large."""
    return f"{float(f'{100 * share:.2g}'):g} %"


def _number(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _finding(claim: Claim, finding: Finding) -> str:
    effect = effect_text(claim, finding)
    word = f"{SYMBOLS[finding.verdict]} {finding.verdict}"
    return f"{word}: {effect}" if effect else word
