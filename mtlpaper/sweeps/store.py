"""A folder of results, each under the name of all it follows from.

An entry is written beside its place and moved there in one step, so a process killed at any moment
leaves entries whole or absent. Several processes may share a store: who computes an entry holds a
lock on the file it will write, which the system releases however the process ends.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mtlpaper.sweeps.entry import packed, unpacked
from mtlpaper.sweeps.errors import DamagedEntryError, StoreError

try:
    import fcntl
except ImportError:  # Windows, where two processes may do the same work twice
    fcntl = None  # type: ignore[assignment]

_SUFFIX = ".unit"
_WORK = ".work"


class Store:
    """Results on disk.

    Parameters
    ----------
    folder : Path
        Made if it is not there.

    Raises
    ------
    StoreError
        If nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._work = folder / _WORK
        try:
            self._work.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._work):
                pass
            self._tidy()
        except OSError as error:
            raise StoreError(f"cannot write to the store {folder}: {error.strerror}") from error

    def path(self, key: str) -> Path:
        """Return where an entry is, or will be."""
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def load(self, key: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of an entry, or None if there is none.

        Raises
        ------
        DamagedEntryError
            If it is not what was written.
        StoreError
            If it cannot be read.
        """
        path = self.path(key)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}") from error
        try:
            return unpacked(data, key)
        except DamagedEntryError as error:
            raise DamagedEntryError(f"{path}: {error}") from None

    def claim(self, key: str) -> Lease | None:
        """Reserve an entry for this process, or return None if another one is at work on it.

        Raises
        ------
        StoreError
            If nothing can be written.
        """
        try:
            return self._claim(key)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def _claim(self, key: str) -> Lease | None:
        path = self._work / key
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            locked = _lock(handle)
            if locked and _is_at(handle, path):
                return Lease(self, key, path, handle)
            os.close(handle)
            if locked is None:  # without locks each process writes to a file of its own
                path.unlink(missing_ok=True)
                return Lease(self, key, path.with_name(f"{key}-{uuid.uuid4().hex}"), None)
            if not locked:
                return None
            # Locked, but its last holder moved or removed the file between our two steps: again.

    def _tidy(self) -> None:
        """Remove what killed processes had begun to write: nobody holds a lock on it."""
        for path in self._work.iterdir():
            try:
                handle = os.open(path, os.O_RDWR)
            except FileNotFoundError:  # finished meanwhile
                continue
            try:
                if _lock(handle) and _is_at(handle, path):
                    path.unlink()
            finally:
                os.close(handle)


class Lease:
    """The right to write one entry; ends with `save`, `release` or the process."""

    def __init__(self, store: Store, key: str, path: Path, handle: int | None) -> None:
        self._store, self._key, self._path, self._handle = store, key, path, handle

    def save(self, description: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write the entry.

        Raises
        ------
        StoreError
            If it cannot be written whole; then it is not there at all.
        """
        target = self._store.path(self._key)
        try:
            target.parent.mkdir(exist_ok=True)
            with self._path.open("wb") as file:
                file.write(packed(description, arrays))
                file.flush()
                os.fsync(file.fileno())  # a full disk may show only now
            self._path.replace(target)
        except OSError as error:
            self.release()
            raise _unwritable(self._store.folder, error) from error
        self._close()

    def release(self) -> None:
        """Give the entry up."""
        # Removed while it is locked, or it might already be another process's.
        self._path.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot write to the store {folder}: {error.strerror}; what was stored before stays, and "
        "the same command goes on from there"
    )


def _lock(handle: int) -> bool | None:
    """Lock a file: whether it is ours now, or None where the file system knows no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file still has its name."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(handle), there)
