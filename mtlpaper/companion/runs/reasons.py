"""Why results are not those of the run that is wanted: by kind, and by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mtlpaper.companion.runs.components import Components

Kind = Literal["data", "parameter", "code", "environment"]
#: In this order reasons are told: what is broken, what was asked for, what it was made by.
KINDS: tuple[Kind, ...] = ("data", "parameter", "code", "environment")
#: More names of one kind than this are counted.
_NAMED = 4
#: Longer values, such as grids, are cut.
_WIDTH = 40


@dataclass(frozen=True)
class Reason:
    """One thing that differs.

    Attributes
    ----------
    kind : {"data", "parameter", "code", "environment"}
    what : str
        File, parameter, module, cell or package; or a whole sentence where there is no name.
    how : str
        What happened to it, ``is missing`` or ``changed``; empty where two values tell.
    then, now : object
        The two values, as JSON knows them, where there are two.
    """

    kind: Kind
    what: str
    how: str = ""
    then: Any = None
    now: Any = None

    def __str__(self) -> str:
        """Return the reason without its kind."""
        if self.how or (self.then is None and self.now is None):
            return f"{self.what} {self.how}".rstrip()
        then, now = _short(self.then), _short(self.now)
        return f"{self.what} {then} -> {now}" if then != now else f"{self.what} changed"


def differences(then: Components, now: Components) -> tuple[Reason, ...]:
    """Say what differs between what results were made of and what they would be made of now."""
    return (
        *parameter_reasons(then.parameters, now.parameters),
        *_changes("code", then.modules, now.modules, values=False),
        *_cell_reasons(then.cells, now.cells),
        *environment_reasons({"Python": then.python, **then.versions}, now),
    )


def parameter_reasons(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Reason]:
    """Say which parameters differ, with both values."""
    yield from _changes("parameter", then, now)


def environment_reasons(then: Mapping[str, Any], now: Components) -> Iterator[Reason]:
    """Say which versions differ from those of now; `then` has Python's as ``Python``."""
    yield from _changes("environment", then, {"Python": now.python, **now.versions})


def in_words(reasons: Iterable[Reason]) -> str:
    """Write reasons in one line, sorted by kind; many of a kind are counted, not listed.

    ``parameter: N1 50 -> 100; code: mtlpaper.tasks changed; environment: numpy 2.0.1 -> 2.1.0``
    """
    given = list(reasons)
    by_kind = {kind: [reason for reason in given if reason.kind == kind] for kind in KINDS}
    return "; ".join(f"{kind}: {_listed(found)}" for kind, found in by_kind.items() if found)


def _listed(reasons: Sequence[Reason]) -> str:
    named = [str(reason) for reason in reasons]
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"and {len(named) - _NAMED + 1} more"]
    return ", ".join(named)


def _changes(
    kind: Kind, then: Mapping[str, Any], now: Mapping[str, Any], *, values: bool = True
) -> Iterator[Reason]:
    """Compare by name; `values` says whether the two values mean something to a reader."""
    for name in sorted({*then, *now}):
        if name not in then:
            yield Reason(kind, name, "is new", now=now[name] if values else None)
        elif name not in now:
            yield Reason(kind, name, "is gone", then=then[name] if values else None)
        elif then[name] != now[name] and values:
            yield Reason(kind, name, then=then[name], now=now[name])
        elif then[name] != now[name]:
            yield Reason(kind, name, "changed")


def _cell_reasons(then: Sequence[str], now: Sequence[str]) -> Iterator[Reason]:
    """Cells are told by their place, counted from 1 and prose included."""
    if list(then) == list(now):
        return
    fresh = [place for place, digest in enumerate(now, start=1) if digest not in then]
    for place in fresh:
        yield Reason("code", f"cell {place} of the notebook", "changed")
    if len(then) != len(now):
        yield Reason("code", "number of cells in the notebook", then=len(then), now=len(now))
    elif not fresh:
        yield Reason("code", "order of the notebook's cells", "changed")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
