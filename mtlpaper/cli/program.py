"""The program itself, to which every module of commands adds its own."""

from __future__ import annotations

import os
from typing import Annotated

import typer

import mtlpaper

app = typer.Typer(
    help='Reproduces Lee & Ndirango, "Generalization in multitask deep neural classifiers".',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Stand before the commands, to answer ``--version``."""
    os.environ["MPLBACKEND"] = "agg"  # nothing is shown on a screen; a user's own may need one
    if version:
        typer.echo(f"mtlpaper {mtlpaper.__version__}")
        raise typer.Exit
