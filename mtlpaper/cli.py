"""The command-line program ``mtlpaper``.

Results go to standard output, progress and complaints to standard error. Exit codes: 0 all well,
1 a run, a build or a check failed, 2 the input cannot be accepted, 130 interrupted.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

import mtlpaper
from mtlpaper.settings import SETTINGS, ParameterError, Parameters, describe, parse_value, settings

# Numerics, plotting and Jupyter are imported by the commands that need them: `list`, `show` and a
# complaint about a parameter have to come at once.

app = typer.Typer(
    help='Reproduces Lee & Ndirango, "Generalization in multitask deep neural classifiers".',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Preset = Annotated[str, typer.Option(help="Set of parameter values: quick or paper.")]
Root = Annotated[Path | None, typer.Option(help="The clone, if not the package's own.")]
Force = Annotated[bool, typer.Option("--force", help="Run also what is up to date.")]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Stand before the commands, to answer ``--version``."""
    if version:
        typer.echo(f"mtlpaper {mtlpaper.__version__}")
        raise typer.Exit


@app.command("list")
def list_experiments() -> None:
    """List the experiments."""
    table = Table("Experiment", "Shows", "Presets", box=None, header_style="bold", pad_edge=False)
    for name, cls in SETTINGS.items():
        table.add_row(name, cls.title, ", ".join(cls.presets))
    _stdout().print(table)


@app.command()
def show(name: Annotated[str, typer.Argument(help="An experiment.")]) -> None:
    """Show an experiment's parameters: values, type, range, unit and meaning."""
    with _explained():
        cls = settings(name)
        presets = list(cls.presets)
        columns = ["Parameter", *presets, "Type and range", "Unit", "Meaning", "Source"]
        table = Table(*columns, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for info in describe(cls):
            values = [_shown(info.values[preset]) for preset in presets]
            kind = f"{info.type} {info.range}" if info.type != "choice" else info.range
            unit = "" if info.unit == "1" else info.unit
            source = f"{info.status}: {info.source}"
            table.add_row(info.name, *values, kind, unit, info.meaning, source)
        stdout = _stdout()
        stdout.print(f"{name}: {cls.title}\n", highlight=False, markup=False)
        stdout.print(table)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="An experiment.")],
    preset: Preset = "paper",
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A change.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results; below ./runs by default.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    device: Annotated[str | None, typer.Option(help="cpu or cuda; short for -p device=….")] = None,
    force: Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Report failures only.")] = False,
    root: Root = None,
) -> None:
    """Run one experiment into a folder of its own."""
    with _explained("earlier results are as they were, and the same command starts it again"):
        changes = _changes(settings(name), parameter or [], device)
        settings(name).preset(preset, **changes)  # complain before the slow imports below
        from mtlpaper import runs

        planned = runs.plan(name, preset, changes, folder=out, root=root)
        with _cells(name, preset, quiet) as (on_start, on_cell):
            outcome = runs.execute(
                planned, jobs=jobs, force=force, on_start=on_start, on_cell=on_cell
            )
        if not quiet:
            took = outcome.record["duration_s"]
            _say(f"{name}: up to date" if outcome.reused else f"{name}: done in {took:.1f} s")
            typer.echo(outcome.folder)


