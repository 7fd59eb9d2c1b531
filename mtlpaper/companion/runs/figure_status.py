"""Which figures are what a run would make now, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.runs.planning import Run, book_runs, find_root, plan
from mtlpaper.companion.runs.publication import Standing, published_data, standing
from mtlpaper.companion.runs.record import read_record
from mtlpaper.companion.runs.staleness import Reason, in_words, inspect
from mtlpaper.companion.registry import chapter, chapters
from mtlpaper.companion.results import NARROW

#: How the names of a figure's files end; those for narrow windows are of the house style alone.
_ALWAYS = (".svg", ".png")
_SUFFIXES = (*_ALWAYS, *(f"{NARROW}{suffix}" for suffix in _ALWAYS))


@dataclass(frozen=True)
class FigureStatus:
    """One figure of the book.

    Attributes
    ----------
    experiment, figure : str
    reasons : tuple of Reason
        Why it is stale; empty if it is fresh.
    published : Standing
        How the experiment's published dataset stands to the run.
    """

    experiment: str
    figure: str
    reasons: tuple[Reason, ...]
    published: Standing

    @property
    def fresh(self) -> bool:
        """Whether nothing is known that differs."""
        return not self.reasons

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return in_words(self.reasons)


def status(
    preset: str = "paper", root: Path | None = None, names: Iterable[str] | None = None
) -> list[FigureStatus]:
    """Look at every figure of the book's runs.

    Parameters
    ----------
    preset : str
        Whose runs to look at; they are in ``runs/book/<preset>``.
    root : Path, optional
        The repository; found from the package by default.
    names : iterable of str, optional
        Experiments; all by default.

    Returns
    -------
    list of FigureStatus
        In the order of the book.

    Raises
    ------
    ParameterError
        If there is no such preset or experiment.
    SetupError
        If there is no such repository.
    ResultError
        If its manifest is damaged.
    """
    top = find_root(root)
    published = published_data(top)
    rows: list[FigureStatus] = []
    for name in chapters() if names is None else names:
        found: dict[str, tuple[Reason, ...]]
        try:
            run = plan(name, preset, root=top, folder=book_runs(top, preset) / name)
        except SetupError as error:  # it has no notebook
            stands = Standing("unpublished")
            found = dict.fromkeys(chapter(name).figures, (Reason("code", str(error)),))
        else:
            stands, found = standing(run, published.get(name)), _by_figure(run)
        rows += [FigureStatus(name, figure, why, stands) for figure, why in found.items()]
    return rows


def _by_figure(run: Run) -> dict[str, tuple[Reason, ...]]:
    """Give each figure its reasons: an altered picture is no matter of the others."""
    state, record = inspect(run), read_record(run.folder)
    owners = {
        f"{figure}{suffix}": figure for figure in chapter(run.name).figures for suffix in _SUFFIXES
    }
    found: dict[str, list[Reason]] = {figure: [] for figure in owners.values()}
    for figure, reasons in found.items():
        reasons += [why for why in state.reasons if owners.get(why.what, figure) == figure]
    for figure, reasons in found.items():
        for picture in (f"{figure}{suffix}" for suffix in _ALWAYS):
            if record is not None and picture not in record.files:
                reasons.append(Reason("data", picture, "was not drawn"))
    return {figure: tuple(reasons) for figure, reasons in found.items()}
