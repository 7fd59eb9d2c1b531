"""Teachers, relatedness, noise, inputs and labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from mtlpaper import randomness, tasks
from mtlpaper.randomness import Streams
from mtlpaper.tasks import make_teacher, make_teacher_pair

#: Products of a few orthonormal matrices of up to 40 rows, in double precision.
ROUNDING = 1e-13


def orthonormal(V: np.ndarray) -> bool:
    return bool(np.allclose(V.T @ V, np.eye(V.shape[1]), atol=ROUNDING))


def simple_teacher(**changes: object) -> tasks.Teacher:
    fields = {"N1": 6, "N3": 4, "S_bar": np.array([3.0, 1.0]), "sigma": 0.7, "streams": Streams(1)}
    return make_teacher(**(fields | changes))


# ----------------------------------------------------------------------------------- randomness


def test_a_role_gives_the_same_numbers_again_and_other_roles_others():
    streams = Streams(7, replicate=3)
    first = streams.rng("inputs A").standard_normal(5)
    assert np.array_equal(first, Streams(7, 3).rng("inputs A").standard_normal(5))
    for other in (
        streams.rng("inputs B"),
        Streams(7, 4).rng("inputs A"),
        Streams(8, 3).rng("inputs A"),
    ):
        assert not np.isin(first, other.standard_normal(5)).any()


@pytest.mark.parametrize(
    ("role", "place"), [("singular vectors", 0), ("student", 9), ("validation labels", 12)]
)
def test_a_role_keeps_its_place(role, place):
    """Published numbers hang on it: new roles come behind the old ones."""
    expected = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(3, place)))
    assert np.array_equal(Streams(7, 3).rng(role).random(5), expected.random(5))


def test_an_unknown_role_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"`role` must be one of singular vectors, .*got 'inputs'"):
        Streams(0).rng("inputs")


def test_inputs_of_a_small_dataset_are_the_first_of_a_large_one():
    small, large = (tasks.gaussian_inputs(5, N, Streams(3).rng("inputs A")) for N in (4, 9))
    assert np.array_equal(small, large[:, :4])
    # Negative control: drawn feature by feature, the same stream would not nest.
    by_feature = [Streams(3).rng("inputs A").standard_normal((5, N)) for N in (4, 9)]
    assert not np.array_equal(by_feature[0], by_feature[1][:, :4])


@pytest.mark.parametrize("label_rule", ["argmax", "soft", "sample"])
@pytest.mark.parametrize("noise", ["weight", "sample"])
def test_targets_of_a_small_dataset_are_the_first_of_a_large_one(label_rule, noise):
    teacher = simple_teacher(noise=noise)
    X = tasks.gaussian_inputs(6, 40, Streams(3).rng("inputs A"))
    small, large = (
        tasks.training_targets(teacher, X[:, :N], label_rule, Streams(3).rng("labels A"))
        for N in (25, 40)
    )
    assert np.allclose(small, large[:, :25], atol=1e-13)  # BLAS may sum in another order


def test_cells_of_a_sweep_share_singular_vectors_and_noise():
    weak, strong = (simple_teacher(S_bar=np.array([s, s / 2])) for s in (0.1, 10.0))
    assert np.array_equal(weak.V_bar, strong.V_bar)
    assert np.array_equal(weak.U_bar, strong.U_bar)
    assert np.array_equal(weak.xi, strong.xi)
    quiet = simple_teacher(sigma=0.35)
    assert np.allclose(2 * quiet.xi, weak.xi, rtol=1e-15)
    pair = [
        make_teacher_pair(6, 4, np.ones(2), np.ones(2), r_AB, 0.7, Streams(1))
        for r_AB in (0.0, 1.0)
    ]
    assert np.array_equal(pair[0][0].Sigma_hat, pair[1][0].Sigma_hat)
    assert np.array_equal(pair[0][1].U_bar, pair[1][1].U_bar)
    assert np.array_equal(pair[0][1].xi, pair[1][1].xi)


# ------------------------------------------------------------------------------------- teachers


@given(
    N1=st.integers(2, 20),
    N3=st.integers(2, 20),
    rank=st.integers(1, 20),
    centred=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_a_teacher_has_the_singular_values_asked_for(N1, N3, rank, centred, seed):
    rank = min(rank, N1, N3 - centred)
    S_bar = np.linspace(2.0, 1.0, rank)
    teacher = make_teacher(N1, N3, S_bar, 0.3, Streams(seed), centred=centred)
    assert orthonormal(teacher.U_bar)
    assert orthonormal(teacher.V_bar)
    assert np.allclose(np.linalg.svd(teacher.W_bar)[1][:rank], S_bar, atol=ROUNDING)
    if centred:
        assert np.allclose(teacher.U_bar.sum(axis=0), 0, atol=ROUNDING)


def test_two_classes_leave_one_centred_direction():
    teacher = make_teacher(5, 2, np.ones(1), 0.0, Streams(2), centred=True)
    assert np.allclose(np.abs(teacher.U_bar[:, 0]), np.sqrt(0.5), atol=ROUNDING)
    assert teacher.U_bar[:, 0].sum() == pytest.approx(0, abs=ROUNDING)


def test_haar_frames_are_isotropic():
    rng = np.random.default_rng(0)
    frames = np.stack([randomness.haar_frame(3, 2, rng) for _ in range(4000)])
    # E[v v^T] = I / n; an entry's standard error is below 1 / (n sqrt(draws)) = 0.0053; 5 of them.
    second = np.einsum("ria,rja->aij", frames, frames) / len(frames)
    assert np.abs(second - np.eye(3) / 3).max() < 5 * 0.0053
    # Means vanish with standard error 1 / sqrt(n draws) = 0.0091.
    assert np.abs(frames.mean(axis=0)).max() < 5 * 0.0091
    # Negative control: a bare QR keeps LAPACK's signs and is no Haar draw.
    bare = np.stack([np.linalg.qr(rng.standard_normal((3, 2)))[0] for _ in range(4000)])
    assert np.abs(bare.mean(axis=0)).max() > 5 * 0.0091


def test_one_dimensional_frames_take_both_signs():
    rng = np.random.default_rng(0)
    assert {randomness.haar_frame(1, 1, rng).item() for _ in range(50)} == {-1.0, 1.0}


def test_noise_has_variance_sigma_squared_over_inputs():
    teacher = make_teacher(200, 100, np.ones(1), 3.0, Streams(0))
    # Relative standard error of a variance of 20 000 entries: sqrt(2 / 20000) = 1 %; 4 of them.
    assert 200 * teacher.xi.var() == pytest.approx(9.0, rel=0.04)


def test_the_two_readings_of_the_noise_label_with_different_weights():
    weight, sample = (simple_teacher(noise=noise) for noise in ("weight", "sample"))
    assert np.array_equal(weight.Sigma_hat, weight.W_bar + weight.xi)
    assert np.array_equal(sample.Sigma_hat, sample.W_bar)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"S_bar": np.ones(5)}, "`S_bar` must be 1 to 4 singular values"),
        ({"S_bar": np.ones(4), "centred": True}, "`S_bar` must be 1 to 3 singular values"),
        ({"S_bar": np.zeros(0)}, "`S_bar` must be 1 to 4 singular values"),
        ({"S_bar": np.array([-1.0])}, "`S_bar` must be finite and >= 0"),
        ({"S_bar": np.array([np.nan])}, "`S_bar` must be finite and >= 0"),
        ({"sigma": -0.1}, "`sigma` must be finite and >= 0, got -0.1"),
        ({"sigma": np.inf}, "`sigma` must be finite and >= 0, got inf"),
    ],
)
def test_inadmissible_teachers_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        simple_teacher(**change)


@pytest.mark.parametrize("k", [0, 4])
def test_frames_of_impossible_size_are_refused(k):
    with pytest.raises(ValueError, match=f"`k` must be an integer from 1 to 3, got {k}"):
        randomness.haar_frame(3, k, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"`k` must be an integer from 1 to 2"):
        randomness.centred_frame(3, k or 3, np.random.default_rng(0))


# ----------------------------------------------------------------------------------- relatedness


@given(
    rank=st.integers(1, 6),
    extra=st.integers(0, 6),
    r_AB=st.floats(0, 1),
    centred=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_relatedness_is_exact(rank, extra, r_AB, centred, seed):
    N1, S = 2 * rank + extra, np.linspace(2, 1, rank)
    A, B = make_teacher_pair(N1, rank + 2, S, 3 * S, r_AB, 0.5, Streams(seed), centred=centred)
    assert np.allclose(B.V_bar.T @ A.V_bar, r_AB * np.eye(rank), atol=ROUNDING)
    assert orthonormal(B.V_bar)
    assert orthonormal(B.U_bar)
    assert np.allclose(np.linalg.svd(B.W_bar)[1][:rank], 3 * S, atol=ROUNDING)


@given(
    rank_A=st.integers(1, 5),
    rank_B=st.integers(1, 5),
    extra=st.integers(0, 4),
    centred=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_unequal_angles_values_and_ranks_are_exact(rank_A, rank_B, extra, centred, seed):
    rng, shared = np.random.default_rng(seed), min(rank_A, rank_B)
    r = rng.random(shared).round(1)  # rounded, so that ends of the range come up
    S_A, S_B = rng.random(rank_A), rng.random(rank_B)
    N1 = rank_A + rank_B + extra
    A, B = make_teacher_pair(N1, 7, S_A, S_B, r, 0.5, Streams(seed), centred=centred)
    expected = np.zeros((rank_B, rank_A))
    expected[:shared, :shared] = np.diag(r)
    assert np.allclose(B.V_bar.T @ A.V_bar, expected, atol=ROUNDING)
    for V in (B.V_bar, B.U_bar):
        assert V.shape[1] == rank_B
        assert orthonormal(V)
    assert np.array_equal(A.S_bar, S_A)
    assert np.array_equal(B.S_bar, S_B)
    assert np.array_equal(
        A.V_bar, make_teacher(N1, 7, S_A, 0.5, Streams(seed), centred=centred).V_bar
    )


@pytest.mark.parametrize("r_AB", [0.0, 0.3, 0.75, 1.0])
def test_one_number_for_equal_ranks_keeps_its_draws(r_AB):
    """Published numbers hang on them, to the last bit."""
    streams, S = Streams(11, 2), np.array([3.0, 2.0, 1.0])
    A, B = make_teacher_pair(9, 5, S, 2 * S, r_AB, 0.5, streams)
    rng = streams.rng("related directions")
    U_B = randomness.haar_frame(5, 3, rng)
    V_perp = randomness.haar_frame(9, 3, rng, orthogonal_to=A.V_bar)
    V_B = r_AB * A.V_bar + np.sqrt(1 - r_AB**2) * V_perp
    assert np.array_equal(B.U_bar, U_B)
    assert np.array_equal(B.V_bar, V_B)
    assert np.array_equal(B.xi, 0.5 / 3 * streams.rng("noise B").standard_normal((5, 9)))
    pairwise = make_teacher_pair(9, 5, S, 2 * S, np.full(3, r_AB), 0.5, streams)[1]
    assert np.array_equal(pairwise.V_bar, V_B)


def test_part_of_the_column_space_needs_no_room():
    A, B = make_teacher_pair(3, 4, np.ones(3), np.ones(2), 1.0, 0.0, Streams(0))
    assert np.array_equal(A.V_bar[:, :2], B.V_bar)


def test_identical_column_spaces_need_no_room():
    A, B = make_teacher_pair(3, 4, np.ones(3), np.ones(3), 1.0, 0.0, Streams(0))
    assert np.array_equal(A.V_bar, B.V_bar)
    assert not np.allclose(A.U_bar, B.U_bar)


def test_teacher_A_and_the_noises_do_not_depend_on_task_B():
    alone = make_teacher(8, 5, np.ones(2), 0.5, Streams(4))
    A, B = make_teacher_pair(8, 5, np.ones(2), 9 * np.ones(2), 0.3, 0.5, Streams(4))
    assert np.array_equal(alone.Sigma_hat, A.Sigma_hat)
    # Independent noises: the correlation of 40 pairs has standard error 0.16; 4 of them.
    assert abs(np.corrcoef(A.xi.ravel(), B.xi.ravel())[0, 1]) < 0.64


@pytest.mark.parametrize(
    ("N1", "r_AB", "S_B", "message"),
    [
        (6, 1.3, np.ones(2), r"`r_AB` must be a number in \[0, 1\], got 1.3"),
        (6, -0.1, np.ones(2), r"`r_AB` must be a number in \[0, 1\], got -0.1"),
        (6, np.nan, np.ones(2), r"`r_AB` must be a number in \[0, 1\], got nan"),
        (
            3,
            0.5,
            np.ones(2),
            r"`r_AB` must be 1, and rank B <= rank A, where .* N1 \(2 \+ 2 > 3\), got 0.5",
        ),
        (3, 1.0, np.ones(3), r"`r_AB` must be 1, and rank B <= rank A, .* \(2 \+ 3 > 3\), got 1.0"),
        (3, np.array([1.0, 0.9]), np.ones(2), r"`r_AB` must be 1, .* \(2 \+ 2 > 3\), got"),
        (6, np.array([0.5, 1.1]), np.ones(2), r"`r_AB` must be a number in \[0, 1\], got"),
        (6, np.array([0.5]), np.ones(2), "`r_AB` must be one number, or 2, one a pair, got"),
        (6, np.ones(2), np.ones(1), "`r_AB` must be one number, or 1, one a pair, got"),
        (6, 0.5, np.array([1.0, -1.0]), "`S_B` must be finite and >= 0"),
    ],
)
def test_inadmissible_pairs_are_refused(N1, r_AB, S_B, message):
    with pytest.raises(ValueError, match=message):
        make_teacher_pair(N1, 4, np.ones(2), S_B, r_AB, 0.5, Streams(0))


# ---------------------------------------------------------------------------------------- labels


def draws(label_rule: str, teacher: tasks.Teacher, X: np.ndarray) -> np.ndarray:
    return tasks.training_targets(teacher, X, label_rule, Streams(5).rng("labels A"))


def test_argmax_labels_mark_the_largest_logit():
    teacher = simple_teacher()
    X = tasks.gaussian_inputs(6, 50, Streams(0).rng("inputs A"))
    Y = draws("argmax", teacher, X)
    assert np.array_equal(Y.argmax(axis=0), (teacher.Sigma_hat @ X).argmax(axis=0))
    assert np.array_equal(np.unique(Y), [0.0, 1.0])
    assert np.array_equal(Y.sum(axis=0), np.ones(50))


def test_soft_labels_are_softmax_probabilities_and_shift_invariant():
    teacher = simple_teacher()
    X = tasks.gaussian_inputs(6, 50, Streams(0).rng("inputs A"))
    Y = draws("soft", teacher, X)
    z = teacher.Sigma_hat @ X
    assert np.allclose(np.log(Y[1:] / Y[:1]), z[1:] - z[:1], atol=1e-12)  # rounding of the logs
    assert np.allclose(Y.sum(axis=0), 1, rtol=1e-14)


def test_sampled_labels_have_the_soft_labels_as_their_mean():
    teacher = simple_teacher()
    n = 4000
    X = np.repeat(tasks.gaussian_inputs(6, 3, Streams(0).rng("inputs A")), n, axis=1)
    frequency = draws("sample", teacher, X).reshape(4, 3, n).mean(axis=2)
    p = draws("soft", teacher, X).reshape(4, 3, n)[:, :, 0]
    z_score = np.abs(frequency - p) / np.sqrt(p * (1 - p) / n)
    assert z_score.max() < 4  # 12 dependent normal deviates; 4 has probability below 1e-3
    # Negative control: another order of the classes.
    assert (np.abs(frequency - p[::-1]) / np.sqrt(p * (1 - p) / n)).max() > 4


def test_fresh_noise_flips_labels_with_the_stated_variance():
    # Two classes, one logit difference: its noise has deviation sqrt 2 sigma |x| / sqrt N1.
    teacher = make_teacher(4, 2, np.ones(1), 1.5, Streams(1), noise="sample", centred=True)
    x = np.array([[2.0], [-1.0], [0.5], [1.0]])
    n = 20_000
    Y = draws("argmax", teacher, np.repeat(x, n, axis=1))
    gap = float((teacher.W_bar @ x)[0, 0] - (teacher.W_bar @ x)[1, 0])
    scale = np.sqrt(2) * 1.5 * np.linalg.norm(x) / 2
    expected = norm.cdf(gap / scale)
    error = np.sqrt(expected * (1 - expected) / n)
    assert abs(Y[0].mean() - expected) < 4 * error
    # Negative control: noise without the input's norm would be seen.
    assert abs(Y[0].mean() - norm.cdf(gap / (np.sqrt(2) * 1.5))) > 4 * error


def test_test_labels_are_free_of_noise():
    for noise in ("weight", "sample"):
        teacher = simple_teacher(noise=noise, sigma=5.0)
        X = tasks.gaussian_inputs(6, 200, Streams(0).rng("test inputs"))
        y = tasks.test_labels(teacher, X)
        assert np.array_equal(y, (teacher.W_bar @ X).argmax(axis=0))
        # Negative control: at this noise level most noisy labels differ from the clean ones.
        assert np.mean(draws("argmax", teacher, X).argmax(axis=0) != y) > 0.2


@given(seed=st.integers(0, 2**32), label_rule=st.sampled_from(["argmax", "soft"]))
def test_permuting_classes_permutes_targets(seed, label_rule):
    rng = np.random.default_rng(seed)
    teacher = make_teacher(5, 4, np.array([2.0, 1.0]), 0.5, Streams(seed))
    order = rng.permutation(4)
    permuted = tasks.Teacher(
        teacher.U_bar[order], teacher.S_bar, teacher.V_bar, 0.5, teacher.xi[order]
    )
    X = tasks.gaussian_inputs(5, 10, rng)
    before, after = (draws(label_rule, t, X) for t in (teacher, permuted))
    assert np.allclose(after, before[order], atol=ROUNDING)


@given(seed=st.integers(0, 2**32), label_rule=st.sampled_from(["soft", "sample"]))
def test_rotating_inputs_and_teacher_together_changes_no_target(seed, label_rule):
    teacher = make_teacher(5, 4, np.array([2.0, 1.0]), 0.5, Streams(seed))
    R = randomness.haar_frame(5, 5, np.random.default_rng(seed))
    rotated = tasks.Teacher(teacher.U_bar, teacher.S_bar, R @ teacher.V_bar, 0.5, teacher.xi @ R.T)
    X = tasks.gaussian_inputs(5, 10, Streams(seed).rng("inputs A"))
    assert np.allclose(draws(label_rule, rotated, R @ X), draws(label_rule, teacher, X), atol=1e-12)


def test_one_hot():
    expected = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 1]])
    assert np.array_equal(tasks.one_hot(np.array([2, 0, 2]), 3), expected)