@app.command()
def book(
    preset: Preset = "paper",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; one a core if not given.")
    ] = None,
    force: Force = False,
    root: Root = None,
) -> None:
    """Run all experiments and build the book in _build/html."""
    with _explained("what is finished stays, and the same command goes on from there"):
        from mtlpaper import publish, runs

        top = runs.find_root(root)
        folders = runs.run_all(
            list(SETTINGS),
            preset,
            top,
            top / "_build" / "runs" / preset,
            jobs=jobs or _cores(),
            force=force,
            on_event=lambda name, event: _say(f"{name}: {event}"),
        )
        _say("book: building")
        publish.build_book(top, folders, top / "_build" / "html", preset=preset)
        typer.echo(top / "_build" / "html" / "index.html")


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of pages; _build/html by default.")
    ] = None,
    root: Root = None,
) -> None:
    """Check the pages of a built book."""
    with _explained():
        from mtlpaper import publish, runs

        top = runs.find_root(root)
        pages = folder or top / "_build" / "html"
        if not pages.is_dir():
            raise runs.SetupError(f"there is no folder of pages {pages}")
        faults = publish.check_pages(pages, top / "_toc.yml")
        for fault in faults:
            typer.echo(str(fault))
        if faults:
            _say(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
            raise typer.Exit(1)


@app.command()
def redraw(
    data: Annotated[Path, typer.Argument(metavar="FILE.nc", help="Data of a run.")],
    out: Annotated[Path, typer.Option(help="Folder of the figures.")],
) -> None:
    """Draw the figures of a run again, from its data alone."""
    with _explained():
        from mtlpaper import figures, results, runs

        runs.require_unaltered(data)
        drawn = figures.draw(results.load(data))
        out.mkdir(parents=True, exist_ok=True)
        for name, figure in drawn.items():
            for path in results.save_figure(figure, out / name):
                typer.echo(path)


def _changes(cls: type[Parameters], given: list[str], device: str | None) -> dict[str, Any]:
    """Read ``-p NAME=VALUE …`` and ``--device``."""
    changes: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ParameterError(f"`-p` must read NAME=VALUE, got {text!r}")
        if name in changes:
            raise ParameterError(f"`{name}` must be given once, got {text!r} after another value")
        changes[name] = parse_value(value)
    if device is None:
        return changes
    if "device" not in cls.model_fields:
        raise ParameterError(f"`--device` does not apply: {cls.name} trains no networks")
    if "device" in changes:
        raise ParameterError("`device` must be given once, got both `--device` and `-p device`")
    return {**changes, "device": device}


@contextmanager
def _cells(name: str, preset: str, quiet: bool) -> Iterator[tuple[Any, Any]]:
    """Show a run's progress: a line on a terminal, else one sentence at the start."""
    stderr = _stderr()
    if quiet or not stderr.is_terminal:
        yield (lambda reason: None if quiet else _say(_begun(name, preset, reason)), _nothing)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task(f"{name}: starting")

        def on_cell(done: int, total: int) -> None:
            progress.update(task, description=f"{name}: {done} of {total} cells")

        yield lambda reason: _say(_begun(name, preset, reason), progress.console), on_cell


def _begun(name: str, preset: str, reason: str) -> str:
    return f"{name}: running, preset {preset}" + (f" ({reason})" if reason else "")


def _nothing(*_: Any) -> None:
    pass


@contextmanager
def _explained(after_interrupt: str = "nothing was changed") -> Iterator[None]:
    """Turn what goes wrong into words and an exit code."""
    try:
        with _interruptible():
            yield
    except KeyboardInterrupt:
        _fail(f"interrupted; {after_interrupt}", 130)
    except typer.Exit:
        raise
    except ParameterError as error:
        _fail(str(error), 2)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        traceback = getattr(error, "traceback", "")
        if traceback:
            _say(traceback)
        _fail("\n".join([str(error), *getattr(error, "__notes__", [])]), code)


def _exit_code(error: Exception) -> int | None:
    """Return the exit code of an error we foresaw; None for a fault of the program."""
    from mtlpaper.figures import FigureError
    from mtlpaper.publish import PublishError
    from mtlpaper.results import ResultError
    from mtlpaper.runs import RunError, SetupError

    if isinstance(error, SetupError | ResultError | FigureError):
        return 2
    return 1 if isinstance(error, RunError | PublishError) else None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a polite request to end (closed terminal, `kill`) do what Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _fail(message: str, code: int) -> NoReturn:
    _say(message)
    raise typer.Exit(code)


def _say(text: str, console: Console | None = None) -> None:
    (console or _stderr()).print(text, markup=False, highlight=False, soft_wrap=True)


def _stderr() -> Console:
    return Console(stderr=True)


def _stdout() -> Console:
    console = Console()
    if not console.is_terminal:  # a pipe has no width; do not fold the table to 80 columns
        console.width = 160
    return console


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # what a container may use; Linux only
    return len(affinity(0)) if affinity else os.cpu_count() or 1


if __name__ == "__main__":
    app()
