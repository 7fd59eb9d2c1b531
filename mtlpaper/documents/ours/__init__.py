"""Hypotheses of this companion, which no other document states."""

from mtlpaper.companion.registry import Document

#: What links the second document to the first.
BRIDGE = "Weight decay on the first paper's tasks"

DOCUMENT = Document(
    authors="This companion",
    title="What links the two documents, and neither of them says",
    year=2026,
    sections=(BRIDGE,),
)
