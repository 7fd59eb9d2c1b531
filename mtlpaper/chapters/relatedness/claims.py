"""The claim that the angles between singular vectors decide."""

from mtlpaper.chapters.common.two_tasks.claims import benefit_claim, effect_of
from mtlpaper.companion.claims import Range, replaced

CLAIMS = (
    benefit_claim(
        name="alignment-decides",
        where="abstract; Eq. (4)",
        says="The angles between the singular vectors tell whether a task helps.",
        expected="their mean has the right sign in ≥ 95 % of the clear cells",
        settings="unknown",
        experiment="relatedness",
        figure="fig-relatedness-candidates",
        statistic=effect_of("law_sign", candidate="mean r"),
        range=Range(low=0.95),
        reason="as for the theory of the benefit",
        unit="1",
        control=replaced("law_sign", 0.0),
        explained={
            "not reproduced": "With unequal angles and singular values their mean is not enough: "
            "directions must be weighted by how strongly the teachers use them.",
        },
    ),
)
