"""Parameters of Figure A2: teachers of rank three."""

from mtlpaper.chapters import glossary as g
from mtlpaper.chapters.common.two_tasks.parameters import QUICK_PROTOCOL, MainTasks, Protocol
from mtlpaper.companion.parameters import Increasing, parameter


class RankThree(Protocol, MainTasks):
    """Figure 2 with teachers of lower rank."""

    name = "rank_three"
    title = "Figure A2: teachers of rank three"
    presets = {"paper": {}, "quick": QUICK_PROTOCOL}

    rank: g.rank = parameter(3, "stated", "section 4.5")
    N3: g.N3 = parameter(
        3, "inferred", "the authors' rows: beside noise alone their losses are near log 3"
    )
    n_train: Increasing[g.n_train] = parameter(
        (100, 400), "script", "the authors' rows have these values"
    )
