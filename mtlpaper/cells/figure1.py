"""How the data of Figure 1 are checked."""

from mtlpaper.cells.checks import Checks
from mtlpaper.cells.narrowed import LABELS, narrowed
from mtlpaper.cells.tolerances import DOUBLE, FLOW
from mtlpaper.experiments import figure1

CHECKS = Checks(
    pieces=(
        narrowed(
            figure1.compute,
            {"N3": "N3"},
            {"s_sgd": DOUBLE, "s_eq3": FLOW, "s_hat": DOUBLE, "gap": FLOW, "gap_start": FLOW}
            | LABELS,
            lambda params, _: 1.3e-4 * params.n_steps * params.n_seeds,
        ),
    )
)
