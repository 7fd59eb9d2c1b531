"""``mtlpaper published``: the numbers that documents publish."""

from __future__ import annotations

from dataclasses import asdict
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.cli.tables import shown, stdout, table, write_json
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import published as published_tables
from mtlpaper.companion.registry import published_table

if TYPE_CHECKING:
    import xarray as xr

    from mtlpaper.companion.comparison import Mismatch


@app.command()
def published(
    name: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="Show this table; list all by default.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("-s", "--select", metavar="NAME=VALUE", help="Only cells with this value."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the cells to this new file, .csv or .nc.")
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Check the numbers against the authors' files of rows in here."
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show the numbers that the paper's authors published, or check them against their rows."""
    with explained():
        if rows is not None:
            if select or out is not None:
                raise ParameterError("`--rows` checks whole tables; give it without -s and --out")
            _check([name] if name else list(published_tables()), rows, json=json)
        elif name is not None:
            data = _selected(published_table(name).load(), options.assignments("-s", select or ()))
            if out is not None:
                _write(data, out)
            elif json:
                write_json({**data.attrs, "cells": _cells(data)})
            else:
                _print(data)
        elif select or out is not None:
            raise ParameterError("-s and --out need the name of a table")
        else:
            _list(json=json)


def _list(*, json: bool) -> None:
    tables = {name: of.load() for name, of in published_tables().items()}
    if json:
        write_json({name: {**data.attrs, "over": _over(data)} for name, data in tables.items()})
        return
    lines = table("Table", "Shows", "Cells", "Over", padding=(0, 2, 0, 0))
    for name, data in tables.items():
        over = ", ".join(f"{dim} ({size})" for dim, size in data.sizes.items())
        lines.add_row(name, data.attrs["title"], str(prod(data.sizes.values())), over)
    console = stdout()
    console.print(lines)
    for said in dict.fromkeys(map(_said, tables.values())):
        console.print(Text(f"\n{said}"))


def _over(data: xr.Dataset) -> dict[str, list[Any]]:
    return {str(dim): data[dim].values.tolist() for dim in data.dims}


def _said(data: xr.Dataset) -> str:
    """Say what the numbers are and where they are from."""
    known = data.attrs
    source = f"{known['source']}, commit {known['commit']}, licence {known['licence']}"
    return f"{known['comment']}\nFrom {source}."


def _selected(data: xr.Dataset, values: dict[str, Any]) -> xr.Dataset:
    over = _over(data)
    for name, value in values.items():
        if name not in over:
            raise ParameterError(f"the table is not over `{name}`; it is over {', '.join(over)}")
        wanted = value if isinstance(value, list) else [value]
        if not wanted or any(one not in over[name] for one in wanted):
            raise ParameterError(
                f"`{name}` must be among {shown(over[name])}, got {shown(value) or 'nothing'}"
            )
        data = data.sel({name: [one for one in over[name] if one in wanted]})
    return data


def _cells(data: xr.Dataset) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data.to_dataframe().reset_index().to_dict("records")
    return found


def _print(data: xr.Dataset) -> None:
    from mtlpaper.companion.contract.tolerances import named

    console = stdout()
    everywhere = {
        str(name): one.values.item() for name, one in data.variables.items() if not one.dims
    }
    console.print(Text(f"{data.attrs['title']}\n{_said(data)}\nAll cells: {named(everywhere)}\n"))
    cells = _cells(data.drop_vars(everywhere))
    lines = table(*cells[0], padding=(0, 2, 0, 0))
    for cell in cells:
        lines.add_row(*map(shown, cell.values()))
    console.print(lines)


def _write(data: xr.Dataset, path: Path) -> None:
    from mtlpaper.companion import results

    if path.suffix not in (".csv", ".nc"):
        raise ParameterError(f"`--out` must be a file .csv or .nc, got {path}")
    if path.exists():
        raise ParameterError(f"`--out` must be a new file, got {path}, which exists")
    try:
        if path.suffix == ".nc":
            results.save(data, path)
        else:
            data.to_dataframe().to_csv(path)
    except OSError as error:
        raise ParameterError(f"cannot write {path}: {error.strerror}") from error
    typer.echo(path)


def _check(names: list[str], folder: Path, *, json: bool) -> None:
    """Hold tables against the rows they were computed from; end with 1 if any cell differs."""
    from mtlpaper.companion.comparison import mismatches
    from mtlpaper.companion.contract.tolerances import named

    found = {name: mismatches(published_table(name), folder) for name in names}
    if json:
        write_json({name: [asdict(mismatch) for mismatch in of] for name, of in found.items()})
    else:
        for name, of in found.items():
            for mismatch in of:
                where = named(mismatch.cell)
                typer.echo(f"differs  {name} [{where}]: {_differing(mismatch)}")
            n = prod(published_table(name).load().sizes.values())
            typer.echo(f"{name}: {n - len(of)} of {n} cells agree with the rows")
    if any(found.values()):
        raise typer.Exit(1)


def _differing(mismatch: Mismatch) -> str:
    return "; ".join(
        f"{name} published {shown(published)}, from the rows {shown(computed)}"
        for name, (published, computed) in mismatch.numbers.items()
    )
