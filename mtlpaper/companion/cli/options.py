"""Options that several commands share, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtlpaper.companion import limits
from mtlpaper.companion.parameters import ParameterError, parse_value

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


def assignments(option: str, given: Iterable[str]) -> dict[str, Any]:
    """Read the values of an option that says NAME=VALUE and may be given for several names."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ParameterError(f"`{option}` must read NAME=VALUE, got {text!r}")
        if name in found:
            raise ParameterError(f"`{name}` must be given once, got {text!r} after another value")
        found[name] = parse_value(value)
    return found
