"""Two training-aligned tasks as an experiment: pairs, spectra, maps, and training beside them."""

import numpy as np
import pytest
import xarray as xr
from tiny import computed

from mtlpaper import theory
from mtlpaper.aligned import pairs
from mtlpaper.aligned.bounds import look_steps
from mtlpaper.aligned.flows import log_times
from mtlpaper.aligned.trained import plane_curve
from mtlpaper.chapters.aligned import tables
from mtlpaper.chapters.common.aligned_tasks.experiment import descent_of, setting_of
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.registry import settings
from mtlpaper.gibbs import GaussianField
from mtlpaper.spectra import noisy_spike

DRAWN = ("label_rule", "rho", "kind", "end")
SMALL = {
    "S_A": [0.1, 1.0, 3.0],
    "S_B": [0.1, 1.0, 10.0],
    "r_AB": [0.0, 0.1, 0.5, 1.0],
    "n_teachers": 60,
    "n_seeds": 3,
    "n_large": 4000,
    "n_trained": 2,
    "learning_rate": 0.2,
    "t_end": 40.0,
}


def parameters(name: str = "aligned", **changes):
    return settings(name).preset("paper", **(SMALL | changes))


def setting(**changes):
    return setting_of(parameters(**changes), "soft")


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    return computed(parameters())


def test_students_start_aligned_with_both_tasks():
    for r_AB in (0.0, 0.5, 1.0):
        pair = pairs.draw_pair(setting(), 1.0, 3.0, r_AB, 0)
        student = pairs.aligned_student(setting(), pair, 0)
        for task, teacher in enumerate((pair.A, pair.B)):
            noisy = pairs.first_mode_teacher(teacher).W_bar
            expected = setting().s0 * noisy / np.linalg.norm(noisy)
            assert np.allclose(student.W(task), expected, atol=1e-12)
        assert np.linalg.matrix_rank(student.W21) == 2


def test_teachers_that_coincide_leave_the_second_direction_free():
    clean = setting(sigma=1e-9)
    pair = pairs.draw_pair(clean, 1.0, 1.0, 1.0, 0)
    student = pairs.aligned_student(clean, pair, 0)
    assert np.linalg.matrix_rank(student.W21) == 2
    assert np.allclose(np.linalg.svd(student.W(1), compute_uv=False)[0], clean.s0, rtol=1e-6)


def test_the_first_mode_labels_or_all_of_them():
    first, every = (
        pairs.draw_batch(
            setting(labelled_by=choice), [pairs.draw_pair(setting(), 1.0, 3.0, 0.5, 0)], 20, 0
        )
        for choice in ("first mode", "all modes")
    )
    assert np.array_equal(first.A.X, every.A.X)
    assert not np.allclose(first.A.Y, every.A.Y, atol=1e-3)
    logits = np.log(first.A.Y[0])
    # One mode: the centred logits of all points lie on a line.
    assert np.linalg.matrix_rank(logits - logits.mean(axis=0), tol=1e-8) == 1


@pytest.mark.parametrize(("n_looks", "t_end"), [(5, 1.0), (40, 100.0)])
def test_looks_and_times_cover_the_training(n_looks, t_end):
    steps = look_steps(t_end, 0.2, n_looks)
    assert steps[0] == 0
    assert steps[-1] == round(t_end / 0.2)
    assert (np.diff(steps) > 0).all()
    t = log_times(t_end, n_looks)
    assert t[0] == 0
    assert t[-1] == pytest.approx(t_end)


def test_unrelated_tasks_with_aligned_heads_change_nothing(data):
    exact = data.sel(r_AB=0.0, rho=0.0)
    # The integrator's tolerance of 1e-8 and the tables' error, for singular values up to forty.
    assert (np.abs(exact["s_difference"]) < 1e-6).all()
    assert (np.abs(exact["MT"]) < 1e-8).all()
    # Negative controls: heads that overlap, and related tasks above the threshold.
    assert np.abs(data["MT"].sel(r_AB=0.0, rho=0.3)).max() > 1e-6
    assert data["MT"].sel(r_AB=1.0, rho=0.0, S_B=10.0, S_A=1.0).min() > 1e-3


def test_tasks_below_the_threshold_change_nothing(data):
    threshold = 0.5 * (10 / 30) ** 0.25
    assert 0.1 < threshold < 1.0
    lost = data.sel(S_B=0.1, rho=0.0)
    assert (np.abs(lost["MT"]) < 1e-8).all()
    # A lost main task learns nothing that an auxiliary task could better.
    assert (np.abs(data["MT"].sel(S_A=0.1)) < 1e-8).all()
    assert (data["t_alone_best"].sel(S_A=0.1) == 0).all()
    assert (data["t_alone_best"].sel(S_A=1.0) > 1).all()


