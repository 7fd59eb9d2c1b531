"""Softmax averages over independent logits, and the random-energy limit they approach."""

from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from mtlpaper.gibbs import (
    g,
    gamma,
    log_partition,
    participation_ratio,
    rank_one_log_partition,
    rem_participation_ratio,
)

#: What the package promises for s in [1e-3, 1e2] and N3 in [2, 1000].
PROMISED = 1e-8
#: What the docstring promises on top.
STATED = 1e-10

# Y2, gamma and log-partition. Computed once with mpmath at 45 digits, the first of which stand
# here: phi_k(y) and the integral over y by Gauss-Legendre panels of 40 nodes (ours are trapezoidal
# sums), the log-partition at s = 100 with Euler's constant for the part that does not depend on
# the logits. Checked there by Y2 + (N3 - 1) gamma = 1, and for two classes by the rank-one
# average, both to 1e-30.
REFERENCES = [
    (1e-3, 2, "0.50000024999975000035", "0.49999975000024999964", "0.69314743055988280945"),
    (1e-3, 10, "0.10000009000001799998", "0.09999998999999800000", "2.30258554299402318401"),
    (1e-3, 1000, "0.00100000099900049650", "0.00099999999899999950", "6.90775577848213680230"),
    (1, 2, "0.63683815396836945450", "0.36316184603163054549", "0.90266190772002692704"),
    (1, 10, "0.19468739369464956474", "0.08947917847837227058", "2.72886389548728254738"),
    (1, 1000, "0.00269820188533261109", "0.00099830009821288026", "7.40689852300423448219"),
    (4, 2, "0.86552545372173144481", "0.13447454627826855518", "2.36894495413760196304"),
    (4, 10, "0.63808747343488700560", "0.04021250295167922159", "6.50324972583151422132"),
    (4, 1000, "0.27383105089711137204", "0.00072689584494783646", "13.9573489044405556362"),
    (10, 2, "0.94403725584014749302", "0.05596274415985250697", "5.68803548419202373998"),
    (10, 10, "0.84751120842370968199", "0.01694319906403225755", "15.5204551251948235542"),
    (10, 1000, "0.67948261103613528245", "0.00032083822719105577", "32.7257727276272209308"),
    (100, 2, "0.99435856811173044182", "0.00564143188826955817", "56.4235983609949852341"),
    (100, 10, "0.98461375187988251491", "0.00170958312445749834", "153.887997072560900827"),
    (100, 1000, "0.96758838722642720605", "0.00003244405683040319", "324.170628406259762985"),
]  # fmt: skip


@pytest.mark.parametrize(("s", "N3", "Y2", "gamma_", "log_Z"), REFERENCES)
def test_references(s, N3, Y2, gamma_, log_Z):
    assert participation_ratio(s, N3) == pytest.approx(float(Y2), rel=STATED, abs=0)
    assert gamma(s, N3) == pytest.approx(float(gamma_), rel=STATED, abs=0)
    assert log_partition(s, N3) == pytest.approx(float(log_Z), rel=STATED, abs=0)


@pytest.mark.parametrize("s", [1e-3, 0.03, 1.0, 7.0, 30.0])
def test_two_classes_are_the_rank_one_average(s):
    """z1 - z2 has variance 2 s^2 in both, and their common part does not matter."""
    u = np.array([1.0, -1.0]) / np.sqrt(2)
    assert gamma(s, 2) == pytest.approx(g(s, u), rel=PROMISED, abs=0)
    assert participation_ratio(s, 2) == pytest.approx(1 - g(s, u), rel=PROMISED, abs=0)
    assert log_partition(s, 2) == pytest.approx(rank_one_log_partition(s, u), rel=PROMISED, abs=0)


@pytest.mark.parametrize("N3", [2, 3, 30, 1000])
@pytest.mark.parametrize("s", [1e-3, 0.3, 4.0, 20.0])
def test_the_two_sums_fill_unity(s, N3):
    """Y2 + (N3 - 1) gamma = 1, from two different integrands."""
    total = participation_ratio(s, N3) + (N3 - 1) * gamma(s, N3)
    assert total == pytest.approx(1, rel=PROMISED)


@pytest.mark.parametrize("N3", [2, 3, 30, 1000])
@pytest.mark.parametrize(("a", "b"), [(0.1, 1.0), (2.0, 6.0), (20.0, 26.0)])
def test_derivative_of_the_log_partition(a, b, N3):
    """The derivative d log_partition / ds = s (1 - Y2), integrated by Gauss-Legendre nodes."""
    # Averages vary on the scale of one or more in s: 16 nodes reach rounding.
    x, weight = np.polynomial.legendre.leggauss(16)
    nodes = (a + b) / 2 + (b - a) / 2 * x
    slopes = [s * (N3 - 1) * gamma(float(s), N3) for s in nodes]
    difference = log_partition(b, N3) - log_partition(a, N3)
    assert difference == pytest.approx((b - a) / 2 * float(weight @ slopes), rel=PROMISED, abs=0)
    # Negative control: one class more gives another value.
    assert difference != pytest.approx(
        log_partition(b, N3 + 1) - log_partition(a, N3 + 1), rel=PROMISED, abs=0
    )


