"""The random-energy view: freezing points and the tables."""

import numpy as np
import pytest

from mtlpaper import gibbs
from mtlpaper.chapters.rem.experiment import freezing_point
from mtlpaper.companion import experiments
from mtlpaper.companion.registry import settings


@pytest.mark.parametrize("N3", [3, 10, 1000])
def test_the_participation_ratio_is_one_half_at_the_freezing_point(N3):
    # Root finding stops within 2e-12 of the root.
    assert gibbs.participation_ratio(freezing_point(N3), N3) == pytest.approx(0.5, abs=1e-10)


def test_two_classes_are_frozen_from_the_start():
    assert freezing_point(2) == 0
    assert freezing_point(3) < freezing_point(4) < freezing_point(10) < freezing_point(1000)


def test_the_limits_freezing_point_is_approached_from_below():
    """In the limit the ratio is one half at 2 s_c; fewer classes freeze earlier."""
    shares = [
        freezing_point(N3) / (2 * gibbs.critical_singular_value(N3)) for N3 in (10, 100, 1000)
    ]
    assert (np.diff(shares) > 0).all()
    assert max(shares) < 1
    # Negative control: measured in units of s_c^2 the shares do not grow.
    wrong = [freezing_point(N3) / gibbs.critical_singular_value(N3) ** 2 for N3 in (10, 100, 1000)]
    assert (np.diff(wrong) < 0).all()


def test_tables():
    params = settings("rem").preset("paper", N3=[2, 50], s_min=0.5, s_max=8.0, n_s=5)
    data = experiments.compute(params)
    assert data["s"].values == pytest.approx([0.5, 1, 2, 4, 8])
    for name, function in (
        ("Y2", gibbs.participation_ratio),
        ("gamma", gibbs.gamma),
        ("log_Z", gibbs.log_partition),
        ("Y2_rem", gibbs.rem_participation_ratio),
        ("log_Z_rem", gibbs.rem_log_partition),
    ):
        assert float(data[name].sel(N3=50).isel(s=3)) == function(float(data["s"][3]), 50)
    # The identity Y2 + (N3 - 1) gamma = 1 holds in the limit as well.
    assert np.allclose(data["Y2_rem"] + (data["N3"] - 1) * data["gamma_rem"], 1, rtol=1e-14)
    assert data["s_c"].values == pytest.approx(np.sqrt(2 * np.log([2, 50])))
