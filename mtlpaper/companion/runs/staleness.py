"""Whether a run folder holds the run that is wanted, and everything that tells the two apart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mtlpaper.companion.differences import entries
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.runs.record import RECORD, Origin, RunRecord, read_record

Kind = Literal["data", "parameter", "code", "environment"]
#: In this order reasons are told: what is broken, what was asked for, what it was made by.
KINDS: tuple[Kind, ...] = ("data", "parameter", "code", "environment")
#: Stands for the fingerprint where a source changed under way, so that no run is found to match it.
UNSETTLED = "changed while running"
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


@dataclass(frozen=True)
class State:
    """What a run folder holds, measured against the run that is wanted.

    Attributes
    ----------
    kind : {"absent", "stale", "damaged", "fresh"}
    reasons : tuple of Reason
        Everything that is known to differ; empty exactly where the run is fresh.
    """

    kind: Literal["absent", "stale", "damaged", "fresh"]
    reasons: tuple[Reason, ...] = ()

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return in_words(self.reasons)

    @property
    def why_again(self) -> str:
        """Why a run is made again; empty if it is the first."""
        return "" if self.kind == "absent" else self.reason


def inspect(run: Run) -> State:
    """Say whether a run's folder already holds its results, complete and undamaged."""
    if not (run.folder / RECORD).exists():
        return State("absent", (Reason("data", "there is no run"),))
    record = read_record(run.folder)
    if record is None:
        return State("damaged", (Reason("data", RECORD, "is unreadable"),))
    damage, outdated = tuple(_damage(run, record)), tuple(_outdated(run, record))
    if damage:
        return State("damaged", damage + outdated)
    return State("stale", outdated) if outdated else State("fresh")


def differences(then: Origin, run: Run) -> tuple[Reason, ...]:
    """Say in what the origin of data differs from that of a run; empty if in nothing."""
    was, now = then.components, run.components
    unsettled = [Reason("code", "a source changed while it ran")]
    return (
        *(unsettled if then.fingerprint == UNSETTLED else ()),
        *_changes("parameter", then.parameters, run.params.plain()),
        *_changes("code", was.modules, now.modules, values=False),
        *_cell_reasons(was.cells, now.cells),
        *_changes(
            "environment",
            {"Python": was.python, **was.versions},
            {"Python": now.python, **now.versions},
        ),
    )


def in_words(reasons: Iterable[Reason]) -> str:
    """Write reasons in one line, sorted by kind; many of a kind are counted, not listed.

    ``parameter: N1 50 -> 100; code: mtlpaper.tasks changed; environment: numpy 2.0.1 -> 2.1.0``
    """
    given = list(reasons)
    by_kind = {kind: [str(reason) for reason in given if reason.kind == kind] for kind in KINDS}
    return "; ".join(f"{kind}: {_listed(found)}" for kind, found in by_kind.items() if found)


def _damage(run: Run, record: RunRecord) -> Iterator[Reason]:
    for name, how in record.damage(run.folder):
        yield Reason("data", name, how)
    # The fingerprint was taken of what the record lists, so it notices what was written over.
    made = record.components
    listed = {**record.versions, **made.versions} == record.versions and made.python == record.python
    marks = made.fingerprint(record.parameters), UNSETTLED
    if record.fingerprint not in marks or not listed:
        yield Reason("data", RECORD, "was altered")
    if f"{run.name}.nc" not in record.files:
        yield Reason("data", RECORD, "lists no data")


def _outdated(run: Run, record: RunRecord) -> Iterator[Reason]:
    if record.published != run.published:
        how = "is a published one" if record.published else "was computed here"
        yield Reason("data", f"{run.name}.nc", how)
    found = differences(record, run)
    yield from found
    # The same parameters by another command: a preset plus changes that amount to another preset.
    if record.command != run.command and not any(why.kind == "parameter" for why in found):
        yield Reason("parameter", f"it was made by `{record.command}`")


def _changes(
    kind: Kind, then: Mapping[str, Any], now: Mapping[str, Any], *, values: bool = True
) -> Iterator[Reason]:
    """Compare by name; `values` says whether the two values mean something to a reader."""
    how = {"A": "is gone", "B": "is new", "": "" if values else "changed"}
    for entry in sorted(entries(then, now), key=lambda entry: entry.name):
        told = (entry.a, entry.b) if values else (None, None)
        yield Reason(kind, entry.name, how[entry.only], *told)


def _cell_reasons(then: Sequence[str], now: Sequence[str]) -> Iterator[Reason]:
    """Cells are told by their place, counted from 1 and prose included."""
    if then == now:
        return
    fresh = [place for place, digest in enumerate(now, start=1) if digest not in then]
    for place in fresh:
        yield Reason("code", f"cell {place} of the notebook", "changed")
    if len(then) != len(now):
        yield Reason("code", "number of cells in the notebook", then=len(then), now=len(now))
    elif not fresh:
        yield Reason("code", "order of the notebook's cells", "changed")


def _listed(named: list[str]) -> str:
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"and {len(named) - _NAMED + 1} more"]
    return ", ".join(named)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
