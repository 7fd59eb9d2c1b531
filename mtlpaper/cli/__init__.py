"""The command-line program ``mtlpaper``.

Results go to standard output, progress and complaints to standard error. Exit codes: 0 all well,
1 a run, a build or a check failed, 2 the input cannot be accepted, 130 interrupted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import mtlpaper
from mtlpaper.cli.endings import explained
from mtlpaper.cli.live import BookLines, RunLine, say
from mtlpaper.settings import SETTINGS, ParameterError, Parameters, describe, parse_value, settings

if TYPE_CHECKING:
    from mtlpaper.runs import Means, Run

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
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; one a core if not given.")]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        envvar="MTLPAPER_SCHEDULER",
        show_envvar=False,
        help="A dask scheduler whose workers do the sweeps.",
    ),
]
StoreFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        envvar="MTLPAPER_STORE",
        show_envvar=False,
        help="Where finished parts of sweeps are kept; _build/store by default.",
    ),
]


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
    with explained():
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
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    store: StoreFolder = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda; short for -p device=….")] = None,
    force: Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Report failures only.")] = False,
    root: Root = None,
) -> None:
    """Run one experiment into a folder of its own."""
    line = RunLine(name, preset, lambda: _estimate(planned, means), quiet=quiet)
    with explained(line.after_interrupt):
        changes = _changes(settings(name), parameter or [], device)
        settings(name).preset(preset, **changes)  # complain before the slow imports below
        from mtlpaper import runs

        planned = runs.plan(name, preset, changes, folder=out, root=root)
        means = _means(planned.root, jobs, store, scheduler)
        with line.shown():
            outcome = runs.execute(
                planned,
                means,
                force=force,
                on_start=line.on_start,
                on_cell=line.on_cell,
                on_progress=line.on_progress,
            )
        if not quiet:
            took = outcome.record["duration_s"]
            say(f"{name}: up to date" if outcome.reused else f"{name}: done in {took:.1f} s")
            typer.echo(outcome.folder)


@app.command()
def book(
    preset: Preset = "paper",
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    store: StoreFolder = None,
    force: Force = False,
    root: Root = None,
) -> None:
    """Run all experiments and build the book in _build/html."""
    with explained(lambda: "what is finished stays, and the same command goes on from there"):
        from mtlpaper import publish, runs

        top = runs.find_root(root)
        with BookLines().shown() as lines:
            folders = runs.run_all(
                list(SETTINGS),
                preset,
                top,
                top / "_build" / "runs" / preset,
                _means(top, jobs, store, scheduler),
                force=force,
                on_event=lines.on_event,
                on_progress=lines.on_progress,
            )
        say("book: building")
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
    with explained():
        from mtlpaper import publish, runs

        top = runs.find_root(root)
        pages = folder or top / "_build" / "html"
        if not pages.is_dir():
            raise runs.SetupError(f"there is no folder of pages {pages}")
        faults = publish.check_pages(pages, top / "_toc.yml")
        for fault in faults:
            typer.echo(str(fault))
        if faults:
            say(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
            raise typer.Exit(1)


@app.command()
def redraw(
    data: Annotated[Path, typer.Argument(metavar="FILE.nc", help="Data of a run.")],
    out: Annotated[Path, typer.Option(help="Folder of the figures.")],
) -> None:
    """Draw the figures of a run again, from its data alone."""
    with explained():
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


def _means(root: Path, jobs: int | None, store: Path | None, scheduler: str | None) -> Means:
    from mtlpaper.runs import Means

    return Means(jobs or _cores(), store or root / "_build" / "store", scheduler)


def _estimate(planned: Run, means: Means) -> str:
    """Say what a run will take, if its experiment can tell."""
    from mtlpaper import experiments

    found = experiments.estimate(planned.params)
    return "" if found is None else str(found.summary(means.jobs))


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
