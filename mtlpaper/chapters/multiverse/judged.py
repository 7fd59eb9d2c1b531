"""The claims that many settings are asked about: those that the views of a setting can judge."""

from mtlpaper.chapters.auxiliary_data.claims import CLAIMS as AUXILIARY_DATA
from mtlpaper.chapters.depth.claims import CLAIMS as DEPTH
from mtlpaper.chapters.figure1.claims import CLAIMS as FIGURE1
from mtlpaper.chapters.figure2.claims import CLAIMS as FIGURE2
from mtlpaper.chapters.table1.claims import CLAIMS as TABLE1

#: By name, in the order of the paper.
JUDGED = {claim.name: claim for claim in (*FIGURE1, *TABLE1, *FIGURE2, *AUXILIARY_DATA, *DEPTH)}
