"""The folder of a run: who may write to it, what lies in it, how results get there.

Results are made in a hidden folder inside and come out only when they are complete, in two steps:
the hidden folder is renamed to ``.ready``, then its files are moved out, ``run.json`` last. A run
killed before the rename leaves the earlier results as they were; one killed after it is completed
by the next run. Files that no run wrote are left alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.runs.planning import Run
from mtlpaper.companion.runs.record import RECORD, RunRecord, read_record
from mtlpaper.companion.sweeps.locks import lock

_READY = ".ready"
#: Hidden folders are called .work-HOST-PROCESS-…, so that their owner can be asked for.
_WORK = ".work-"
#: Seconds after which what another machine left is taken for dead; no run lasts that long.
_WEEK = 7 * 24 * 3600.0
#: A run folder takes some megabytes; with less than this a run would fail at its end.
_ROOM = 64 * 2**20


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there, and make sure that files can be written to it.

    Raises
    ------
    SetupError
        If they cannot.
    """
    if folder.exists() and not folder.is_dir():
        raise SetupError(f"`--out` must be a folder, got the file {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SetupError(f"cannot write to {folder}: {error.strerror}") from error


def prepare(run: Run) -> None:
    """Make sure that a run may write to its folder, and has the room.

    Raises
    ------
    SetupError
        If it cannot or should not; known before any work is done.
    """
    folder = run.folder
    make_folder(folder)
    _require_ours(run)
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise SetupError(
            f"a run needs {_ROOM // 2**20} MB of disk, {folder} has {free // 2**20} MB left"
        )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder; the lock ends with the process, however it ends.

    Raises
    ------
    SetupError
        If another run is at work there.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        held = lock(handle)
        # Without locks (network file systems) other runs are told by their hidden folders.
        if held is False or (held is None and any(map(_alive, folder.glob(f"{_WORK}*")))):
            raise SetupError(f"another run is writing to {folder}; wait for it to end")
        yield
    finally:
        os.close(handle)


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """Give an empty hidden folder to work in, and remove it afterwards."""
    prefix = f"{_WORK}{socket.gethostname()}-{os.getpid()}-"
    work = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def recover(folder: Path) -> None:
    """Finish what a killed run had completed, and remove what it had not."""
    _move_out(folder)
    for left in folder.glob(f"{_WORK}*"):
        if _alive(left) is False:
            shutil.rmtree(left, ignore_errors=True)


def _alive(work: Path) -> bool | None:
    """Whether the process that works in a hidden folder lives; None if another machine knows."""
    host, _, process = work.name.removeprefix(_WORK).rpartition("-")[0].rpartition("-")
    askable = os.name == "posix"  # elsewhere `os.kill` would do what it says
    if not askable or host != socket.gethostname() or not process.isdecimal():
        try:
            return False if time.time() - work.stat().st_mtime > _WEEK else None
        except FileNotFoundError:
            return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is another user's
        return True
    return int(process) != os.getpid()


def deliver(work: Path, folder: Path, record: RunRecord) -> None:
    """Replace a folder's results by those in `work`.

    Parameters
    ----------
    work : Path
        The hidden folder; ceases to exist.
    folder : Path
        The run's folder.
    record : RunRecord
        What becomes ``run.json``; its `files` name all that is to be delivered.
    """
    for path in work.iterdir():
        if path.name not in record.files:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    record.save(work)
    work.rename(folder / _READY)
    _move_out(folder)


def _move_out(folder: Path) -> None:
    ready = folder / _READY
    if not ready.is_dir():
        return
    # Until `run.json` has moved it lies in `.ready`, so that a second attempt still finds both.
    outdated = _files(folder) - _files(ready)
    for path in sorted(ready.iterdir(), key=lambda path: (path.name == RECORD, path.name)):
        if path.name == RECORD:
            for name in outdated:
                (folder / name).unlink(missing_ok=True)
        path.replace(folder / path.name)
    ready.rmdir()


def _files(folder: Path) -> set[str]:
    record = read_record(folder)
    # A name with a slash would point out of the folder, and no run writes one.
    return {name for name in record.files if Path(name).name == name} if record else set()


def _require_ours(run: Run) -> None:
    """Refuse a folder with somebody else's files in it, or with another experiment's run."""
    folder = run.folder
    record = read_record(folder)
    if record is not None and record.experiment != run.name:
        other = record.experiment
        raise SetupError(f"`--out` must not be a run of another experiment, got one of {other}")
    failed = f"{run.name}.partial.ipynb"
    strange = [
        path.name
        for path in folder.iterdir()
        if path.name not in (RECORD, failed) and not path.name.startswith(".")
    ]
    if strange and not (folder / RECORD).exists():
        raise SetupError(
            f"`--out` must be an empty folder or an earlier run of {run.name}, "
            f"got one that holds {sorted(strange)[0]}"
        )
