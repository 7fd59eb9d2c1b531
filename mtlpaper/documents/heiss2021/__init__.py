"""Heiss, Teichmann & Wutte, "How infinitely wide neural networks can benefit …" (2021).

The text at hand (arXiv 2112.15577) ends at its Eq. (7). Propositions behind that place are known
from what the abstract, section 1.2 and the definitions say of them.
"""

from mtlpaper.companion.registry import Document, Sentence

#: Subjects of the claims.
LIMIT = "Infinite width: the limit"
BENEFIT = "Infinite width: who can benefit"

ABSTRACT = (
    Sentence(
        "In the well-known limits of infinite width, networks are Gaussian processes with a fixed "
        "kernel and cannot benefit from multi-task learning.",
        ("wide-kernels-separate", "wide-tangent-vanishes", "wide-bayes-vanishes"),
    ),
    Sentence(
        "Wide ReLU networks trained with l2-regularised parameters learn features for all their "
        "tasks, also in the limit of infinite width.",
        ("wide-l2-couples", "wide-stacks-couple", "wide-shared-kinks-help"),
    ),
    Sentence(
        "What they share are features: tasks with none in common bring nothing, and a slightly "
        "different regularisation shares none (section 1.1).",
        ("wide-disjoint-kinks-nothing", "wide-l1-separates"),
    ),
    Sentence(
        "The limit is characterised exactly, by a functional of the learned function.",
        ("wide-networks-reach-limit", "wide-functions-agree", "wide-stacks-reach-limit"),
    ),
    Sentence(
        "At finite width the regularised optimum is the most probable network of a Gaussian "
        "Bayesian prior, yet the infinitely wide Bayesian network does not benefit (section 1.2).",
        ("wide-map-is-optimum", "wide-bayes-vanishes"),
    ),
)

DOCUMENT = Document(
    authors="Heiss, Teichmann & Wutte",
    title="How infinitely wide neural networks can benefit from multi-task learning – an exact "
    "macroscopic characterization",
    year=2021,
    venue="arXiv 2112.15577",
    link="https://arxiv.org/abs/2112.15577",
    sections=(LIMIT, BENEFIT),
    abstract=ABSTRACT,
)
