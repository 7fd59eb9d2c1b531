"""Digits as tasks: relatedness of rotated inputs and of labels, division of images, training."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mtlpaper.benefit import Training
from mtlpaper.gibbs import GaussianField
from mtlpaper.methods.real import (
    N1,
    N3,
    N_IMAGES,
    Auxiliary,
    RealUnit,
    explained,
    flipped,
    inputs,
    labels,
    linear_map,
    linear_student,
    real_data,
    real_unit,
    relatedness,
    rotation,
    signed_svd,
)
from mtlpaper.methods.real_theory import RealTheory, _Force, real_theory
from mtlpaper.randomness import Streams, haar_frame
from mtlpaper.tasks import gaussian_inputs, make_teacher_pair
from mtlpaper.tasks import test_labels as noise_free
from mtlpaper.theory import training_set_force

TRAINING = Training(
    learning_rate=0.2,
    t_max=30.0,
    look_every=1.0,
    n_test=250,
    n_groups=2,
    n_validation=100,
    device="cpu",
    dtype="float64",
    look_growth=0.1,
)
UNIT = RealUnit((Auxiliary(),), 100, 400, TRAINING, N2=30, scale=0.1)


def test_inputs_have_variance_one() -> None:
    white, plain = inputs(whiten=True), inputs(whiten=False)
    np.testing.assert_allclose(white @ white.T / N_IMAGES, np.eye(N1), atol=1e-12)
    assert np.mean(plain**2) == pytest.approx(1)
    assert np.abs(plain @ plain.T / N_IMAGES - np.eye(N1)).max() > 1
    np.testing.assert_allclose(plain.mean(axis=1), 0, atol=1e-12)


def test_labels_are_what_they_say() -> None:
    digit, _ = labels("digit")
    pairs = {
        (int(one), int(odd), int(high), int(loops))
        for one, odd, high, loops in zip(
            digit, *(labels(task)[0] for task in ("parity", "half", "loops")), strict=True
        )
    }
    seven, eight = (7, 1, 1, 0), (8, 0, 1, 2)
    assert len(pairs) == 10
    assert {seven, eight} <= pairs
    quartiles = np.bincount(labels("ink")[0]) / N_IMAGES
    np.testing.assert_allclose(quartiles, 0.25, atol=0.01)


def test_flips_hide_labels_entirely_at_the_chance_rate() -> None:
    y, n_classes = labels("digit")
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(flipped(y, n_classes, 0.0, rng), y)
    assert not (flipped(y, n_classes, 1.0, rng) == y).any()
    # Standard errors of the shares below are 0.011 and, of each of 10 rows, 0.02.
    assert np.mean(flipped(y, n_classes, 0.3, rng) != y) == pytest.approx(0.3, abs=0.04)
    hidden = flipped(y, n_classes, 0.9, rng)
    shares = np.array([np.mean(hidden[y == c] == c) for c in range(10)])
    np.testing.assert_allclose(shares, 0.1, atol=0.09)
    with pytest.raises(ValueError, match="`rate` must be"):
        flipped(y, n_classes, 1.5, rng)


@pytest.mark.parametrize("r", [0.0, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("whiten", [True, False])
def test_rotation_sets_the_relatedness_of_fitted_maps(r: float, whiten: bool) -> None:
    X, (y, n_classes) = inputs(whiten=whiten), labels("digit")
    W = linear_map(X, y, n_classes)
    V = np.linalg.svd(W, full_matrices=False)[2][: n_classes - 1].T
    R = rotation(r, V, np.random.default_rng(1))
    np.testing.assert_allclose(R @ R.T, np.eye(N1), atol=1e-12)
    turned = linear_map(R @ X, y, n_classes)
    np.testing.assert_allclose(turned, W @ R.T, atol=1e-10)
    assert relatedness(W, turned) == pytest.approx(r, abs=1e-7)
    assert np.sum(W * turned) / np.sum(W**2) == pytest.approx(r, abs=1e-10)


def test_rotation_of_random_planes_needs_no_map() -> None:
    R = rotation(0.6, np.empty((8, 0)), np.random.default_rng(2))
    v = np.random.default_rng(3).standard_normal(8)
    assert v @ R @ v == pytest.approx(0.6 * v @ v)
    with pytest.raises(ValueError, match="`V` must be"):
        rotation(0.6, np.eye(8)[:, :5], np.random.default_rng(2))


@pytest.mark.parametrize("r", [0.0, 0.5, 0.9])
def test_relatedness_of_teachers_is_r(r: float) -> None:
    """Exactly that of the maps, and within sampling error that of maps fitted to their labels."""
    S = np.array([3.0, 3.0])
    streams = Streams(4)
    A, B = make_teacher_pair(20, 6, S, S, r, 0.0, streams, centred=True)
    assert relatedness(A.W_bar, B.W_bar) == pytest.approx(r, abs=1e-10)
    X = gaussian_inputs(20, 20_000, streams.rng("inputs A"))
    # Two directions carry the signal, the others noise; keep those above a tenth of the largest.
    fitted = [linear_map(X, noise_free(one, X), 6) for one in (A, B)]
    leading = []
    for W in fitted:
        U, s, Vt = np.linalg.svd(W, full_matrices=False)
        leading.append((U[:, :2] * s[:2]) @ Vt[:2])
    assert relatedness(*leading) == pytest.approx(r, abs=0.03)


def test_random_row_spaces_are_related_by_chance() -> None:
    W = np.random.default_rng(5).standard_normal((9, N1))
    squares = [
        relatedness(W, haar_frame(N1, 9, np.random.default_rng(seed)).T) ** 2 for seed in range(40)
    ]
    # The standard error of the mean is 0.002.
    assert np.mean(squares) == pytest.approx(9 / N1, abs=0.01)


def test_images_are_divided_and_larger_sets_hold_smaller_ones() -> None:
    small, large = real_data(UNIT), real_data(replace(UNIT, n_train=120, n_aux=500))
    np.testing.assert_array_equal(small.sets[0].X, large.sets[0].X[:, :, :100])
    np.testing.assert_array_equal(small.sets[1].X, large.sets[1].X[:, :, :400])
    points = np.concatenate(
        [small.X[:, small.test], small.X[:, small.validation], *(s.X[0] for s in small.sets)],
        axis=1,
    )
    assert points.shape[1] == np.unique(points.round(9), axis=1).shape[1] == 500 + 100 + 500
    with pytest.raises(ValueError, match="`n_aux` must be from 1 to the 1097 images"):
        replace(UNIT, n_aux=1098)


@pytest.mark.parametrize("depth", [0, 1])
def test_same_digits_help_and_hidden_labels_do_not(depth: int) -> None:
    auxiliary = (Auxiliary(), Auxiliary(r=0.0), Auxiliary(flip=0.9))
    scale = 1.0 if depth else 0.1
    unit = replace(UNIT, auxiliary=auxiliary, depth=depth, scale=scale)
    found = real_unit(unit)
    assert found["loss"].shape == (4, 2)
    assert found["chosen_loss"].shape == (4, 2, 2)
    loss = found["loss"].mean(axis=1)
    related, unrelated, hidden = loss[0] - loss[1:]
    # Over datasets the benefits are 0.4, below 0, and below 0, with a spread of 0.05.
    assert related > 0.1
    assert max(unrelated, hidden) < 0.05
    assert loss[0] < np.log(10)


def test_a_network_does_not_depend_on_those_beside_it() -> None:
    two = real_unit(replace(UNIT, auxiliary=(Auxiliary("parity"), Auxiliary(r=0.5))))
    one = real_unit(replace(UNIT, auxiliary=(Auxiliary(r=0.5),)))
    # Products of other shapes differ by rounding.
    np.testing.assert_allclose(one["loss"], two["loss"][[0, 2]], rtol=1e-8)


def test_signs_do_not_depend_on_the_decomposition() -> None:
    A = np.random.default_rng(6).standard_normal((7, 5))
    U, S, Vt = signed_svd(A)
    np.testing.assert_allclose(U * S @ Vt, A, atol=1e-12)
    np.testing.assert_allclose(signed_svd(-A)[2], Vt, atol=1e-12)


def test_explained_is_all_of_what_is_linear_and_nothing_of_noise() -> None:
    X = np.repeat(np.eye(4), 500, axis=1)
    y = np.repeat(np.arange(4), 500)
    assert explained(X, y, 4) == pytest.approx(1)
    # By chance 4 of 2000 degrees of freedom.
    assert explained(X, np.random.default_rng(7).permutation(y), 4) < 0.01


def test_the_theory_has_the_force_of_the_data_while_logits_are_small() -> None:
    """After one step from small weights; the gap is of second order in the logits."""
    gaps = []
    for scale in (0.02, 0.01):
        unit = replace(
            UNIT,
            auxiliary=(Auxiliary(r=0.5), Auxiliary("parity")),
            scale=scale,
            training=replace(TRAINING, t_max=1.0, learning_rate=1.0),
        )
        data, student = real_data(unit), linear_student(unit)
        W = torch.tensor(student.W32[1] @ student.W21).expand(3, -1, -1)
        force = _Force(data.sets[1], data.alphas[:, 1], GaussianField(N3, 1024))
        found = force(W).numpy()
        assert not found[0].any()  # the single-task network
        for net in (1, 2):
            exact = training_set_force(data.sets[1].X[net], data.sets[1].Y[net])(W[net].numpy())
            gaps.append(np.abs(found[net] - exact).max())
    small, half = np.array(gaps[:2]), np.array(gaps[2:])
    assert (gaps[0], gaps[1]) < (1e-3, 1e-3)
    np.testing.assert_allclose(half / small, 0.25, atol=0.1)


def test_the_theory_follows_students_of_many_points_to_about_their_minima() -> None:
    unit = replace(UNIT, n_train=600, n_aux=400, auxiliary=(Auxiliary(),), whiten=True)
    trained, theory = real_unit(unit), real_theory(RealTheory(unit, 256))
    assert {name: one.shape for name, one in trained.items()} == {
        name: one.shape for name, one in theory.items()
    }
    # Chance is 2.3 nats.
    np.testing.assert_allclose(theory["loss"].mean(1), trained["loss"].mean(1), atol=0.3)
    with pytest.raises(ValueError, match="`depth` must be 0"):
        RealTheory(replace(unit, depth=1), 256)
