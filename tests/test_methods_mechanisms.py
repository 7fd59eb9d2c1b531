"""Each mechanism acts where it can, by a known amount, and does not where it cannot."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import gammaln

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.methods.mechanisms.augmentation import Augmentation
from mtlpaper.methods.mechanisms.bias import Bias
from mtlpaper.methods.mechanisms.eavesdropping import Eavesdropping
from mtlpaper.methods.mechanisms.focusing import Focusing
from mtlpaper.methods.mechanisms.regularisation import Capacity


def benefit(found: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Mean, lower and upper end of the paired reduction of the error."""
    return bootstrap_interval(found["alone"] - found[name])


def test_augmentation_is_by_independent_noise() -> None:
    found = Augmentation().errors()
    assert benefit(found, "together")[1] > 0
    # Two labels of one noise are one label, to the bit but for rounding.
    np.testing.assert_allclose(found["same noise"], found["alone"])
    assert benefit(found, "shuffled")[1] <= 0
    # The relative error over 100 data sets of 20 weights is 0.04.
    assert found["alone"].mean() == pytest.approx(20 / 79, rel=0.12)
    assert found["more points"].mean() == pytest.approx(20 / 179, rel=0.12)
    # The noise of two labels averages as that of twice the points, but for the scale of each task,
    # and the inputs are half as many.
    assert found["together"].mean() == pytest.approx(found["alone"].mean() / 2, rel=0.12)


def test_focusing_needs_the_same_inputs() -> None:
    found = Focusing().errors()
    assert benefit(found, "together")[1] > 0
    for control in ("other inputs", "shuffled"):
        assert benefit(found, control)[2] < 0


def test_without_noise_every_input_is_found_alone() -> None:
    found = Focusing(sigma=1e-6, n_datasets=3).errors()
    assert max(values.max() for values in found.values()) < 1e-8
    with pytest.raises(ValueError, match="`n_relevant` must be an even number"):
        Focusing(n_relevant=3)


def test_eavesdropping_needs_the_feature_of_the_main_task() -> None:
    found = Eavesdropping(n_held=200, n_datasets=16).errors()
    assert benefit(found, "together")[1] > 0
    assert (found["alone"] <= 0.55).all()  # 0.5 is chance
    assert bootstrap_interval(found["other feature"] - found["together"])[1] > 0
    assert bootstrap_interval(found["shuffled"] - found["together"])[1] > 0


def test_representation_bias_needs_the_environment() -> None:
    problem = Bias()
    found = problem.errors()
    assert benefit(found, "together")[1] > 0
    # Relative errors over 100 data sets: 0.05 of 20 weights, 0.09 of 3.
    assert found["alone"].mean() == pytest.approx(20 / 19, rel=0.15)
    assert found["best"].mean() == pytest.approx(3 / 36, rel=0.25)
    assert benefit(found, "other environment")[1] < 0.1
    assert benefit(found, "shuffled")[1] < 0.1
    # Without noise eight tasks show their three dimensions exactly.
    clean = replace(problem, sigma=0.0, n_datasets=2).errors()
    np.testing.assert_allclose(clean["together"], 0, atol=1e-20)
    assert (clean["other environment"] > 0.5).all()


def test_capacity_of_a_narrow_trunk() -> None:
    """Of noise, alone fits N1 / n; two tasks through one unit, the largest Wishart eigenvalue."""
    problem = Capacity(n_datasets=200)
    found = problem.errors()
    share = problem.N1 / problem.n_train
    # The standard error over 200 data sets of two tasks is 0.002.
    assert found["alone"].mean() == pytest.approx(share, abs=0.008)
    np.testing.assert_allclose(found["wide trunk"], found["alone"])
    d = problem.N1
    gap = 2 * np.sqrt(np.pi) * np.exp(gammaln((d + 1) / 2) - gammaln(d / 2))
    expected = (2 * d + gap) / 2 / (2 * problem.n_train)
    assert found["together"].mean() == pytest.approx(expected, abs=0.008)
