"""``mtlpaper publish``, ``redraw`` and ``run``: runs, and what is made of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import Lines, say
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.parameters import ParameterError, Parameters
from mtlpaper.companion.registry import settings

if TYPE_CHECKING:
    from mtlpaper.companion.runs import Means, Run


@app.command()
def publish(
    preset: options.Preset = "paper",
    source: Annotated[
        Path | None,
        typer.Option("--runs", help="Folder of the runs; runs/book/PRESET by default."),
    ] = None,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Accept runs of an uncommitted tree; recorded.")
    ] = False,
    root: options.Root = None,
) -> None:
    """Copy the data of all runs into results/, with a manifest and the verdicts."""
    with explained():
        from mtlpaper.companion import archive, runs

        top = runs.find_root(root)
        typer.echo(archive.publish(top, preset, source, allow_dirty=allow_dirty))


@app.command()
def redraw(
    data: Annotated[Path, typer.Argument(metavar="FILE.nc", help="Data of a run.")],
    out: Annotated[Path, typer.Option(help="Folder of the figures.")],
) -> None:
    """Draw the figures of a run again, from its data alone."""
    with explained():
        from mtlpaper.companion import drawings, results, runs

        runs.require_unaltered(data)
        drawn = drawings.draw(results.load(data))
        runs.make_folder(out)
        for name, figure in drawn.items():
            for path in results.save_figure(figure, out / name):
                typer.echo(path)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="An experiment.")],
    preset: options.Preset = "paper",
    named: Annotated[
        str | None,
        typer.Option("--settings", metavar="NAME", help="Named settings, as `show` lists them."),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A change.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results; below ./runs by default.")
    ] = None,
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
    store: options.StoreFolder = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda; short for -p device=….")] = None,
    force: options.Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Report failures only.")] = False,
    root: options.Root = None,
) -> None:
    """Run one experiment into a folder of its own."""
    lines = Lines(quiet=quiet)
    with explained(lines.after_interrupt):
        changes = _changes(settings(name), parameter or [], device)
        if named is not None:
            changes = {**settings(name).setting(named), **changes}
        settings(name).preset(preset, **changes)  # complain before the slow imports below
        from mtlpaper.companion import runs

        planned = runs.plan(name, preset, changes, folder=out, root=root)
        means = options.means(planned.root, jobs, store, scheduler)

        def on_start(reason: str) -> None:
            lines.on_event(name, f"running, preset {preset}", reason)
            if not quiet:
                lines.say(f"{name}: {_estimate(planned, means)}")

        with lines.shown():
            outcome = runs.execute(
                planned,
                means,
                force=force,
                on_start=on_start,
                on_cell=partial(lines.on_cell, name),
                on_progress=partial(lines.on_progress, name),
            )
        if not quiet:
            took = outcome.record.duration_s
            say(f"{name}: up to date" if outcome.reused else f"{name}: done in {took:.1f} s")
            typer.echo(outcome.folder)


def _changes(cls: type[Parameters], given: list[str], device: str | None) -> dict[str, Any]:
    """Read ``-p NAME=VALUE …`` and ``--device``."""
    changes = options.assignments("-p", given)
    if device is None:
        return changes
    if "device" not in cls.model_fields:
        raise ParameterError(f"`--device` does not apply: {cls.name} has no such parameter")
    if "device" in changes:
        raise ParameterError("`device` must be given once, got both `--device` and `-p device`")
    return {**changes, "device": device}


def _estimate(planned: Run, means: Means) -> str:
    """Say what a run will take."""
    from mtlpaper.companion import experiments

    found = experiments.estimate(planned.params).summary(means.jobs)
    on_gpu = getattr(planned.params, "device", "cpu") == "cuda"
    return f"{found}, estimated for the processor" if on_gpu else found
