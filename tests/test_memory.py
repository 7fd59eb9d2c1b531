"""A run that cannot fit into memory is refused before work, by the names of what asks for it."""

from pathlib import Path

import pytest

from mtlpaper.companion import limits, runs
from mtlpaper.companion.registry import chapters, settings
from mtlpaper.companion.runs.means import require_memory

GB = 2**30


@pytest.fixture(autouse=True)
def _small_machine(monkeypatch):
    monkeypatch.setattr(limits, "memory", lambda: 4 * GB)


def run_of(name: str, preset: str, changes: dict | None = None) -> runs.Run:
    """A run of which only the parameters matter."""
    params = settings(name).preset(preset, **(changes or {}))
    components = runs.Components(cells=(), modules={}, versions={}, python="")
    return runs.Run(params, preset, changes or {}, Path(), Path(), components)


def refusal(name: str, changes: dict, means: runs.Means) -> str:
    with pytest.raises(runs.SetupError) as caught:
        require_memory(run_of(name, "quick", changes), means)
    return str(caught.value)


@pytest.mark.parametrize("name", chapters())
def test_the_presets_fit_into_a_small_machine(name):
    require_memory(run_of(name, "paper"), runs.Means(2))


POINTS = 100_000
MANY = [0.001 * (k + 1) for k in range(1000)]


@pytest.mark.parametrize(
    ("name", "changes", "blamed"),
    [
        ("label_rules", {"n_train_large": POINTS, "seed": 3, "N1": 2000}, "n_train_large N1"),
        ("finite_data", {"n_train": POINTS, "n_seeds": 900}, "n_train n_seeds"),
        ("spectrum", {"n_train": POINTS, "n_seeds": 10_000}, "n_train n_seeds"),
        ("learning_rate", {"n_seeds": 10_000, "n_train": POINTS}, "n_seeds n_train"),
        ("figure2", {"n_train": [POINTS], "N1": 2000, "n_test": 2**20}, "n_train N1 n_test"),
        ("interactions", {"S_B": MANY, "n_seeds": 10_000}, "S_B n_seeds"),
        ("multiverse", {"n_train": [100, POINTS], "N1": [2000]}, "n_train N1"),
        ("aligned", {"n_teachers": 100_000, "N1": 2000}, "n_teachers N1"),
        ("bound", {"n_points": 2**20, "N3": 1000}, "n_points N3"),
    ],
)
def test_what_asks_for_too_much_is_named(name, changes, blamed):
    message = refusal(name, changes, runs.Means(1))
    assert message.startswith(f"{name} takes ")
    names = ", ".join(f"`{one}`" for one in blamed.split())
    assert message.endswith(f"of memory, and there are 4 GB; choose less of {names}")


def test_sizes_are_readable():
    changes = {"N1": 2000, "n_train": 100_000, "n_seeds": 10_000}
    assert "takes 58.8 TB of memory, and there are 4 GB" in refusal(
        "figure1", changes, runs.Means()
    )


def test_too_many_processes_are_told_apart_from_too_much_data():
    changes = {"n_train": [100, 100_000], "n_test": 2**17}
    require_memory(run_of("figure2", "quick", changes), runs.Means(1))
    assert refusal("figure2", changes, runs.Means(16)).endswith(
        "for 16 processes; take fewer --jobs"
    )


def test_a_cluster_has_memory_of_its_own():
    changes = {"n_train": [100, 100_000], "n_test": 2**17}
    require_memory(run_of("figure2", "quick", changes), runs.Means(16, None, "tcp://there:1"))
