"""How the data of the page on finite data are checked."""

from mtlpaper.cells.checks import Checks
from mtlpaper.cells.narrowed import LABELS, narrowed
from mtlpaper.cells.tolerances import FLOW
from mtlpaper.experiments import finite_data

CHECKS = Checks(
    pieces=(
        narrowed(
            finite_data.compute,
            {"N1": "N1", "N3": "N3"},
            {"s": FLOW, "gap": FLOW, "share": FLOW} | LABELS,
            lambda *_: 1.0,
        ),
    )
)
