"""The settings ledger: every parameter of every experiment, and how sure we are of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mtlpaper.companion.book.markdown import cell, literal, table
from mtlpaper.companion.parameters import ParameterInfo, Parameters, describe
from mtlpaper.companion.parameters.base import Status

#: Order in which the summary line counts the statuses.
STATUSES: tuple[Status, ...] = ("stated", "inferred", "unknown", "ours")


def settings_ledger(settings: Mapping[str, type[Parameters]]) -> str:
    """Return the ledger page's tables as MyST Markdown, one section an experiment.

    Parameters
    ----------
    settings : mapping
        Experiment name to settings class, in the order of the book.

    Returns
    -------
    str
        Sections with label ``settings-NAME``.
    """
    return "\n\n".join(_section(name, cls) for name, cls in settings.items()) + "\n"


def _section(name: str, cls: type[Parameters]) -> str:
    parameters = describe(cls)
    header = ("Parameter", "Value", "Meaning", "Status and source")
    return "\n\n".join(
        [
            f"(settings-{name})=\n## {cls.title}",
            f"Notebook: {{doc}}`/notebooks/{name}`. {_counts(parameters)}",
            table(header, [_row(parameter) for parameter in parameters]),
        ]
    )


def _row(parameter: ParameterInfo) -> tuple[str, ...]:
    return (
        literal(parameter.name),
        _values(parameter),
        cell(parameter.meaning),
        f"{status_badge(parameter.status)} {cell(parameter.source)}",
    )


def _values(parameter: ParameterInfo) -> str:
    """Return the paper preset's value with its unit, and other presets' where they differ."""
    paper = parameter.values["paper"]
    unit = "" if parameter.unit == "1" else f" {cell(parameter.unit)}"
    others = [
        f"; {preset}: {literal(value)}"
        for preset, value in parameter.values.items()
        if value != paper
    ]
    return f"{literal(paper)}{unit}{''.join(others)}"


def status_badge(status: str) -> str:
    """Return a status as word and symbol; the style sheet draws the symbol from the class."""
    return f"[{cell(status)}]{{.status .status-{status}}}"


def _counts(parameters: Sequence[ParameterInfo]) -> str:
    counts = Counter(parameter.status for parameter in parameters)
    known = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    total = len(parameters)
    return f"{total} {'parameter' if total == 1 else 'parameters'}: {', '.join(known)}."
