"""The program itself, to which every module of commands adds its own."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, Any

import typer

import mtlpaper
from mtlpaper.companion.cli.live import say
from mtlpaper.companion.limits import ONE_THREAD

app = typer.Typer(
    help="Runs a paper's experiments, judges its claims, and makes the book of both.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


#: Characters that the encoding of a stream lacks (✓) are written as escapes.
_UNKNOWN_LETTERS = "backslashreplace"


@app.callback(invoke_without_command=True)
def before_commands(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Answer ``--version``, and set the environment of the libraries that commands load."""
    os.environ.update(ONE_THREAD)
    os.environ["MPLBACKEND"] = "agg"  # nothing is shown on a screen; a user's own may need one
    if version:
        typer.echo(f"mtlpaper {mtlpaper.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the program, after preparing standard output for what may come."""
    if sys.stdout is not None and sys.stdout.isatty():
        sys.stdout.reconfigure(errors=_UNKNOWN_LETTERS)  # type: ignore[union-attr]
    elif sys.stdout is not None:
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Output(sys.stdout.fileno(), "w", closefd=False)),
            encoding=sys.stdout.encoding,
            errors=_UNKNOWN_LETTERS,
        )
    app()


class _Output(io.FileIO):
    """A file or pipe that ends the program when it cannot be written, as other programs end."""

    def write(self, data: Any, /) -> Any:
        try:
            return super().write(data)
        except OSError as error:
            # What waits in the buffers must not fail a second time when Python flushes them.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise SystemExit(141) from None  # what a shell sees of a program that SIGPIPE ends
            say(f"cannot write to standard output: {error.strerror}")
            raise SystemExit(1) from None
