"""``mtlpaper verify``: whether the published numbers still come out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import say
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings

if TYPE_CHECKING:
    from mtlpaper.companion.archive import Published
    from mtlpaper.companion.contract.checking import Check
    from mtlpaper.companion.contract.tolerances import Difference

#: Share of the units that are computed again unless one says otherwise: some seconds of work.
FRACTION = 0.01


@app.command()
def verify(
    experiments: Annotated[
        list[str] | None, typer.Argument(metavar="[EXPERIMENT]...", help="All by default.")
    ] = None,
    fraction: Annotated[
        float | None, typer.Option(help="Share of the units to compute again; 0.01 by default.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Compute every unit again.")] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the sample; random by default.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Draw units that take about this long together.")
    ] = None,
    jobs: options.Jobs = None,
    root: options.Root = None,
) -> None:
    """Check the files in results/, and compute a random sample of their numbers again."""
    with explained():
        share = _fraction(fraction, every, seconds)
        for name in experiments or ():
            settings(name)  # complain before the slow imports below
        from mtlpaper.companion import archive, runs

        top = runs.find_root(root)
        _require_sound_files(archive.file_faults(top))
        published = archive.read(top, experiments or ())
        processes = options.means(top, jobs, None, None).jobs
        with archive.alone():
            wrong = _check_derived(published)
            sample = _sample(published, share, seed, seconds, processes)
            wrong += _check_units(published, sample, processes)
        if wrong:
            say("\n".join([f"{len(wrong)} published numbers differ:", *wrong]))
            raise typer.Exit(1)


def _fraction(fraction: float | None, every: bool, seconds: float | None) -> float:
    if every and (fraction is not None or seconds is not None):
        raise ParameterError("`--all` leaves nothing to choose; give it without the other options")
    if seconds is not None and not 0 < seconds < float("inf"):
        raise ParameterError(f"`--seconds` must be a number > 0, got {seconds:g}")
    if fraction is not None and not 0 < fraction <= 1:
        raise ParameterError(f"`--fraction` must be a number in (0, 1], got {fraction:g}")
    # A time alone is filled with as many units as fit.
    return 1.0 if every or (fraction is None and seconds is not None) else fraction or FRACTION


def _require_sound_files(faults: Sequence[str]) -> None:
    for fault in faults:
        typer.echo(fault)
    if faults:
        say(f"{len(faults)} of the published files are not as published")
        raise typer.Exit(1)
    typer.echo("files: as published")


def _check_derived(published: Sequence[Published]) -> list[str]:
    """Hold all that follows from published numbers against them; return what differs."""
    from mtlpaper.companion import archive

    wrong = []
    for one in published:
        differences = archive.follow(one)
        off = [difference for difference in differences if not difference.ok]
        for difference in off:
            typer.echo(f"differs  {one.name} {_shown(difference)}")
        wrong += [f"{one.name} {difference.variable}" for difference in off]
        if differences and not off:
            typer.echo(f"ok       {one.name}: {len(differences)} variables follow from the others")
    return wrong


def _sample(
    published: Sequence[Published],
    fraction: float,
    seed: int | None,
    seconds: float | None,
    jobs: int,
) -> list[Check]:
    from mtlpaper.companion import archive

    given = secrets.randbelow(2**32) if seed is None else seed
    checks = {one.name: archive.checks_of(one) for one in published}
    budget = None if seconds is None else seconds * jobs
    sample = archive.draw(checks, fraction=fraction, seed=given, seconds=budget)
    time = sum(check.seconds for check in sample) / jobs
    typer.echo(
        f"sample: seed {given}, {len(sample)} of {sum(map(len, checks.values()))} units, "
        f"about {max(1, round(time))} s on {jobs} {'process' if jobs == 1 else 'processes'}"
    )
    return sample


def _check_units(published: Sequence[Published], sample: Sequence[Check], jobs: int) -> list[str]:
    """Compute the sample again; return the units that differ."""
    from mtlpaper.companion import archive

    wrong = []
    for outcome in archive.recompute(published, sample, jobs):
        off = [difference for difference in outcome.differences if not difference.ok]
        word = "differs" if off else "ok"
        for difference in off or [outcome.worst]:
            typer.echo(f"{word:<8} {outcome.check}: {_shown(difference)}")
        wrong += [f"{outcome.check}: {difference.variable}" for difference in off]
    return wrong


def _shown(difference: Difference) -> str:
    published, recomputed = (
        f"{value:.6g}" if isinstance(value, float) else str(value)
        for value in (difference.published, difference.recomputed)
    )
    within = f", tolerance {difference.allowed:.1g}" if difference.allowed else ""
    return f"{difference.variable} published {published}, recomputed {recomputed}{within}"
