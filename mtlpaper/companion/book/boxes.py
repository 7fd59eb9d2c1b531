"""The provenance box that ends every executed page: which run the numbers came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mtlpaper.companion.book.markdown import cell, directive, literal, table
from mtlpaper.companion.parameters import ParameterInfo
from mtlpaper.companion.results import NARROW
from mtlpaper.companion.runs import Origin, RunRecord

#: Class of the box; the page check looks for it on every executed page.
BOX_CLASS = "provenance"


def provenance_box(
    record: RunRecord,
    files_at: str,
    parameters: Sequence[ParameterInfo] = (),
) -> str:
    """Return the provenance box of a run as MyST Markdown.

    Parameters
    ----------
    record : RunRecord
        The run.
    files_at : str
        Where the book's source keeps the run's files, as a path from the source's root:
        ``/runs/figure1``.
    parameters : sequence of ParameterInfo, optional
        What is known of the parameters, for units and to say what a changed value was changed from.

    Returns
    -------
    str
    """
    parts = [
        _summary(record),
        "Compute them anew:" if record.published else "Run it again:",
        f"```{{code-block}} console\n$ {record.command}\n```",
        _downloads(record, files_at),
        directive("dropdown", _parameters_title(record), _parameters(record, parameters)),
        directive("dropdown", "Versions and machine", _versions(record)),
    ]
    return directive(
        "admonition",
        "Where these numbers come from",
        "\n\n".join(parts),
        options={"class": BOX_CLASS},
        fence=4,
    )


def _summary(record: RunRecord) -> str:
    origin = record.origin
    seeds = ", ".join(f"`{seed}`" for seed in origin.seeds.values()) or "none"
    facts = [
        f"Preset **{cell(origin.preset)}**",
        _commit(origin),
        f"{'seed' if len(origin.seeds) == 1 else 'seeds'} {seeds}",
        f"{cell(origin.device)}, {cell(origin.dtype)}",
        _count(record.threads, "thread") + ", " + _count(record.jobs, "job"),
        f"{_when(origin.started)}, took {_duration(origin.duration_s)}",
    ]
    if record.published is None:
        return " · ".join(facts)
    del facts[4]  # it tells of the machine that drew them
    return (
        "**Published data**, taken from `results/` and not computed for this copy of the book: "
        f"{' · '.join(facts)}. Figures, tables and verdicts were made from them on "
        f"{_when(record.started)}, {_commit(record)}."
    )


def _commit(origin: Origin) -> str:
    why = f" ({cell(origin.commit_unknown)})" if origin.commit_unknown else ""
    if origin.short_commit is None:
        return f"commit unknown{why}"
    told = {True: " **with uncommitted changes**", None: f", changes unknown{why}"}
    return f"commit `{origin.short_commit}`{told.get(origin.dirty, '')}"


def _downloads(record: RunRecord, files_at: str) -> str:
    """Return the download links: data, figures, notebook, record."""

    def links(suffix: str) -> list[str]:
        of_kind = [name for name in sorted(record.files) if name.endswith(suffix)]
        return [link(name, name) for name in of_kind if f"{NARROW}." not in name]

    def link(name: str, label: str) -> str:
        return f"{{download}}`{label} <{files_at}/{name}>`"

    tables = [link(f"{name}.gz", f"{name}.gz") for name in record.files if name.endswith(".csv")]
    data = [*links(".nc"), *sorted(tables)]
    lines = [f"- Data (NetCDF, and a table of estimates): {', '.join(data)}"] if data else []
    if figures := links(".svg"):
        lines.append(f"- Figures: {', '.join(figures)}")
    label = "executed notebook without pictures"
    notebook = [link(name, label) for name in record.files if name.endswith(".ipynb")]
    lines.append("- Run: " + ", ".join([*notebook, link("run.json", "run.json")]))
    return "\n".join(lines)


def _parameters_title(record: RunRecord) -> str:
    title = _count(len(record.parameters), "parameter")
    if record.changed:
        return f"{title}, {len(record.changed)} changed from the preset"
    return f"{title}, all as in the preset"


def _parameters(record: RunRecord, known: Sequence[ParameterInfo]) -> str:
    info = {parameter.name: parameter for parameter in known}
    rows = []
    for name, value in record.parameters.items():
        unit = info[name].unit if name in info else "1"
        shown = literal(value) + ("" if unit == "1" else f" {cell(unit)}")
        note = _note(record, name, value, info[name].values if name in info else {})
        rows.append((literal(name), shown, note))
    return table(("Parameter", "Value", "Note"), rows)


def _note(record: RunRecord, name: str, value: Any, values: Mapping[str, Any]) -> str:
    """Say that a value was changed, and what the preset and the paper preset have instead."""
    notes = ["[changed]{.changed}"] if name in record.changed else []
    for preset in dict.fromkeys((record.preset, "paper")):
        if preset in values and not _same(values[preset], value):
            notes.append(f"{preset}: {literal(values[preset])}")
    return ", ".join(notes)


def _versions(record: RunRecord) -> str:
    origin = record.origin
    rows = [("Python", literal(origin.python))]
    rows += [(cell(name), literal(version)) for name, version in origin.versions.items()]
    rows += [("platform", cell(origin.platform)), ("commit", literal(origin.commit or "unknown"))]
    return table(("Package", "Version"), rows)


def _same(one: Any, other: Any) -> bool:
    """Compare two values as JSON would: a tuple equals the list it is stored as."""
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return list(one) == list(other)
    return bool(one == other)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _when(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return cell(started)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
