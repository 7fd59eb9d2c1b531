import os

import pytest
from toy.experiment import draw

from mtlpaper.sweeps import WorkerError, map_parallel
from mtlpaper.sweeps.environment import JOBS, jobs_allowed


def reciprocal(x: int) -> float:
    return 1 / x


def die(x: int) -> None:
    os._exit(x)


def test_results_do_not_depend_on_the_number_of_jobs(tmp_path, monkeypatch):
    """Nor on modules in the folder where the user happens to be."""
    (tmp_path / "pickle.py").write_text("raise RuntimeError('of the user')")
    monkeypatch.chdir(tmp_path)
    assert map_parallel(draw, range(5), jobs=1) == map_parallel(draw, range(5), jobs=2)


def test_nothing_to_do_is_done_at_once():
    assert map_parallel(draw, []) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_item_is_named(jobs):
    with pytest.raises(ZeroDivisionError) as caught:
        map_parallel(reciprocal, [1, 0, 2], jobs=jobs)
    assert caught.value.__notes__ == ["while computing 0"]


def test_a_dying_worker_is_an_error_and_no_hang():
    with pytest.raises(WorkerError, match="memory"):
        map_parallel(die, [1, 1], jobs=2)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_the_number_of_jobs_must_be_a_number(monkeypatch, text):
    monkeypatch.setenv(JOBS, text)
    with pytest.raises(ValueError, match=JOBS):
        jobs_allowed()
