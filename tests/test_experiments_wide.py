"""The limit of infinite width and the benefit there, as experiments."""

import numpy as np
import pytest
import xarray as xr
from tiny import data_of, params_of

from mtlpaper.chapters.wide_benefit import experiment as benefit
from mtlpaper.chapters.wide_limit import experiment as limit
from mtlpaper.companion.registry import settings
from mtlpaper.wide.limit import GAP


def test_no_network_lies_below_the_limit_and_narrow_ones_lie_above():
    data = data_of("wide_limit")
    assert float(data["excess"].min()) > -2 * GAP
    narrow, wide = data["least"].isel(width=0), data["least"].isel(width=-1)
    assert (narrow > 0.05).all()  # one neuron for two tasks of one kink each
    assert (wide < narrow / 10).all()
    assert (data["apart"].isel(width=-1) < data["apart"].isel(width=0) / 2).all()


def test_the_limit_is_that_of_its_data_set():
    (grid, _) = limit.measure(params_of("wide_limit"), xr.Dataset())
    for penalty in limit.BIASES:
        unit = grid.unit(biases=penalty, seed=1)
        assert unit.problem().loss(np.zeros((8, 2))) > limit.solved(unit)["minimum"]
    # Other data sets, other minima.
    minimum = data_of("wide_limit")["minimum"]
    assert len(np.unique(minimum)) == minimum.size


def made(errors, tangent):
    """Data in which everything is known: errors over (arm, decay), of all seeds alike."""
    arms, decays, seeds = list(benefit.ARMS), [0.01, 0.1, 1.0], [0, 1, 2]
    width = [10, 100, 1000]
    by_seed = np.tile(np.asarray(errors, float)[:, None, None], (1, 1, 3, 1))
    return xr.Dataset(
        {
            "error": (("arm", "n_train", "seed", "decay"), by_seed),
            "tangent_alone": (("width", "seed"), np.tile(np.exp(tangent)[:, None], (1, 3))),
            "tangent_beside": (("width", "seed"), np.ones((3, 3))),
        },
        {"arm": arms, "n_train": [8], "seed": seeds, "decay": decays, "width": width},
    )


def test_every_arm_has_its_own_weight_decay_and_benefits_are_logarithms():
    data = made([[4.0, 2.0, 8.0], [1.0, 3.0, 9.0], [9.0, 9.0, 2.0]], -np.array([1.0, 0.1, 0.01]))
    params = settings("wide_benefit").preset("paper", n_train=[8], decay=[0.01, 0.1, 1.0])
    found = benefit.derive(params, data)
    assert found["chosen"].values.ravel().tolist() == [0.1, 0.01, 1.0]
    assert found["at_end"].values.ravel().tolist() == [False, True, True]
    gained = found["benefit"].sel(bound="estimate").isel(n_train=0)
    assert np.allclose(gained, [np.log(2), 0])
    # Harm counts as a size as benefit does; a power of the width gives its exponent.
    assert np.allclose(found["size"].sel(bound="estimate"), [1, 0.1, 0.01])
    assert float(found["slope"].sel(bound="estimate")) == pytest.approx(-1)


def test_tasks_are_the_same_alone_and_beside_others():
    (grid, _) = benefit.measure(params_of("wide_benefit"), xr.Dataset())
    alone, shared, disjoint = (
        grid.unit(arm=arm, n_train=6, seed=1).problem() for arm in benefit.ARMS
    )
    for main, problem in (shared, disjoint):
        assert np.array_equal(main.kinks, alone[0].kinks)
        assert np.array_equal(problem.only(0).y, alone[1].y)
        assert (problem.task == 1).sum() == 8
    assert not np.array_equal(shared[1].y, disjoint[1].y)
    assert (alone[1].task == 0).all()


def test_one_weight_decay_is_no_choice():
    with pytest.raises(ValueError, match="decay"):
        settings("wide_benefit").preset("paper", decay=[0.1])
