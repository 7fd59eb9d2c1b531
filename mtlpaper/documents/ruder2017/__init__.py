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

SUMMARY = (
    Sentence(
        "Sharing representations between related tasks makes a model generalise better on the "
        "original task.",
        ("related-tasks-generalise", "kinds-related"),
    ),
    Sentence(
        "Sharing with an unrelated task can hurt, and hard sharing breaks down if tasks are not "
        "closely related.",
        ("kinds-unrelated-harms", "hard-sharing-breaks-down"),
    ),
    Sentence(
        "Ways of sharing that learn what to share, or draw tasks towards clusters, and weights by "
        "their uncertainty deal with this.",
        (
            "clustering-unrelated",
            "cross-stitch-decides",
            "sluice-decides",
            "branching-groups",
            "tensor-splits",
            "uncertainty-adjusts",
        ),
    ),
    Sentence(
        "Where tasks share a small set of features, sparsity across tasks finds it.",
        (
            "sparse-shared-fewer",
            "sparse-apart-more",
            "sparse-two-thirds",
            "sparse-l2-threshold",
        ),
    ),
    Sentence(
        "There are suitable auxiliary tasks of many kinds: adversarial ones, hints, tasks that "
        "focus attention, less quantised labels, inputs as outputs, the future, representations.",
        (
            "kinds-adversarial",
            "kinds-hints",
            "kinds-focusing",
            "kinds-quantisation",
            "kinds-information",
            "kinds-inputs",
            "kinds-future",
            "kinds-representation",
            "kinds-controls",
        ),
    ),
    Sentence(
        "It works by implicit data augmentation, attention focusing, eavesdropping, representation "
        "bias and regularisation.",
        ("mechanisms-act", "mechanisms-controls"),
    ),
)

DOCUMENT = Document(
    authors="Ruder",
    title="An overview of multi-task learning in deep neural networks",
    year=2017,
    venue="arXiv 1706.05098",
    link="https://arxiv.org/abs/1706.05098",
    sections=(SHARING, WEIGHING, KINDS, MECHANISMS),
    abstract=SUMMARY,
)
