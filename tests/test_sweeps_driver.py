"""A sweep ends with the same bytes, whatever happens on its way."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import IPython  # noqa: F401 (what a kernel has loaded)
import numpy as np
import pytest
from toy.repository import python_path
from toy.units import Unit, die, die_once, draw, find_no_gpu_memory, reciprocal, same

from mtlpaper.companion.sweeps import Store, StoreError, WorkerError, sweep
from mtlpaper.companion.sweeps.environment import JOBS, STORE, Means, jobs_allowed, using
from mtlpaper.companion.sweeps.pools import one_pool, shared_pool, sharing
from mtlpaper.companion.sweeps.progress import Progress, Report, duration

SCRIPT = """
import sys
from toy.units import Unit, draw
from mtlpaper.companion.sweeps import sweep
count, pause, marks = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
if __name__ == "__main__":
    sweep(draw, [Unit(seed, pause=pause, folder=marks) for seed in range(count)])
"""


@pytest.fixture
def store(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(STORE, str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def marks(tmp_path) -> Path:
    (tmp_path / "marks").mkdir()
    return tmp_path / "marks"


def contents(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.rglob("*") if path.is_file()}


def computed(marks: Path) -> Counter:
    return Counter(int(path.name.partition("-")[0]) for path in marks.iterdir())


def units(count: int, marks: Path | str = "") -> list[Unit]:
    return [Unit(seed, folder=str(marks)) for seed in range(count)]


def start(tmp_path: Path, store: Path, *arguments, jobs: int = 1, **options) -> subprocess.Popen:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, STORE: str(store), JOBS: str(jobs), "PYTHONPATH": python_path()}
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, **options)


# ------------------------------------------------------------------------- what comes from where


def test_results_come_in_order_and_from_the_store_the_second_time(store, marks):
    first = sweep(draw, units(4, marks))
    assert [int(result["seed"]) for result in first] == [0, 1, 2, 3]
    again = sweep(draw, units(6, marks)[::-1])
    assert same(again[2:], first[::-1])
    assert computed(marks) == Counter(range(6))
    assert len(contents(store)) == 6


def test_without_a_store_nothing_is_kept(tmp_path, marks, monkeypatch):
    monkeypatch.delenv(STORE, raising=False)
    assert same(sweep(draw, units(2, marks)), sweep(draw, units(2, marks)))
    assert computed(marks) == {0: 2, 1: 2}
    assert [path.name for path in tmp_path.iterdir()] == ["marks"]


@pytest.mark.usefixtures("store")
def test_nothing_to_do_is_done_at_once():
    assert sweep(draw, []) == []


def test_equal_units_are_computed_once(store, marks):
    one, other = sweep(draw, [Unit(3, folder=str(marks))] * 2)
    assert same([one], [other])
    assert computed(marks) == {3: 1}
    assert len(contents(store)) == 1


def test_processes_and_this_process_give_the_same_bytes(tmp_path, monkeypatch):
    """Whatever modules lie in the folder where the user happens to be."""
    (tmp_path / "pickle.py").write_text("raise RuntimeError('of the user')")
    monkeypatch.chdir(tmp_path)
    stored = {}
    for jobs in ("1", "2"):
        monkeypatch.setenv(STORE, str(tmp_path / jobs))
        monkeypatch.setenv(JOBS, jobs)
        stored[jobs] = sweep(draw, units(5)), contents(tmp_path / jobs)
    assert same(stored["1"][0], stored["2"][0])
    assert stored["1"][1] == stored["2"][1]


# ---------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_the_number_of_jobs_must_be_a_number(monkeypatch, text):
    monkeypatch.setenv(JOBS, text)
    with pytest.raises(ValueError, match=JOBS):
        jobs_allowed()


def test_a_damaged_entry_is_told_and_computed_again(store, marks, capsys):
    """Whatever the damage; `test_sweeps_store` shows that each is noticed."""
    sweep(draw, units(3, marks))
    before = contents(store)
    path = sorted(store.rglob("*.unit"))[1]
    path.write_bytes(path.read_bytes()[:-9])
    sweep(draw, units(3, marks))
    assert contents(store) == before
    assert sorted(computed(marks).values()) == [1, 1, 2]
    told = capsys.readouterr().err
    assert f"{path}: it" in told
    assert told.endswith("it is computed again\n")


def test_a_failing_unit_is_named_and_the_others_stay(store):
    with pytest.raises(ZeroDivisionError) as caught:
        sweep(reciprocal, [Unit(1), Unit(2), Unit(0), Unit(3)])
    assert "while computing Unit(seed=0" in caught.value.__notes__[0]
    assert len(contents(store)) == 2  # and nothing half done beside them
    assert len(sweep(reciprocal, [Unit(1), Unit(2), Unit(3)])) == 3


def test_a_worker_that_dies_is_an_error_and_the_sweep_goes_on_from_there(store, marks, monkeypatch):
    monkeypatch.setenv(JOBS, "2")
    some = [Unit(seed, folder=str(marks), cap=1 if seed == 5 else None) for seed in range(8)]
    with pytest.raises(WorkerError, match="fewer than 2 jobs"):
        sweep(die_once, some)
    assert all(name.endswith(".unit") for name in contents(store))
    got = sweep(die_once, some)
    assert same(got, [draw(unit) for unit in some])


@pytest.mark.parametrize(
    "said",
    [
        "CUDA out of memory. Tried to allocate 20.00 MiB.",
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    ],
)
def test_processes_that_find_no_memory_on_the_gpu_are_told_to_be_fewer(monkeypatch, said):
    monkeypatch.setenv(JOBS, "2")
    with pytest.raises(WorkerError, match=r"the GPU has too little .* fewer than 2 jobs"):
        sweep(find_no_gpu_memory, [Unit(seed, label=said) for seed in range(2)])


def together(pool, function, some: list[Unit]) -> list[dict]:
    """A sweep in a thread beside others."""
    with sharing(pool), using(Means(jobs=2)):
        return sweep(function, some)


@pytest.mark.usefixtures("store")
def test_a_worker_that_dies_ends_no_sweep_but_the_one_whose_unit_it_was():
    some = [Unit(seed, pause=0.1) for seed in range(8)]
    with shared_pool(2) as pool, ThreadPoolExecutor(2) as threads:
        sound = threads.submit(together, pool, draw, some)
        deadly = threads.submit(together, pool, die, units(3))
        assert same(sound.result(), [draw(unit) for unit in some])
        with pytest.raises(WorkerError, match="fewer than 1 jobs"):
            deadly.result()


@pytest.mark.parametrize("kept", [True, False])
def test_the_sweeps_of_a_run_can_keep_their_processes(kept, store, marks):
    def draw_two_grids():
        for seeds in (range(2), range(2, 4)):
            sweep(draw, [Unit(seed, folder=str(marks)) for seed in seeds])

    with using(Means(jobs=1, store=store)):
        if kept:
            with one_pool(1):
                draw_two_grids()
        else:
            draw_two_grids()
    processes = {path.name.split("-")[1] for path in marks.iterdir()}
    assert len(processes) == (1 if kept else 2)
    assert str(os.getpid()) not in processes


def test_a_kept_pool_gives_way_to_a_shared_one_and_fails_as_one_of_its_own(store):
    with shared_pool(1) as pool, sharing(pool), one_pool(1):
        sweep(draw, units(2))
        assert len(pool.executor._processes) == 1
    deadly = pytest.raises(WorkerError, match="fewer than 2 jobs")
    with using(Means(jobs=2, store=store)), one_pool(2), deadly:
        sweep(die, units(3))


def test_sweeps_of_other_threads_end_when_their_pool_is_stopped(store, marks):
    some = [Unit(seed, pause=0.05, folder=str(marks)) for seed in range(2000)]
    with shared_pool(2) as pool, ThreadPoolExecutor(1) as threads:
        sweeping = threads.submit(together, pool, draw, some)
        while not any(marks.iterdir()):
            assert not sweeping.done()
            time.sleep(0.01)
        pool.stop()
        assert isinstance(sweeping.exception(timeout=60), KeyboardInterrupt)
    assert all(name.endswith(".unit") for name in contents(store))


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_at_any_moment_it_ends_with_the_same_bytes(tmp_path, store, marks, jobs):
    rng = np.random.default_rng(jobs)
    undisturbed = tmp_path / "undisturbed"
    assert start(tmp_path, undisturbed, 40, 0.02, marks).wait() == 0
    for path in marks.iterdir():
        path.unlink()
    kills = 0
    for _ in range(5 - jobs):
        # Some die before they have begun, some in the midst of it.
        process = start(tmp_path, store, 40, 0.02, marks, jobs=jobs, start_new_session=True)
        before = len(list(marks.iterdir()))
        while len(list(marks.iterdir())) < before + 3 and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills >= 2
    assert start(tmp_path, store, 40, 0.02, marks, jobs=jobs).wait() == 0
    for path in (store / ".work").iterdir():
        os.utime(path, (0, 0))  # a day later
    Store(store)
    assert contents(store) == contents(undisturbed)
    assert sum(computed(marks).values()) <= 40 + kills * (1 + 2 * jobs)


def test_an_interrupt_says_what_is_stored(tmp_path, store, marks):
    process = start(
        tmp_path, store, 2000, 0.05, marks, jobs=2, stderr=subprocess.PIPE, start_new_session=True
    )
    # Until both workers are at work; one that is just starting would complain of the signal.
    while len({path.name.split("-")[1] for path in marks.iterdir()}) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as the keyboard does: to every process
    told = process.communicate(timeout=60)[1].decode()
    entries = contents(store)
    found = re.search(r"interrupted; (\d+) of 2000 units are stored, and the same command", told)
    assert found
    # The signal may fall between an entry and its count.
    assert len(entries) - 1 <= int(found[1]) <= len(entries)
    assert told.count("Traceback") == 1  # Python's own, of the script; none of the workers
    assert all(name.endswith(".unit") for name in entries)


def test_two_processes_share_the_work(tmp_path, store, marks):
    both = [start(tmp_path, store, 40, 0.05, marks) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert computed(marks) == Counter(range(40))
    workers = {path.name.split("-")[1] for path in marks.iterdir()}
    assert len(workers) == 2
    assert all(name.endswith(".unit") for name in contents(store))


def test_a_unit_whose_other_process_dies_is_taken_over(tmp_path, store, marks):
    slow = start(tmp_path, store, 1, 60, marks)
    while not list(marks.iterdir()):
        assert slow.poll() is None
        time.sleep(0.01)
    # The same key needs the same pause, so the second one's computation is cut short instead.
    waiting = start(tmp_path, store, 1, 60, marks)
    time.sleep(0.8)
    assert len(list(marks.iterdir())) == 1
    slow.kill()
    slow.wait()
    deadline = time.monotonic() + 60
    while len(list(marks.iterdir())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    waiting.kill()
    waiting.wait()


def test_a_full_disk_is_an_error_and_what_was_stored_stays(store):
    """The system refuses to let the file grow, as a full disk would."""
    sweep(draw, units(2))
    before = contents(store)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"cannot write to the store .*File too large"):
            sweep(draw, units(4))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert contents(store) == before
    assert len(sweep(draw, units(4))) == 4


# --------------------------------------------------------------------------------------- progress


@pytest.mark.usefixtures("store")
def test_progress_counts_networks_for_who_listens_and_says_nothing(capsys):
    reports = []
    with using(Means(), reports.append):
        sweep(draw, units(3))
        sweep(draw, units(5), networks=lambda unit: 10 + unit.seed)
    assert str(reports[0]) == "0 of 3 units"
    assert (reports[-1].done, reports[-1].total, reports[-1].stored) == (60, 60, 60)
    assert str(reports[-1]) == "60 of 60 networks"
    assert reports[-1].notes == ()
    assert capsys.readouterr() == ("", "")


def test_the_rate_is_of_what_was_computed(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("mtlpaper.companion.sweeps.progress.time.monotonic", lambda: now[0])
    with Progress(400, kept=True) as progress:
        now[0] = 5.0
        progress.advance(100, stored=True)
        assert str(progress.report()) == "100 of 400 units"
        now[0] = 7.0
        progress.advance(90)
        report = progress.report()
    assert str(report) == "190 of 400 units, 45/s, 5 s left"
    assert report.after_interrupt().startswith("190 of 400 units are stored")
    assert Report(1, 2).after_interrupt() == "nothing was stored"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (89, "89 s"), (120, "2 min"), (9000, "2.5 h")]
)
def test_a_time_is_written_as_one_says_it(seconds, text):
    assert duration(seconds) == text


def test_nothing_is_said_in_a_kernel(store, monkeypatch, capsys):
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=None))
    sweep(draw, units(2))
    next(store.rglob("*.unit")).write_bytes(b"")
    sweep(draw, units(2))
    assert capsys.readouterr() == ("", "")
