"""Figure A1: the complete interactions, and theories of the benefit over the same grid."""

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from mtlpaper.benefit import Agreement, agreement
from mtlpaper.experiments.benefits import measured, theory
from mtlpaper.experiments.labels import variable
from mtlpaper.settings.interactions import Interactions

#: The finite-sample theory (T 7b) and the flow with infinite data (T 6).
THEORIES = ("finite", "infinite")
STATISTICS = tuple(Agreement.__dataclass_fields__)
_WHAT = ("by the finite-sample theory (T 7b)", "by the infinite-data flow (T 6)")
_CELLS = ("n_train", "S_A", "S_B", "r_AB")
_RESAMPLES = 500


def compute(params: Interactions) -> xr.Dataset:
    """Train and integrate every network of the grid.

    Returns
    -------
    xarray.Dataset
        What `measured` gives; `benefit_theory` over (seed, n_train, S_A, S_B, r_AB) and
        `benefit_infinite`, without n_train, of every dataset; `MT_theory` and `MT_infinite`, their
        means over datasets, over (n_train, S_A, S_B, r_AB); `clear`, whether a measured interval
        excludes zero; `agreement` over (bound, theory, subset, statistic), for all cells and for
        each number of points.
    """
    points = [(n, n) for n in params.n_train]
    data = measured(params, points, "n_train")
    finite = theory(params, points, data="finite", n_points=params.n_points)
    # Infinite data know no number of points.
    infinite = theory(params, points[-1:], data="infinite", n_points=params.n_points)
    one, other = (f"multitask benefit {text}" for text in _WHAT)
    data = data.assign(
        benefit_theory=variable(("seed", *_CELLS), finite, one, "nats"),
        benefit_infinite=variable(("seed", *_CELLS[1:]), infinite[:, 0], other, "nats"),
    )
    return data.assign(judged(params, data)).assign_coords(
        theory=variable("theory", list(THEORIES), "theory"),
        subset=variable("subset", ["all", *map(str, params.n_train)], "training points"),
        statistic=variable("statistic", list(STATISTICS), "measure of agreement"),
    )


def judged(_: Interactions, data: xr.Dataset) -> dict[str, xr.Variable]:
    """Hold the theories' benefits against the measured ones."""
    clear = ((data["MT"].sel(bound="low") > 0) | (data["MT"].sel(bound="high") < 0)).values
    benefit = data["benefit"].sel(rule="test").values
    finite, infinite = data["benefit_theory"].values, data["benefit_infinite"].values[:, None]
    flows = [finite, np.broadcast_to(infinite, finite.shape)]
    rows = np.stack([_agreements(benefit, flow, clear) for flow in flows], axis=1)
    dims = ("bound", "theory", "subset", "statistic")
    means = {
        name: variable(_CELLS, flow.mean(axis=0), f"multitask benefit {text}", "nats")
        for name, flow, text in zip(("MT_theory", "MT_infinite"), flows, _WHAT, strict=True)
    }
    return means | {
        "clear": variable(_CELLS, clear, "whether the measured interval excludes zero"),
        "agreement": variable(dims, rows, "agreement of theory and measurement"),
    }


def _agreements(
    measured: Float[np.ndarray, "seed n_train S_A S_B r_AB"],
    theory: Float[np.ndarray, "seed n_train S_A S_B r_AB"],
    clear: Bool[np.ndarray, "n_train S_A S_B r_AB"],
) -> Float[np.ndarray, "bound subset statistic"]:
    """Agreement over all cells and at each number of points, with bootstrap intervals.

    Datasets are resampled together for all cells and for theory and measurement; which cells are
    clear stays as it is.
    """
    rng = np.random.default_rng(0)
    n = measured.shape[0]
    picks = [np.arange(n), *rng.integers(n, size=(_RESAMPLES, n))]
    subsets = [slice(None), *(slice(i, i + 1) for i in range(clear.shape[0]))]
    rows = np.array(
        [
            [
                _row(measured[pick].mean(0)[part], theory[pick].mean(0)[part], clear[part])
                for part in subsets
            ]
            for pick in picks
        ]
    )
    low, high = np.quantile(rows[1:], [0.025, 0.975], axis=0)
    return np.stack([rows[0], low, high])


def _row(measured: np.ndarray, theory: np.ndarray, clear: np.ndarray) -> list[float]:
    seen = agreement(measured.ravel(), theory.ravel(), clear.ravel())
    return [float(getattr(seen, name)) for name in STATISTICS]