@pytest.mark.parametrize("N3", [2, 10, 1000])
def test_small_s_expansion(N3):
    """Y2 = (1 + s^2 (1 - 1/N3)) / N3 and E log Z = ln N3 + s^2 (1 - 1/N3) / 2, to order s^4."""
    for s in (1e-3, 1e-2):
        second = s**2 * (1 - 1 / N3)
        assert participation_ratio(s, N3) == pytest.approx((1 + second) / N3, rel=3 * s**4)
        assert log_partition(s, N3) == pytest.approx(np.log(N3) + second / 2, rel=3 * s**4)
    assert participation_ratio(0.0, N3) == pytest.approx(1 / N3, rel=STATED)
    assert gamma(0.0, N3) == pytest.approx(1 / N3, rel=STATED)
    assert log_partition(0.0, N3) == pytest.approx(np.log(N3), rel=STATED)


@pytest.mark.parametrize("N3", [2, 5, 50])
def test_large_s_limits(N3):
    """Beyond all gaps the softmax is the maximum: E log Z -> s E max, s gamma -> a constant.

    The remainder of E log Z is the chance of a near tie, pi^2 / 6 times (N3 - 1) times gamma's
    constant over s, and gamma's is smaller by another s^2.
    """
    s = 60.0
    top, _ = quad(lambda x: x * N3 * norm.pdf(x) * norm.cdf(x) ** (N3 - 1), -9, 9, epsabs=1e-13)
    # E[p_1 p_2] counts ties of the two largest: int pdf^2 cdf^(N3 - 2) / s, times N3.
    ties, _ = quad(lambda x: N3 * norm.pdf(x) ** 2 * norm.cdf(x) ** (N3 - 2), -9, 9, epsabs=1e-13)
    assert s * gamma(s, N3) == pytest.approx(ties, rel=20 * N3 / s**2)
    near_ties = (N3 - 1) * ties * np.pi**2 / 12 / s
    assert log_partition(s, N3) - s * top == pytest.approx(near_ties, rel=20 * N3 / s**2)
    # Negative control: a maximum over one class more gives another value.
    assert s * gamma(s, N3 + 1) != pytest.approx(ties, rel=20 * N3 / s**2 if N3 < 50 else 0.01)


@pytest.mark.parametrize(("s", "N3"), list(product([0.5, 3.0, 10.0], [2, 20])))
def test_simulated_logits_agree(s, N3):
    z = s * np.random.default_rng(3).standard_normal((40_000, N3))
    w = np.exp(z - z.max(axis=1, keepdims=True))
    p = w / w.sum(axis=1, keepdims=True)
    samples = {
        participation_ratio: (p**2).sum(axis=1),
        gamma: (1 - (p**2).sum(axis=1)) / (N3 - 1),
        log_partition: np.log(w.sum(axis=1)) + z.max(axis=1),
    }
    for function, sample in samples.items():
        error = sample.std() / np.sqrt(len(sample))
        # Four standard errors; 18 comparisons in all.
        assert abs(sample.mean() - function(s, N3)) < 4 * error
        # Negative control: ten per cent in s gives another value.
        assert abs(sample.mean() - function(1.1 * s, N3)) > 4 * error


def test_the_theory_pages_example_of_finite_size():
    """Ten classes at s = 4: far from the random-energy limit's 0.464."""
    assert participation_ratio(4.0, 10) == pytest.approx(0.6381, abs=5e-5)
    assert rem_participation_ratio(4.0, 10) == pytest.approx(0.464, abs=5e-4)


@pytest.mark.parametrize("N3", [2, 20, 1000])
def test_everything_is_monotonic(N3):
    s = np.geomspace(0.01, 30, 25)
    Y2 = np.array([participation_ratio(float(x), N3) for x in s])
    log_Z = np.array([log_partition(float(x), N3) for x in s])
    drive = np.array([x * gamma(float(x), N3) for x in s])
    assert (np.diff(Y2) > 0).all()
    assert (Y2 > 1 / N3).all()
    assert (Y2 < 1).all()
    assert (np.diff(log_Z) > 0).all()
    assert (np.diff(drive) > 0).all()


@pytest.mark.parametrize("function", [participation_ratio, gamma, log_partition])
def test_inadmissible_arguments_are_refused(function):
    for s in (-0.1, 301.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"`s` must be a number in \[0, 300\]"):
            function(s, 3)
    with pytest.raises(ValueError, match="`N3` must be an integer >= 2, got 1"):
        function(1.0, 1)
