"""Options that several commands share, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtlpaper.companion import limits

if TYPE_CHECKING:
    from mtlpaper.companion.runs import Means

Preset = Annotated[str, typer.Option(help="Set of parameter values: quick or paper.")]
Root = Annotated[Path | None, typer.Option(help="The clone, if not the package's own.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Run also what is up to date.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        envvar="MTLPAPER_JOBS",
        show_envvar=False,
        help="Processes; one a core if not given.",
    ),
]
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
        help="Where finished parts of sweeps are kept; runs/store by default.",
    ),
]


def means(root: Path, jobs: int | None, store: Path | None, scheduler: str | None) -> Means:
    """Return what runs may use, with the defaults for what was not given."""
    from mtlpaper.companion.runs import Means

    return Means(jobs or limits.cores(), store or root / "runs" / "store", scheduler)
