"""The same sweep on a cluster of processes, which may lose one of them."""

import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed import LocalCluster
from toy.repository import python_path
from toy.units import Unit, draw, reciprocal, same

from mtlpaper.companion.runs import Means, SetupError
from mtlpaper.companion.runs.means import require
from mtlpaper.companion.sweeps import SchedulerError, sweep
from mtlpaper.companion.sweeps.cluster import _require_fit_workers
from mtlpaper.companion.sweeps.cluster import cluster as connected
from mtlpaper.companion.sweeps.environment import SCHEDULER, STORE
from mtlpaper.companion.sweeps.keys import Code, code_of


@pytest.fixture(scope="module")
def cluster():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", python_path())
        options = {"processes": True, "threads_per_worker": 1, "dashboard_address": ":0"}
        with LocalCluster(n_workers=2, silence_logs=50, **options) as started:
            yield started


@pytest.fixture
def at(cluster, monkeypatch):
    monkeypatch.setenv(SCHEDULER, cluster.scheduler_address)
    return cluster


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(at, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE, str(tmp_path / "cluster"))
    marks = tmp_path / "marks"
    marks.mkdir()
    units = [Unit(seed, pause=0.05, folder=str(marks)) for seed in range(40)]
    victim = next(iter(at.workers.values())).pid

    def kill_midway():
        while len(list(marks.iterdir())) < 10:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_midway)
    killer.start()
    got = sweep(draw, units)
    killer.join()
    pids = {int(path.name.split("-")[1]) for path in marks.iterdir()}
    assert victim in pids
    assert len(pids) >= 2
    assert os.getpid() not in pids
    monkeypatch.delenv(SCHEDULER)
    monkeypatch.setenv(STORE, str(tmp_path / "here"))
    assert same(got, sweep(draw, units))
    stored = [
        {path.name: path.read_bytes() for path in (tmp_path / place).rglob("*.unit")}
        for place in ("cluster", "here")
    ]
    assert stored[0] == stored[1]
    assert len(stored[0]) == 40


@pytest.mark.usefixtures("at")
def test_failures_travel_too():
    with pytest.raises(ZeroDivisionError) as caught:
        sweep(reciprocal, [Unit(1), Unit(0)])
    assert caught.value.__notes__ == [f"while computing {Unit(0)}"]


@pytest.mark.usefixtures("at")
def test_workers_with_other_code_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv(STORE, str(tmp_path))
    other = Code("0" * 64, code_of(draw).versions)
    monkeypatch.setattr("mtlpaper.companion.sweeps.driver.code_of", lambda _: other)
    with pytest.raises(SchedulerError, match=r"2 of 2 workers cannot") as caught:
        sweep(draw, [Unit(1)])
    assert str(caught.value).count("tcp://") == 2
    assert "another source of toy.units" in str(caught.value)


@pytest.mark.usefixtures("at")
def test_workers_without_the_module_are_named(monkeypatch, tmp_path):
    (tmp_path / "only_here.py").write_text("def f(x):\n    return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here

    with pytest.raises(SchedulerError, match=r"workers cannot do this work\n(.*\n)*.*only_here"):
        sweep(only_here.f, [Unit(1)])


def set_threads(count: str) -> None:
    os.environ["OMP_NUM_THREADS"] = count


@pytest.mark.usefixtures("at")
def test_workers_of_many_threads_are_refused(cluster):
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        client.run(set_threads, "8")
        try:
            with pytest.raises(SchedulerError, match="OMP_NUM_THREADS must be 1, got 8"):
                sweep(draw, [Unit(1)])
        finally:
            client.run(set_threads, "1")


@pytest.mark.usefixtures("at")
def test_a_worker_is_asked_before_its_first_task_too(cluster):
    """The workers become unfit after the first check, as one that joins later may be."""
    from distributed import Client

    with (
        Client(cluster, set_as_default=False) as client,
        connected(cluster.scheduler_address, doubled) as (executor, _),
    ):
        client.run(set_threads, "8")
        try:
            with pytest.raises(SchedulerError, match=r"joined late cannot .*OMP_NUM_THREADS"):
                executor.submit(doubled, 1).result()
        finally:
            client.run(set_threads, "1")
        assert executor.submit(doubled, 1).result() == 2


def doubled(x: int) -> int:
    return 2 * x


def test_a_scheduler_without_workers_is_told(monkeypatch):
    monkeypatch.setattr("mtlpaper.companion.sweeps.cluster._PATIENCE_FOR_WORKERS", 0.5)
    with LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as empty:
        monkeypatch.setenv(SCHEDULER, empty.scheduler_address)
        with pytest.raises(SchedulerError, match="no worker joined the scheduler within"):
            sweep(draw, [Unit(1)])


@pytest.fixture
def silent():
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "http://127.0.0.1:9"])
def test_a_wrong_address_is_told_soon(monkeypatch, address):
    monkeypatch.setenv(SCHEDULER, address)
    with pytest.raises(SchedulerError, match=f"no scheduler answers at '{address}'; .*dask sched"):
        sweep(draw, [Unit(1)])


def test_a_silent_server_is_told_before_a_run_begins(monkeypatch, silent):
    monkeypatch.setattr("mtlpaper.companion.sweeps.cluster._PATIENCE", 0.2)
    with pytest.raises(SetupError, match=f"no scheduler answers at '{silent}'"):
        require(Means(scheduler=silent))


def test_a_worker_is_no_scheduler(cluster):
    require(Means(scheduler=cluster.scheduler_address))
    address = next(iter(cluster.scheduler_info["workers"]))
    with pytest.raises(SetupError, match=rf"must be the address of a scheduler.*{address}.*Worker"):
        require(Means(scheduler=address))


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SchedulerError, match=r"pip install 'mtlpaper\[cluster\]'"):
        sweep(draw, [Unit(1)])


class Deadly:
    """Kills the first process that reads it; another one finds a harmless function."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, unit):
        return draw(unit)

    def __reduce__(self):
        return survive, (self.mark,)


def survive(mark: Path):
    with suppress(FileExistsError):
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        os.kill(os.getpid(), signal.SIGKILL)
    return draw


def test_a_worker_that_dies_while_it_is_checked_is_no_worker(at, tmp_path):
    with connected(at.scheduler_address, Deadly(tmp_path / "died"), code_of(draw)) as (executor, _):
        assert (tmp_path / "died").exists()
        assert executor.submit(abs, -2).result() == 2


@pytest.mark.parametrize(("lost", "left"), [(1, 1), (2, 0)])
def test_a_worker_whose_connection_breaks_is_none_even_if_it_is_still_listed(lost, left):
    """The scheduler may notice a death later than the check does."""
    faults = {f"worker {i}": OSError("closed") if i < lost else None for i in range(2)}
    client = SimpleNamespace(
        wait_for_workers=lambda *_, **__: None,
        run=lambda *_, **__: faults,
        nthreads=lambda: dict.fromkeys(faults, 1),
    )
    if left:
        _require_fit_workers(client, draw, code_of(draw))
    else:
        with pytest.raises(SchedulerError, match="every worker left"):
            _require_fit_workers(client, draw, code_of(draw))
