"""Ruder, "An overview of multi-task learning in deep neural networks" (2017).

The text at hand is a set of notes on it: methods and reasons, without one number. Numbers that a
row of the ledger gives are those of the papers that it summarises, named in the row.
"""

from mtlpaper.companion.registry import Document, Sentence

#: Subjects of the claims.
SHARING = "Methods: ways of sharing"
WEIGHING = "Methods: weighing the tasks"
KINDS = "Methods: kinds of auxiliary tasks"
MECHANISMS = "Methods: why it should work"

SUMMARY: tuple[Sentence, ...] = ()

DOCUMENT = Document(
    authors="Ruder",
    title="An overview of multi-task learning in deep neural networks",
    year=2017,
    venue="arXiv 1706.05098",
    link="https://arxiv.org/abs/1706.05098",
    sections=(SHARING, WEIGHING, KINDS, MECHANISMS),
    abstract=SUMMARY,
)
