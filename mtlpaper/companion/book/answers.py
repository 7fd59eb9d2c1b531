"""What every chapter asks and its run answers: a row on the front page, a box on its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mtlpaper.companion import registry
from mtlpaper.companion.book.cards import Context, row
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.markdown import cell, directive, table
from mtlpaper.companion.claims import Finding
from mtlpaper.companion.parameters import nearest
from mtlpaper.companion.registry import Chapter

_PLACEHOLDER = re.compile(r"\{([\w-]+)(:[^{}]*)?\}(?!`)")  # and no role


def answers(glued: Mapping[str, Collection[str]]) -> str:
    """Return the table as MyST Markdown, a row for every chapter that asks something.

    Parameters
    ----------
    glued : mapping
        Names of the numbers and verdicts that each run's notebook stores, by experiment.

    Returns
    -------
    str
        The rows are in the order of the book; the numbers come in by ``{glue:text}``.

    Raises
    ------
    PublishError
        If an answer has a placeholder for something else.
    """
    rows = [
        (f"{{doc}}`/notebooks/{name}`", cell(chapter.question), _answer(chapter, glued[name]))
        for name, chapter in registry.chapters().items()
        if chapter.question and name in glued
    ]
    return table(("page", "question", "answer"), rows) + "\n"


def opening(
    chapter: Chapter,
    glued: Collection[str],
    findings: Mapping[str, Finding],
    context: Context,
) -> str:
    """Return the box that opens a chapter's page: question, answer, and the claims it decides.

    Parameters
    ----------
    chapter : Chapter
    glued : collection of str
        Names of the numbers and verdicts that its notebook stores.
    findings : mapping
        By the claim's name.
    context : Context

    Returns
    -------
    str
        MyST Markdown; empty for a chapter that asks nothing and decides no claim.
    """
    parts = [_answer(chapter, glued)] if chapter.question else []
    parts += [row(claim, findings[claim.name], context) for claim in chapter.claims]
    title = chapter.question or "What is claimed?"
    box = directive("admonition", title, "\n\n".join(parts), options={"class": "opening"}, fence=6)
    return f"{box}\n" if parts else ""


def _answer(chapter: Chapter, glued: Collection[str]) -> str:
    def reference(match: re.Match[str]) -> str:
        name, form = match.groups()
        if name not in glued:
            guess = nearest(name, glued)
            hint = f"did you mean {guess}?" if guess else f"it has {', '.join(glued) or 'none'}"
            raise PublishError(
                f"{chapter.package}.numbers: the placeholder {match[0]} of `ANSWER` must name a "
                f"number or a claim that the notebook shows; {hint}"
            )
        return f"{{glue:text}}`/notebooks/{chapter.name}.ipynb::{name}{form or ':s'}`"

    return _PLACEHOLDER.sub(reference, cell(chapter.answer))
