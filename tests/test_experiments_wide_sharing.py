"""Definition 4 measured: what follows from the functions, and a density that only its decay has."""

import numpy as np
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.wide_sharing.experiment import decay_of, measure
from mtlpaper.chapters.wide_sharing.parameters import (
    CORRELATED,
    DECAY,
    L1,
    POSTERIORS,
    TRAINED,
)
from mtlpaper.wide.bayesian import below_highest
from mtlpaper.wide.limit import minimiser
from mtlpaper.wide.networks import train

PARAMS = params_of("wide_sharing")


def units(variable):
    (grid,) = (grid for grid in measure(PARAMS, xr.Dataset()) if variable in grid.gives)
    return [cell.unit for cell in grid.cells()]


def test_a_task_keeps_its_function_where_theory_says_so_and_nowhere_else():
    data = data_of("wide_sharing")
    change = data["change"].max("seed")
    # The root of the gap to which minima are known, and rounding.
    for model in change["model"].values:
        limit = {DECAY: np.inf, CORRELATED: np.inf, L1: 1e-2}.get(model, 1e-10)
        assert change.sel(model=model) < limit
    assert data["change"].sel(model=[DECAY, CORRELATED]).min() > 0.01
    excess = data["excess"]
    assert abs(excess.sel(penalty=L1)).max() < 1e-6
    assert excess.sel(penalty=DECAY).min() > 1e-3


def test_the_change_is_that_of_the_functions():
    data = data_of("wide_sharing")
    for name, over, at in (
        ("learnt_posterior", "change_over_width", {"prior": POSTERIORS[0]}),
        ("learnt_trained", "change_over_width", {}),
    ):
        both, alone = (data[name].sel(data=given, **at) for given in data["data"].values)
        curve = at.get("prior", TRAINED)
        expected = np.exp(np.log(abs(both - alone).max("input")).mean("seed"))
        found = data[over].sel(bound="estimate", curve=curve)
        assert np.allclose(found, expected.transpose("width"), rtol=1e-12)


def test_only_its_own_decay_makes_the_optimum_the_most_probable_network():
    """Negative control: networks trained at another decay lie clearly below the highest density."""
    (unit, *_) = units("learnt_posterior")
    problem, noise = unit.data.problem(), PARAMS.label_noise
    infinite = minimiser(problem, PARAMS.decay, biases=True)
    decays = [PARAMS.decay, 2 * PARAMS.decay]
    rng = unit.data.streams.rng("student")
    networks = train([problem] * 2, 30, decays, biases=True, starts=2, rng=rng).best()
    gaps = [
        below_highest(
            problem.residuals(networks(problem.x)[i, 0]),
            np.concatenate([getattr(networks, name)[i].ravel() for name in "vbwc"]),
            infinite.objective - infinite.gap,
            decay=PARAMS.decay,
            noise=noise,
        )
        for i in range(2)
    ]
    assert 0 <= gaps[0] < 0.1 < gaps[1]


def test_priors_keep_what_they_say():
    """Each prior's covariance is width tau^4 times the kernel, with tau^2 = noise^2 / decay."""
    squares = [PARAMS.label_noise**2 / decay_of(PARAMS, POSTERIORS[1], n) for n in (10, 1000)]
    assert np.allclose([10 * squares[0] ** 2, 1000 * squares[1] ** 2], PARAMS.prior_scale**2)
    assert decay_of(PARAMS, POSTERIORS[0], 10) == decay_of(PARAMS, POSTERIORS[0], 1000)
