"""Heiss, Teichmann & Wutte, "How infinitely wide neural networks can benefit …" (2021).

The text at hand (arXiv 2112.15577) ends at its Eq. (7). Propositions behind that place are known
from what the abstract, section 1.2 and the definitions say of them.
"""

from mtlpaper.companion.registry import Document

#: Subjects of the claims.
LIMIT = "Infinite width: the limit"
BENEFIT = "Infinite width: who can benefit"
BRIDGE = "Weight decay on the first paper's tasks"

DOCUMENT = Document(
    authors="Heiss, Teichmann & Wutte",
    title="How infinitely wide neural networks can benefit from multi-task learning – an exact "
    "macroscopic characterization",
    year=2021,
    sections=(LIMIT, BENEFIT, BRIDGE),
)
