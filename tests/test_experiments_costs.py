"""The estimate of a grid: numbers of networks are exact, time and memory grow as they must."""

import pytest

from mtlpaper.benefit import TheoryUnit
from mtlpaper.chapters.common.two_tasks import experiment as benefits
from mtlpaper.chapters.common.two_tasks.costs import cost
from mtlpaper.companion import experiments
from mtlpaper.companion.contract import Estimate, computing
from mtlpaper.companion.registry import settings

RATE = 1e10  # floating-point operations a second


@pytest.fixture(autouse=True)
def _same_machine(monkeypatch):
    monkeypatch.setattr(computing, "_products_per_second", lambda: RATE)


def estimate(name: str, **changes: object) -> Estimate:
    return experiments.estimate(settings(name).preset("quick", **changes))


def test_networks_are_counted():
    """Three datasets, three N, two S_A; two S_B by three r_AB and the single task; twice."""
    # One unit more of learning curves, of the extreme tasks and the single one.
    found = estimate("figure2")
    assert (found.n_networks, found.n_units) == (2 * 18 * 7 + 5, 2 * 18 + 1)
    # Trained at two N, and followed by two theories, of which one knows no number of points; the
    # clean main task of the first dataset by a third theory.
    assert estimate("interactions").n_units == 2 * 12 + 6 + 2 * 1
    # Four profiles of three, seven and nine tasks, six of other ranks; three main tasks, twice.
    assert estimate("relatedness").n_networks == 2 * 3 * 3 * 25
    # Four panels; two S_B by three r_AB and the single task.
    assert estimate("multiverse").n_networks == 8 * 4 * 7
    # Two settings, three datasets; linear, one and three hidden layers.
    assert estimate("depth").n_networks == 2 * 3 * 3 * 7


def test_a_theory_costs_a_share_of_the_training_that_it_follows():
    params = settings("interactions").preset("quick")
    unit = benefits.linear(params, 100, 100, 1.0, 0)
    trained, finite, cavity = (
        cost(unit),
        *(cost(TheoryUnit(unit, data, 128)) for data in ("finite", "cavity")),
    )
    assert finite.networks == cavity.networks == trained.networks == 7
    assert 0 < finite.flops < trained.flops < cavity.flops
    assert 0 < finite.seconds < trained.seconds < cavity.seconds


@pytest.mark.parametrize(
    ("name", "small", "large"),
    [
        ("figure2", {"n_seeds": 2}, {"n_seeds": 20}),
        ("figure2", {"n_train": [100]}, {"n_train": [3200]}),
        ("figure2", {"N1": 30}, {"N1": 300}),
        # The script's many small steps.
        ("figure2", {"epochs": 2000}, {"epochs": 2000, "updates": "summed"}),
        (
            "figure2",
            {"epochs": 2000, "updates": "summed"},
            {"epochs": 4000, "updates": "summed"},
        ),
        ("depth", {"depth": [1]}, {"depth": [9]}),
    ],
)
def test_more_work_takes_longer(name, small, large):
    assert estimate(name, **small).seconds < estimate(name, **large).seconds


def test_larger_data_take_more_memory():
    assert (
        estimate("figure2", n_train=[100]).bytes_each
        < estimate("figure2", n_train=[100_000]).bytes_each
    )


@pytest.mark.parametrize(
    ("jobs", "seconds", "text"),
    [
        (1, 40.0, "10 networks in 2 units, about 40 s on 1 process, 353 MB each"),
        (2, 40.0, "10 networks in 2 units, about 20 s on 2 processes, 353 MB each"),
        (
            8,
            40.0,
            "10 networks in 2 units, about 20 s on 8 processes, 353 MB each",
        ),  # two units only
        (1, 600.0, "10 networks in 2 units, about 10 min on 1 process, 353 MB each"),
        (1, 36000.0, "10 networks in 2 units, about 10.0 h on 1 process, 353 MB each"),
    ],
)
def test_the_summary_divides_by_the_processes_that_have_work(jobs, seconds, text):
    """Two units keep two processes busy, and no more."""
    assert Estimate(10, 2, seconds, 3 * 2**20).summary(jobs) == text
