"""``mtlpaper list`` and ``mtlpaper show``: what can be run."""

from __future__ import annotations

from typing import Annotated

import typer

from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.cli.tables import shown, stdout, table
from mtlpaper.companion.parameters import Parameters, describe
from mtlpaper.companion.registry import chapters, settings


@app.command("list")
def list_experiments() -> None:
    """List the experiments."""
    rows = table("Experiment", "Shows", "Presets")
    for name, chapter in chapters().items():
        cls = chapter.parameters
        rows.add_row(name, cls.title, ", ".join(cls.presets))
    stdout().print(rows)


@app.command()
def show(name: Annotated[str, typer.Argument(help="An experiment.")]) -> None:
    """Show an experiment's parameters: values, type, range, unit and meaning."""
    with explained():
        cls = settings(name)
        presets = list(cls.presets)
        columns = ["Parameter", *presets, "Type and range", "Unit", "Meaning", "Source"]
        rows = table(*columns, padding=(0, 2, 0, 0))
        for info in describe(cls):
            values = [shown(info.values[preset]) for preset in presets]
            kind = f"{info.type} {info.range}" if info.type != "choice" else info.range
            unit = "" if info.unit == "1" else info.unit
            source = f"{info.status}: {info.source}"
            rows.add_row(info.name, *values, kind, unit, info.meaning, source)
        console = stdout()
        console.print(f"{name}: {cls.title}\n", highlight=False, markup=False)
        console.print(rows)
        if cls.settings:
            console.print(_settings(cls), highlight=False, markup=False)


def _settings(cls: type[Parameters]) -> str:
    """Say which named settings there are, and what they are as against presets."""
    lines = ["\nA preset says how much is computed, named settings say what (run --settings NAME):"]
    for name, values in cls.settings.items():
        changed = ", ".join(f"{key} = {shown(value)}" for key, value in values.items())
        lines.append(f"  {name}: {changed or 'the values above'}")
    return "\n".join(lines)
