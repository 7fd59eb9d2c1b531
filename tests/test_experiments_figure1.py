"""Figure 1's experiment at a tenth of its steps, its datasets, and its agreement target."""

import numpy as np
import pytest
import xarray as xr

from mtlpaper.agreement import largest_relative_gap
from mtlpaper.chapters.common.single_task.experiment import record_steps
from mtlpaper.companion import experiments
from mtlpaper.companion.registry import settings
from mtlpaper.dynamics import Setting, draw_replicate
from mtlpaper.dynamics.datasets import singular_modes
from mtlpaper.randomness import Streams
from mtlpaper.tasks import make_teacher

#: Four seeds and steps of 0.02: descent is within 0.3 % of the flow, see the learning-rate tests.
REDUCED = {"n_seeds": 4, "n_steps": 250, "learning_rate": 0.02, "n_records": 11}
TOLERANCE = 0.05  # fixed in advance: the experiment's own


def figure1(**changes: object) -> xr.Dataset:
    return experiments.compute(settings("figure1").preset("paper", **(REDUCED | changes)))


def gap(measured: xr.DataArray, theory: xr.DataArray, N3: int) -> float:
    return largest_relative_gap(measured.sel(N3=N3).values, theory.sel(N3=N3).values)[0]


@pytest.fixture(scope="module")
def published() -> xr.Dataset:
    return figure1(N1=20)


@pytest.fixture(scope="module")
def argmax() -> xr.Dataset:
    return figure1(N1=20, label_rule="argmax")


@pytest.mark.parametrize("N1", [10, 20])
def test_soft_labels_follow_eq3_within_the_tolerance(published, N1):
    data = published if N1 == 20 else figure1(N1=N1)
    assert data.attrs["experiment"] == "figure1"
    assert (data["gap"].sel(bound="estimate") < TOLERANCE).all()
    for N3 in (2, 20):
        stored = float(data["gap"].sel(N3=N3, bound="estimate"))
        assert stored == gap(data["s_sgd"], data["s_eq3"], N3)


def test_other_starts_are_compared_with_the_theory_from_there(published):
    """The experiment's own start is among them, and its numbers are the same."""
    for name in ("s_sgd", "s_eq3"):
        start = published[f"{name}_start"]
        assert np.allclose(start.isel(time=0).transpose(..., "s0"), start["s0"], rtol=1e-12)
        assert np.array_equal(start.sel(s0=1.0), published[name])
    assert np.array_equal(published["gap_start"].sel(s0=1.0), published["gap"])
    # Negative control: another start is another trajectory, and another gap.
    assert not np.allclose(published["gap_start"].sel(s0=3.0), published["gap"], rtol=1e-3)


@pytest.mark.parametrize("N3", [2, 20])
def test_the_other_label_rules_theory_does_not(published, argmax, N3):
    """Negative controls: theory of argmax labels against soft ones, and the reverse."""
    assert gap(published["s_sgd"], argmax["s_eq3"], N3) > TOLERANCE
    assert gap(argmax["s_sgd"], published["s_eq3"], N3) > TOLERANCE


@pytest.mark.parametrize("label_rule", ["soft", "argmax"])
def test_fresh_noise_enters_the_theory(label_rule):
    """Strong fresh noise on the logits lowers the drive; many points leave little else."""
    changes = {"N3": [2], "label_rule": label_rule, "n_train": 5000, "s_bar": 3.0, "sigma": 3.0}
    fresh = figure1(noise="sample", **changes)
    assert gap(fresh["s_sgd"], fresh["s_eq3"], 2) < TOLERANCE
    # Negative control: the theory of a teacher without noise.
    clean = figure1(noise="sample", **(changes | {"sigma": 0.0}))
    assert gap(fresh["s_sgd"], clean["s_eq3"], 2) > TOLERANCE


def test_published_range(published):
    """Soft labels start at the bottom of Figure 1's axis and end below its top."""
    assert np.allclose(published["s_sgd"].isel(time=0), 1.0, rtol=1e-12)
    assert published["s_sgd"].mean("seed").max() < 1.7
    assert published["time"].values[[0, -1]] == pytest.approx([0, 5])


