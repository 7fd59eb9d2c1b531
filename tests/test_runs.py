"""Runs of the toy, for real where it matters: six kernels start in this module, none in others."""

import errno
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from toy import registration
from toy.folder import write_record
from toy.repository import PARAMETERS, make_repository, python_path
from toy.settings import Toy

from mtlpaper.companion import drawings, results
from mtlpaper.companion.parameters import ParameterError
from mtlpaper.companion.runs import (
    Means,
    RunError,
    SetupError,
    batch,
    cell_values,
    execute,
    find_root,
    inspect,
    kernel,
    plan,
    read_record,
    run_all,
)
from mtlpaper.companion.runs import folder as place
from mtlpaper.companion.runs.cell import rewritten

FILES = ["run.json", "toy.csv", "toy.ipynb", "toy.nc", "toy.png", "toy.svg"]
CHANGES = {"sizes": [4, 2], "rule": "argmax"}


@pytest.fixture(scope="module", autouse=True)
def _toy():
    with registration.registered(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", python_path())
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return make_repository(tmp_path_factory.mktemp("root") / "repository", "toy", "broken")


@pytest.fixture(scope="module")
def done(root, tmp_path_factory):
    """A run as it should be (the first kernel)."""
    folder = tmp_path_factory.mktemp("done") / "a" / "b"
    cells = []
    run = plan("toy", "quick", CHANGES, folder=folder, root=root)
    outcome = execute(run, Means(jobs=2), on_cell=lambda *counts: cells.append(counts))
    assert cells == [(1, 3), (2, 3), (3, 3)]
    assert not outcome.reused
    return run


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A working directory whose modules nobody may import."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for module in ("random", "pickle", "numpy"):
        (folder / f"{module}.py").write_text("raise RuntimeError('of the user')")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def hostile(tmp_path, monkeypatch) -> None:
    """A user whose settings would reach everything a kernel makes."""
    spec = {"argv": ["/gone/python"], "display_name": "gone", "language": "python"}
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec))
    (tmp_path / "matplotlibrc").write_text("axes.grid: True\nsavefig.bbox: tight\nnonsense\n")
    (tmp_path / "startup.py").write_text("print('started')")
    # A file, below which no library can make its folder.
    monkeypatch.setenv("HOME", str(tmp_path / "startup.py"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path))
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "startup.py"))
    monkeypatch.setenv("PYTHONWARNINGS", "always")


@pytest.fixture
def copy(done, tmp_path):
    """The run again, in a folder a test may spoil."""
    run = plan("toy", "quick", CHANGES, folder=tmp_path / "copy", root=done.root)
    run.folder.mkdir()
    for path in done.folder.iterdir():
        (run.folder / path.name).write_bytes(path.read_bytes())
    assert inspect(run).kind == "fresh"
    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, str]:
    return {name: results.checksum(folder / name) for name in names(folder)}


# --------------------------------------------------------------------------------- what a run makes


def test_a_run_makes_its_files_and_nothing_else(done):
    assert names(done.folder) == FILES


def test_the_record_tells_what_was_done(done):
    record = read_record(done.folder)
    assert record.parameters == Toy.preset("quick", **CHANGES).plain()
    assert record.changed == CHANGES
    assert record.seeds == {"seed": 1}
    assert record.components == done.components
    assert record.fingerprint == done.fingerprint
    assert record.command == ("mtlpaper run toy --preset quick -p 'sizes=[4, 2]' -p rule=argmax")
    assert record.files == {name: results.checksum(done.folder / name) for name in FILES[1:]}
    assert (record.threads, record.jobs, record.dtype) == (1, 2, "float64")
    assert record.started.endswith("+00:00")
    assert 0 < sum(record.cell_durations_s) <= record.duration_s
    first = float(results.load(done.folder / "toy.nc").x[0])
    assert record.numbers == {"first": float(f"{first:.4g}")}


def test_the_executed_notebook_shows_the_run_s_values_once(done):
    notebook = nbformat.read(done.folder / "toy.ipynb", as_version=4)
    assert len(notebook.cells) == 4
    assert cell_values(notebook.cells[1].source) == Toy.preset("quick", **CHANGES).plain()
    assert "ratio = 5e-1\n" in notebook.cells[1].source
    assert "sizes = [4, 2]  # à two\n" in notebook.cells[1].source
    assert 'rule = "argmax"\n' in notebook.cells[1].source


