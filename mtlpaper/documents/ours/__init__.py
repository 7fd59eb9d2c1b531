"""Hypotheses of this companion, which no other document states."""

from mtlpaper.companion.registry import Document

#: What links the second document to the first.
BRIDGE = "Weight decay on the first paper's tasks"
#: Figures 2 and 3 on real classes.
REAL = "Real data"
#: What Eq. (5) of the first document says of the weight of a loss, and what protects the main task.
PROTECTED = "Weights and rules"

DOCUMENT = Document(
    authors="This companion",
    title="What links the documents, and none of them says",
    year=2026,
    sections=(BRIDGE, PROTECTED, REAL),
)