def test_spectra_lie_where_they_are_predicted(data):
    predicted = [noisy_spike(S, 30, 10, 0.5).s_hat for S in (0.1, 1.0, 10.0)]
    assert np.allclose(data["s_hat_predicted"], predicted)
    estimate = data["s_hat"].sel(bound="estimate")
    # At the edge finite sizes lie lower by some per cent (the Tracy-Widom mean).
    assert np.allclose(estimate / predicted, 1, atol=0.12)
    assert data["in_bulk"].sel(bound="estimate") > 0.9
    assert (
        float(data["s_hat_excess"].sel(bound="low"))
        < 10.017 - 10
        < float(data["s_hat_excess"].sel(bound="high"))
    )
    width = np.log(data["bin"][1] / data["bin"][0])
    assert np.allclose(data["density"].sum("bin") * width, 1)  # all values are counted
    assert float(data["bulk_density"].sum() * width) == pytest.approx(1, abs=0.05)  # bins


def test_training_follows_the_plane_flow(data):
    """4000 points of 30 inputs, steps of 0.2: some per cent each."""
    soft = data["flow_gap"].sel(label_rule="soft", bound="estimate")
    assert (soft < 0.12).all()
    # Negative control: the task alone is no theory of what a fully related clean task does.
    cell = data.sel(label_rule="soft").isel(cell=-1)
    alone = cell["s_alone"].mean("seed") / cell["s_trained"].mean("seed") - 1
    assert np.abs(alone).max() > 0.3


def test_means_are_those_of_what_was_drawn(data):
    drawn = data["benefit_pair"].mean("pair")
    assert np.allclose(data["benefit_drawn"].sel(bound="estimate"), drawn.transpose(*DRAWN))
    weak = drawn.sel(kind="weakly related")
    difference = weak.sel(end="largest") - weak.sel(end="least")
    assert np.allclose(data["benefit_weak"].sel(bound="estimate"), difference)
    unrelated = data["s_difference_pair"].sel(kind="unrelated", end="largest").mean("pair")
    assert np.allclose(data["s_difference_unrelated"].sel(bound="estimate"), unrelated)
    tops = data["S_drawn"].sel(mode=1).mean("teacher")
    assert np.allclose(data["s_hat"].sel(bound="estimate"), tops)


def test_effects_have_intervals_around_their_estimates(data):
    for name in ("s_difference_unrelated", "benefit_weak", "s_hat_excess", "in_bulk"):
        low, value, high = (data[name].sel(bound=b) for b in ("low", "estimate", "high"))
        assert data[name].dims[0] == "bound"
        assert ((low <= value) & (value <= high)).all()


def test_what_the_plane_flow_leaves_out_is_the_turning_of_u():
    """Beside a clean related task the flow of whole matrices follows the training, and it alone."""
    params = parameters(learning_rate=0.05)
    soft = setting_of(params, "soft")
    pair = pairs.draw_pair(soft, params.S_main, 10.0, 1.0, 0)
    batch = pairs.draw_batch(soft, [pair], 10_000, 0)
    steps = np.arange(0, 301, 20)
    weights = pairs.train_together(batch, steps, descent_of(params))
    trained = np.linalg.svd(weights, compute_uv=False)[:, 0, 0]
    few, many = (GaussianField(params.N3, n) for n in (512, 4096))
    labelling = [pairs.first_mode_teacher(teacher) for teacher in (pair.A, pair.B)]
    forces = [theory.population_force(theory.soft_drive(one.W_bar, many), few) for one in labelling]
    t = steps * params.learning_rate
    whole = theory.solve_flow(batch.students[0], forces, t, rtol=1e-5).singular_values()[:, 0]
    plane = plane_curve(soft, pair, t)
    # 10 000 points of 30 inputs: sqrt(30 / 10 000) = 5 %, of which most goes aside of the mode.
    assert np.abs(whole / trained - 1).max() < 0.04
    assert np.abs(plane / trained - 1).max() > 0.06


def test_the_whole_grid_has_finite_effects(data):
    for name in ("MT", "s_difference"):
        assert data[name].notnull().all()


def test_tables(data):
    assert len(tables.spectra(data)) == 2
    assert len(tables.effects(data)) == 4
    gaps = tables.plane_gaps(data)
    assert set(gaps["labels"]) == {"soft", "argmax"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"S_main": 2.0}, "`S_main` must be one of S_A"),
        ({"r_AB": [0.1, 1.0]}, "`r_AB` must begin with 0 and hold `weak` = 0.1"),
        ({"r_AB": [0.0, 1.0]}, "`r_AB` must begin with 0 and hold `weak` = 0.1"),
        ({"S_B": [1.0, 0.1]}, "`S_B` must increase"),
        ({"rho": [0.3, 0.0]}, "`rho` must increase"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        parameters(**changes)