def test_no_result_tells_of_the_machine(done):
    for path in done.folder.iterdir():
        assert str(done.root).encode() not in path.read_bytes()
        assert os.uname().nodename.encode() not in path.read_bytes() or len(os.uname().nodename) < 4


def test_the_repository_is_left_as_it_was(done):
    assert sorted(path.name for path in done.root.rglob("*")) == [
        "broken.ipynb",
        "notebooks",
        "toy.ipynb",
    ]
    assert cell_values(PARAMETERS) == Toy.preset("quick").plain()


def test_figures_redrawn_from_the_data_are_the_same(done, tmp_path):
    for name, figure in drawings.draw(results.load(done.folder / "toy.nc")).items():
        results.save_figure(figure, tmp_path / name)
    for name in names(tmp_path):
        assert results.checksum(tmp_path / name) == results.checksum(done.folder / name)


# ------------------------------------------------------------------------ when it is done once more


def test_a_fresh_run_is_not_repeated(done, monkeypatch):
    monkeypatch.setattr("mtlpaper.companion.runs.execution._compute", None)
    assert execute(done).reused


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_damaged_run_is_noticed(copy, name, damage):
    path = copy.folder / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-2] + b"\n\n")
    kind = {"missing": "absent", "altered": "damaged"}[damage] if name == FILES[0] else "damaged"
    assert inspect(copy).kind == kind


@pytest.mark.usefixtures("hostile", "elsewhere")
def test_a_damaged_run_is_repeated_to_the_same_bytes(done, copy):
    """The second kernel; one job instead of two and a user's settings, which must not matter."""
    (copy.folder / "toy.nc").write_bytes(b"damage")
    (copy.folder / "notes.txt").write_text("somebody's own")
    reasons = []
    execute(copy, on_start=reasons.append)
    assert reasons == ["data: toy.nc was altered"]
    (copy.folder / "notes.txt").unlink()  # which the run left alone
    before, after = contents(done.folder), contents(copy.folder)
    del before["run.json"], after["run.json"]  # it tells the time
    assert before == after


