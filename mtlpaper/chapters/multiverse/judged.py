"""The claims that the multiverse judges in every setting."""

from mtlpaper.chapters.auxiliary_data.claims import CLAIMS as AUXILIARY_DATA
from mtlpaper.chapters.depth.claims import CLAIMS as DEPTH
from mtlpaper.chapters.figure1.claims import CLAIMS as FIGURE1
from mtlpaper.chapters.figure2.claims import CLAIMS as FIGURE2
from mtlpaper.chapters.table1.claims import CLAIMS as TABLE1
from mtlpaper.documents.lee2019 import DOCUMENT

_CLAIMS = (*FIGURE1, *TABLE1, *FIGURE2, *AUXILIARY_DATA, *DEPTH)
#: By name, in the order of the scorecard.
JUDGED = {
    claim.name: claim
    for claim in sorted(_CLAIMS, key=lambda claim: DOCUMENT.sections.index(claim.section))
}
