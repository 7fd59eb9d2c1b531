"""The settings ledger, how sure we are of every parameter, and the table of their symbols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mtlpaper.companion.book.markdown import cell, literal, table
from mtlpaper.companion.parameters import (
    ParameterInfo,
    Parameters,
    describe,
    readable_range,
    symbol_of,
)
from mtlpaper.companion.parameters.base import Status

#: Order in which the summary line counts the statuses.
STATUSES: tuple[Status, ...] = ("stated", "script", "inferred", "unknown", "ours")
#: Where fewer experiments than this lack a parameter, these are listed instead.
_FEW = 4


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


def symbols(glossary: Mapping[str, Any], settings: Mapping[str, type[Parameters]]) -> str:
    """Return the table of the parameters' symbols as MyST Markdown, with links to the ledger.

    Parameters
    ----------
    glossary : mapping
        Name of a parameter to its annotated type (`registry.glossary`).
    settings : mapping
        Experiment name to settings class, in the order of the book.
    """
    header = ("Symbol", "Parameter", "Meaning", "Range and unit", "Experiments")
    return table(header, [_symbol(name, kind, settings) for name, kind in glossary.items()]) + "\n"


def _symbol(name: str, kind: Any, settings: Mapping[str, type[Parameters]]) -> tuple[str, ...]:
    symbol = symbol_of(kind)
    unit = "" if symbol.unit == "1" else f" {symbol.unit}"
    equation = f"; see {{eq}}`{symbol.equation}`" if symbol.equation else ""
    return (
        f"${symbol.letter}$" if symbol.letter else "",
        literal(name),
        cell(symbol.meaning) + equation,
        cell(readable_range(kind) + unit),
        _users(name, settings),
    )


def _users(name: str, settings: Mapping[str, type[Parameters]]) -> str:
    others = [other for other, cls in settings.items() if name not in cls.model_fields]
    if not others:
        return "all"
    if len(others) < min(_FEW, len(settings)):
        return f"all but {_links(others)}"
    return _links([user for user in settings if user not in others])


def _links(names: Sequence[str]) -> str:
    return ", ".join(f"{{ref}}`{name} <settings-{name}>`" for name in names)