def test_datasets_are_shared_between_runs_that_differ_in_training(published):
    other = figure1(N1=20, n_steps=50, batch_size=10)
    assert np.array_equal(other["s_hat"], published["s_hat"])


def test_a_dataset_does_not_depend_on_how_many_there_are(published):
    fewer = figure1(N1=20, n_seeds=2)
    for name in ("s_sgd", "s_eq3"):
        # Batched products may sum in another order: rounding of 250 steps.
        assert np.allclose(fewer[name], published[name].isel(seed=[0, 1]), rtol=1e-12)


def test_a_dataset_does_not_depend_on_how_many_there_are_with_mini_batches():
    fewer, more = (figure1(n_seeds=n, n_steps=40, batch_size=10) for n in (2, 3))
    assert np.allclose(fewer["s_sgd"], more["s_sgd"].isel(seed=[0, 1]), rtol=1e-12)


# ------------------------------------------------------------------------------------- datasets


def setting(**changes: object) -> Setting:
    fields = {
        "N1": 8,
        "N2": 6,
        "N3": 5,
        "n_train": 30,
        "s_bar": 2.0,
        "sigma": 0.5,
        "noise": "weight",
        "label_rule": "soft",
        "s0": 1.0,
    }
    return Setting(**(fields | changes))


def test_the_student_starts_aligned_with_the_noisy_teacher():
    replicate = draw_replicate(setting(s0_rest=(0.5, 0.25), imbalance=0.7), seed=1, replicate=2)
    U, S, Vt = np.linalg.svd(replicate.teacher.Sigma_hat)
    assert replicate.s_hat == pytest.approx(S[0], rel=1e-14)
    assert abs(U[:, 0] @ replicate.u_hat) == pytest.approx(1, rel=1e-12)
    W = replicate.student.W()
    # Modes come in the teacher's order and sign; singular values as asked for.
    assert np.allclose(W, (U[:, :3] * [1, 0.5, 0.25]) @ Vt[:3], rtol=0, atol=1e-12)
    trunk = np.linalg.svd(replicate.student.W21)[1][:3] ** 2
    head = np.linalg.svd(replicate.student.W32[0])[1][:3] ** 2
    assert np.allclose(trunk - head, 0.7, rtol=0, atol=1e-12)


@pytest.mark.parametrize("N3", [2, 3, 5])
def test_a_rank_one_teacher_leaves_the_other_modes_free(N3):
    rest = (0.5, 0.25, 0.25)[: N3 - 1]
    replicate = draw_replicate(setting(sigma=0.0, s0_rest=rest, N3=N3), seed=1, replicate=0)
    W = replicate.student.W()
    found = np.linalg.svd(W)[1][: len(rest) + 1]
    assert np.allclose(found, [1.0, *rest], rtol=1e-12)
    assert replicate.u_hat @ W @ replicate.teacher.V_bar[:, 0] == pytest.approx(
        np.sign(replicate.u_hat @ replicate.teacher.U_bar[:, 0]), rel=1e-12
    )
    if N3 > len(rest) + 1:  # room for modes that keep clear of the common shift
        assert np.allclose(W.sum(axis=0), 0, atol=1e-12)


def test_modes_of_a_full_rank_teacher_are_its_own():
    W = make_teacher(6, 4, np.array([3.0, 2.0, 1.0, 0.5]), 0.0, Streams(0)).Sigma_hat
    U, s, V = singular_modes(W, 4, np.random.default_rng(0))
    assert s == pytest.approx(3.0, rel=1e-12)
    assert np.allclose((U * [3, 2, 1, 0.5]) @ V.T, W, rtol=0, atol=1e-12)


def test_the_second_moment_of_the_inputs():
    replicate = draw_replicate(setting(n_train=20_000), seed=1, replicate=0)
    # Entries scatter by sqrt(2 / 20000) = 1 % on the diagonal, less off it; 5 of them.
    assert np.abs(replicate.S - np.eye(8)).max() < 0.05


@pytest.mark.parametrize(("n_steps", "n_records", "size"), [(5000, 51, 51), (3, 51, 4), (7, 2, 2)])
def test_recorded_steps(n_steps, n_records, size):
    steps = record_steps(n_steps, n_records)
    assert steps.size == size
    assert steps[[0, -1]].tolist() == [0, n_steps]
    assert (np.diff(steps) > 0).all()
