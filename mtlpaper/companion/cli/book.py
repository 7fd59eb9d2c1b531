"""``mtlpaper book`` and ``mtlpaper check``: the whole book, and a look over its pages."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from mtlpaper.companion.cli import options
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import Lines, say
from mtlpaper.companion.cli.program import app
from mtlpaper.companion.registry import chapters


@app.command()
def book(
    preset: options.Preset = "paper",
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
    store: options.StoreFolder = None,
    published: Annotated[
        bool, typer.Option("--published", help="Take the data in results/; compute nothing.")
    ] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print all pages into one PDF too; needs Chromium.")
    ] = False,
    force: options.Force = False,
    root: options.Root = None,
) -> None:
    """Run all experiments and build the book in _build/html."""
    with explained(lambda: "what is finished stays, and the same command goes on from there"):
        from mtlpaper.companion import runs

        publish = _publish()
        top = runs.find_root(root)
        if pdf:
            publish.require_browser()
        with Lines().shown() as lines:
            folders = runs.run_all(
                list(chapters()),
                preset,
                top,
                runs.book_runs(top, "published" if published else preset),
                options.means(top, jobs, store, scheduler),
                published=published,
                force=force,
                on_event=lines.on_event,
                on_progress=lines.on_progress,
            )
        say("book: building")
        html = top / "_build" / "html"
        if not publish.build_book(top, folders, html, preset=preset, pdf=pdf):
            say("book: up to date")
        typer.echo(html / "index.html")


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of pages; _build/html by default.")
    ] = None,
    root: options.Root = None,
) -> None:
    """Check the pages of a built book."""
    with explained():
        from mtlpaper.companion import runs

        publish = _publish()
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


def _publish() -> ModuleType:
    """Import what makes the book, which needs packages that nothing else does."""
    from mtlpaper.companion.runs import SetupError

    try:
        from mtlpaper.companion import book as publish
    except ModuleNotFoundError as error:
        raise SetupError(
            f"the book needs the package `{error.name}`: pip install 'mtlpaper[book]'"
        ) from error
    return publish