@pytest.mark.parametrize(
    ("source", "matters"),
    [
        ("notebook", True),
        ("output", False),
        ("parameters", True),
        ("versions", True),
        ("companion/notebook.py", True),
        ("companion/experiments.py", True),
        ("companion/sweeps/driver.py", True),  # reached from the toy's module
        ("companion/style.py", True),
        ("companion/parameters/base.py~", False),
        ("chapters/figure1/figures.py", False),
        ("chapters/rem/experiment.py", False),
        ("chapters/rem/parameters.py", False),
        ("companion/book/build.py", False),
        ("companion/runs/kernel.py", False),
        ("companion/cli/__init__.py", False),
        ("companion/__pycache__/new.pyc", False),
    ],
)
def test_a_change_makes_a_run_stale_if_it_could_change_results(
    tmp_path, monkeypatch, source, matters
):
    copied = make_repository(tmp_path / "repository", "toy")
    notebook = copied / "notebooks" / "toy.ipynb"
    package = tmp_path / "mtlpaper"
    shutil.copytree(find_root() / "mtlpaper", package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("mtlpaper.__file__", str(package / "__init__.py"))
    before = plan("toy", "quick", root=copied).fingerprint
    changes = {}
    if source == "notebook":
        notebook.write_text(notebook.read_text().replace("# points", "# many points"))
    elif source == "output":
        content = json.loads(notebook.read_text())
        content["cells"][1]["execution_count"] = 7
        notebook.write_text(json.dumps(content))
    elif source == "parameters":
        changes = {"seed": 2}
    elif source == "versions":
        monkeypatch.setattr("mtlpaper.companion.provenance.versions", lambda *_: {"numpy": "1.0"})
    else:
        (package / source).parent.mkdir(exist_ok=True)
        with (package / source).open("a") as file:
            file.write("\nADDED = 1\n")
    changed = plan("toy", "quick", changes, root=copied).fingerprint != before
    assert changed == matters


def test_an_edit_makes_exactly_the_runs_stale_that_use_the_module(tmp_path, monkeypatch):
    package = tmp_path / "mtlpaper"
    shutil.copytree(find_root() / "mtlpaper", package, ignore=shutil.ignore_patterns("__pycache__"))
    root = find_root()
    monkeypatch.setattr("mtlpaper.__file__", str(package / "__init__.py"))
    names = ["figure1", "label_rules", "spectrum", "rem"]

    def marks():
        return {name: plan(name, "quick", root=root).fingerprint for name in names}

    def stale_after(module, text):
        before = marks()
        with (package / module).open("a") as file:
            file.write(text)
        after = marks()
        return {name for name in names if after[name] != before[name]}

    for name in names:
        assert stale_after(f"chapters/{name}/figures.py", "\nADDED = 1\n") >= {name}
    assert stale_after("chapters/rem/figures.py", "\nMORE = 1\n") == {"rem"}
    assert stale_after("chapters/spectrum/parameters.py", "\nMORE = 1\n") == {"spectrum"}
    assert stale_after("chapters/figure1/experiment.py", "\nMORE = 1\n") == {"figure1"}
    assert stale_after("companion/style.py", "\n# a remark\n") == set()
    assert stale_after("tasks.py", "\nMORE = 1\n") < set(names)
    assert stale_after("errors.py", "\nMORE = 1\n") == set(names)


def test_long_experiments_start_first(root, tmp_path, monkeypatch):
    seconds = {"toy": 3.0, "broken": 60.0}
    monkeypatch.setattr(
        "mtlpaper.companion.experiments.estimate",
        lambda params: SimpleNamespace(seconds=seconds[params.name]),
    )
    started = []
    monkeypatch.setattr(batch, "execute", lambda run, *_, **__: started.append(run.name))
    run_all(["toy", "broken"], "quick", root, tmp_path / "into", Means(jobs=1))
    assert started == ["broken", "toy"]


def test_a_store_that_cannot_be_written_is_told_before_the_work(root, tmp_path):
    (tmp_path / "file").touch()
    run = plan("toy", "quick", folder=tmp_path / "run", root=root)
    with pytest.raises(SetupError, match=r"store .*file/store: Not a dir.*`--store` or `MTLPAPER"):
        execute(run, Means(store=tmp_path / "file" / "store"))
    assert not run.folder.exists()


def test_who_computes_nothing_needs_no_store(copy, tmp_path):
    (tmp_path / "file").touch()
    assert execute(copy, Means(store=tmp_path / "file" / "store")).reused


# ------------------------------------------------------------------------------- when it goes wrong


def test_a_dead_kernel_leaves_the_earlier_results(copy):
    """The third kernel, which kills itself."""
    before = contents(copy.folder)
    dying = plan("toy", "quick", {"fault": "die"}, folder=copy.folder, root=copy.root)
    with pytest.raises(RunError, match="toy: the kernel died"):
        execute(dying)
    partial = copy.folder / "toy.partial.ipynb"
    assert nbformat.read(partial, as_version=4).cells[1].execution_count == 1
    partial.unlink()
    assert contents(copy.folder) == before


@pytest.mark.usefixtures("elsewhere")
def test_experiments_run_side_by_side_and_a_failed_one_is_named(root, tmp_path):
    """The fourth kernel; for the one that fails none starts."""
    events = []
    into = tmp_path / "into"

    reports = []
    means = Means(jobs=2, store=tmp_path / "store")
    told = {
        "on_event": lambda *event: events.append(event),
        "on_progress": lambda *report: reports.append(report),
    }
    with pytest.raises(RunError, match="1 of 2 failed: broken") as caught:
        run_all(["broken", "toy"], "quick", root, into, means, **told)
    last = {name: str(report) for name, report in reports}  # of the draws that both map over
    assert last == {"toy": "5 of 5 units", "broken": "5 of 5 units"}
    failed = "broken: its data could not be computed: ArithmeticError: the toy broke"
    assert failed in caught.value.traceback
    assert 'raise ArithmeticError("the toy broke")' in caught.value.traceback
    assert set(events[:2]) == {("broken", "running", ""), ("toy", "running", "")}
    assert set(events[2:]) == {("broken", "failed", ""), ("toy", "done", "")}
    assert names(into / "toy") == FILES
    assert names(into / "broken") == []
    good = plan("toy", "quick", folder=into / "toy", root=root)
    assert inspect(good).kind == "fresh"


def test_nothing_starts_if_one_of_many_cannot(root, tmp_path):
    with pytest.raises(ParameterError, match="did you mean toy"):
        run_all(["toy", "tyo"], "quick", root, tmp_path / "into", Means())
    assert not (tmp_path / "into").exists()


class Client:
    """Stands for the client of a kernel, of which the first ones do not start."""

    def __init__(self, failures: int) -> None:
        self.failures, self.transports = failures, []

    @property
    def started(self) -> int:
        return len(self.transports)

    def create_kernel_manager(self):
        return SimpleNamespace(kernel_spec_manager=SimpleNamespace(kernel_dirs=["of the user"]))

    def start_new_kernel(self, *, stderr, **_) -> None:
        assert self.km.kernel_spec_manager.kernel_dirs == []
        self.transports.append(self.km.transport)
        if self.started <= self.failures:
            stderr.write(b"Traceback ...\nZMQError: Address already in use\n")

    def start_new_kernel_client(self) -> None:
        if self.started <= self.failures:
            raise RuntimeError("Kernel died before replying to kernel_info")


@pytest.mark.parametrize(("longest", "first"), [(1000, "ipc"), (0, "tcp")])
def test_a_kernel_that_does_not_start_is_started_anew(tmp_path, monkeypatch, longest, first):
    """Over ports where sockets fail or have too long a name; over others where these were taken."""
    monkeypatch.setattr(kernel, "_LONGEST", longest)
    client = Client(failures=2)
    kernel._Kernel(tmp_path, {}, tmp_path).start(client)
    assert client.transports == [first, "tcp", "tcp"]


def test_a_kernel_that_does_not_start_is_named_in_one_line(done, tmp_path, monkeypatch):
    run = plan("toy", "quick", folder=tmp_path / "run", root=done.root)
    monkeypatch.setattr(kernel, "PapermillNotebookClient", lambda *_, **__: Client(failures=99))
    with pytest.raises(RunError) as caught:
        execute(run)
    reason = "toy: the Jupyter kernel did not start: ZMQError: Address already in use"
    assert (str(caught.value), getattr(caught.value, "__notes__", [])) == (reason, [])
    assert names(run.folder) == []


def has_started(folder: Path) -> bool:
    try:
        partial = [path.read_text() for path in folder.glob(".work-*/toy.partial.ipynb")]
    except OSError:  # it is just being replaced
        return False
    return any('"execution_count": 2' in text for text in partial)


def test_an_interrupted_run_ends_cleanly(root, tmp_path):
    """The fifth kernel, which would wait for ten minutes."""
    command = [sys.executable, "-m", "mtlpaper", "run", "toy", "--preset", "quick"]
    options = ["-p", "fault=wait", "--root", str(root), "--out", str(tmp_path / "out")]
    # Not in the way of the signal that ends it, nor of the keyboard's.
    process = subprocess.Popen(
        [*command, *options], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not has_started(tmp_path / "out"):
            assert time.monotonic() < deadline, "the kernel did not start"
            assert process.poll() is None
            time.sleep(0.1)
        busy = plan("toy", "quick", folder=tmp_path / "out", root=root)
        with pytest.raises(SetupError, match="another run is writing"):
            execute(busy)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert "interrupted; " in told
    assert "5 of 5 units are stored, and the same command goes on from there" in told
    assert "Traceback" not in told
    assert names(tmp_path / "out") == []


def test_interrupted_experiments_end_with_their_kernels(root, tmp_path, monkeypatch):
    """The sixth kernel, which would wait for ten minutes."""
    monkeypatch.setitem(Toy.presets, "quick", {**Toy.presets["quick"], "fault": "wait"})
    into, events = tmp_path / "into", []

    def interrupt():
        while not has_started(into / "toy"):
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run_all(["toy"], "quick", root, into, Means(jobs=2), on_event=lambda *it: events.append(it))
    thread.join()
    assert events == [("toy", "running", "")]  # it has not failed
    assert names(into / "toy") == []
    assert kernel._at_work == {}
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("moved", [[], ["toy.nc"], FILES[1:], FILES])
def test_a_run_killed_while_delivering_is_completed_by_the_next(copy, moved, monkeypatch):
    ready = copy.folder / ".ready"
    ready.mkdir()
    with place.workplace(copy.folder) as work:
        pass
    # The highest number a process can have on Linux, and on no other system one.
    (copy.folder / work.name.replace(f"-{os.getpid()}-", f"-{2**22}-")).mkdir()
    if "run.json" not in moved:  # which moves last, after what is outdated was removed
        (copy.folder / "old.svg").write_text("from before")
    for name in FILES:
        (copy.folder / name).replace(ready / name)
    write_record(copy.folder, files={"old.svg": ""})
    for name in moved:
        (ready / name).replace(copy.folder / name)
    monkeypatch.setattr("mtlpaper.companion.runs.execution._compute", None)
    assert execute(copy).reused
    assert names(copy.folder) == FILES


@pytest.mark.parametrize("fault", [errno.ENOSYS, errno.EBADF, None], ids=str)
def test_without_locks_a_run_does_not_harm_another(copy, monkeypatch, fault):
    def flock(*_):
        if fault is not None:
            raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr("mtlpaper.companion.sweeps.locks.fcntl.flock", flock)
    with place.workplace(copy.folder) as work:
        assert execute(copy).reused  # nobody but this process is at work
        parent = copy.folder / work.name.replace(f"-{os.getpid()}-", f"-{os.getppid()}-")
        parent.mkdir()
        if fault is None:  # a lock that everybody gets
            assert execute(copy).reused
        else:
            with pytest.raises(SetupError, match="another run is writing"):
                execute(copy)
        assert parent.exists()


def test_what_another_machine_left_is_removed_when_it_is_old(copy):
    left = copy.folder / ".work-elsewhere-1-abc"
    left.mkdir()
    assert execute(copy).reused
    assert left.exists()
    os.utime(left, (0, 0))
    assert execute(copy).reused
    assert names(copy.folder) == FILES


def test_a_source_that_changes_under_way_leaves_no_fresh_run(copy):
    from mtlpaper.companion.runs.execution import _settled

    assert _settled(copy) == copy.fingerprint
    assert _settled(plan("toy", "quick", {"seed": 9}, root=copy.root)) != "changed while running"
    components = copy.components.model_copy(update={"cells": ("of another time",)})
    assert _settled(replace(copy, components=components)) == "changed while running"


# -------------------------------------------------------------------------- before anything starts


def test_a_folder_of_somebody_else_is_refused(root, tmp_path, copy):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(SetupError, match=r"got one that holds .*"):
        execute(plan("toy", "quick", folder=tmp_path, root=root))
    with pytest.raises(SetupError, match="a run of another experiment, got one of toy"):
        execute(plan("broken", "quick", folder=copy.folder, root=root))
    with pytest.raises(SetupError, match=r"must be a folder, got the file .*thesis.tex"):
        execute(plan("toy", "quick", folder=tmp_path / "thesis.tex", root=root))


def test_a_folder_that_cannot_be_made_is_refused(root, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"cannot write to .*Not a directory"):
        execute(plan("toy", "quick", folder=tmp_path / "file" / "run", root=root))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_refused(root, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(SetupError, match=r"cannot write to .*Permission denied"):
        execute(plan("toy", "quick", folder=tmp_path / "locked" / "run", root=root))


def test_a_full_disk_is_told_before_the_work(root, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "_ROOM", 2**62)
    with pytest.raises(SetupError, match=r"a run needs \d+ MB of disk"):
        execute(plan("toy", "quick", folder=tmp_path / "run", root=root))


def test_a_place_without_notebooks_is_no_repository(tmp_path):
    with pytest.raises(SetupError, match=r"no folder notebooks/.*--root"):
        find_root(tmp_path)
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(SetupError, match="toy has no notebook"):
        plan("toy", "quick", root=tmp_path)


def test_another_clone_is_refused_unless_the_package_is_a_copy_without_one(tmp_path, monkeypatch):
    other = make_repository(tmp_path / "other", "toy")
    assert find_root(other) == other  # notebooks alone, with no package to mistake for ours
    (other / "mtlpaper").mkdir()
    ours = find_root()
    with pytest.raises(SetupError) as caught:
        find_root(other)
    assert str(caught.value).startswith(
        f"--root must be the clone of the package at work, {ours}, got {other}"
    )
    monkeypatch.setattr("mtlpaper.__file__", str(tmp_path / "lib" / "mtlpaper" / "__init__.py"))
    assert find_root(other) == other


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (PARAMETERS.replace("seed = 1\n", ""), "disagree about `seed`"),
        (PARAMETERS + "more = 1\n", "disagree about `more`"),
        (PARAMETERS.replace("seed = 1", "seed = 1 + n"), "must hold literals only, got 'seed"),
        (PARAMETERS + "import os\n", "must hold `name = literal` only, got 'import os'"),
    ],
)
def test_a_parameters_cell_holds_the_parameters_as_literals(source, message):
    with pytest.raises(SetupError, match=message):
        rewritten(source, Toy.preset("quick"))


def test_rewriting_with_the_same_values_changes_nothing():
    assert rewritten(PARAMETERS, Toy.preset("quick")) == PARAMETERS
