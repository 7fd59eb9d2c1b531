"""How the data of the page on training-aligned tasks are checked."""

from mtlpaper.cells.checks import Checks
from mtlpaper.cells.narrowed import narrowed
from mtlpaper.cells.precision import LOSS
from mtlpaper.cells.tolerances import DOUBLE, FLOW, FOLLOWS
from mtlpaper.experiments.aligned_flows import drawn_effects, predicted_maps
from mtlpaper.experiments.aligned_spectra import spectra
from mtlpaper.experiments.aligned_trained import trained_curves

_OVERLAPS = ("u_overlap", "v_overlap")
_SPECTRA = (
    *("s_hat", "s_hat_excess", "s_hat_predicted", "in_bulk", "bulk_edge"),
    *(f"{name}{end}" for name in _OVERLAPS for end in ("", "_spread", "_predicted")),
    *("density", "bulk_density", "level", "bin"),
)
_MAPS = ("s_difference", "MT", "s_alone_best", "t_alone_best")
_DRAWN = ("s_difference_unrelated", "benefit_weak", "s_difference_drawn", "benefit_drawn")

CHECKS = Checks(
    pieces=(
        narrowed(spectra, {}, dict.fromkeys(_SPECTRA, DOUBLE), lambda *_: 2.0),
        narrowed(
            predicted_maps,
            {"label_rule": "label_rules", "S_A": "S_A"},
            dict.fromkeys(_MAPS, FLOW),
            lambda *_: 4.0,
        ),
        narrowed(
            drawn_effects,
            {"label_rule": "label_rules"},
            dict.fromkeys(_DRAWN, FLOW),
            lambda *_: 4.0,
        ),
        narrowed(
            trained_curves,
            {"label_rule": "label_rules"},
            {"s_trained": LOSS, "s_plane": FLOW, "s_alone": FLOW, "flow_gap": LOSS}
            | {"time": FOLLOWS},
            lambda *_: 20.0,
        ),
    )
)
