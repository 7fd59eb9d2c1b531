"""Claims that no dataset can decide."""

from mtlpaper.companion.claims import Claim
from mtlpaper.documents.lee2019 import TABLE1

CLAIMS = (
    Claim(
        name="high-snr-sign",
        section=TABLE1,
        where="section 4.4, before reference [25]",
        says="In the high SNR regime equation (C.1:31) fixes the sign of the benefit.",
        expected="unknown",
        settings="unknown",
        reason="the relation's sign is lost in the text at hand, and appendix C is not available",
    ),
    Claim(
        name="complex-networks",
        section=TABLE1,
        where="section 5",
        says="The insights will generalise to more complex networks.",
        expected="unknown",
        settings="unknown",
        reason="an expectation of the authors, not a result of theirs",
    ),
)
