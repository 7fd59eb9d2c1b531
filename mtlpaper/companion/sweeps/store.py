"""A folder of results, each under the name of all it follows from.

An entry is written beside its place and moved there in one step, so a process killed at any moment
leaves entries whole or absent. Several processes may share a store: who computes an entry holds a
lock on a file of its name. Where locks do not work, two may compute and write the same entry.

A store in a folder that a group shares (setgid and group-writable) is open to the whole group.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from mtlpaper.companion.sweeps.entry import packed, unpacked
from mtlpaper.companion.sweeps.environment import STORE
from mtlpaper.companion.sweeps.errors import DamagedEntryError, StoreError
from mtlpaper.companion.sweeps.locks import lock

_SUFFIX = ".unit"
_WORK = ".work"
#: Writing takes seconds; a file still half written after this many was left by a killed process.
_DAY = 24 * 3600.0


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
            _make(self._work)
            with tempfile.TemporaryFile(dir=self._work):
                pass
            self._tidy()
        except OSError as error:
            raise StoreError(
                f"cannot write to the store {folder}: {error.strerror}; "
                f"name another one by `--store` or `{STORE}`"
            ) from error

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
            try:
                handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            except PermissionError:
                if not path.exists():
                    raise
                return Lease(self, key, path, None)  # of another user, who does not share it
            _share(path)
            locked = lock(handle)
            if locked is None or (locked and _is_at(handle, path)):
                return Lease(self, key, path, handle)
            os.close(handle)
            if not locked:
                return None
            # Locked, but its last holder removed the file between our two steps: again.

    def write(self, key: str, data: bytes) -> None:
        """Put an entry in its place, whole or not at all."""
        target = self.path(key)
        beside = self._work / f"{key}-{uuid.uuid4().hex}"
        try:
            _make(target.parent)
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())  # a full disk may show only now
            _share(beside)
            beside.replace(target)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        finally:
            beside.unlink(missing_ok=True)  # there only if something went wrong

    def _tidy(self) -> None:
        """Remove what killed processes left: locks that nobody holds, and half entries."""
        for path in self._work.iterdir():
            with suppress(
                FileNotFoundError, PermissionError
            ):  # finished meanwhile; of another user
                if "-" not in path.name:
                    _remove_unlocked(path)
                elif time.time() - path.stat().st_mtime > _DAY:
                    path.unlink()


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
        try:
            self._store.write(self._key, packed(description, arrays))
        finally:
            self.release()

    def release(self) -> None:
        """Give the entry up."""
        if self._handle is not None:
            # Removed while it is locked, or it might already be another process's.
            self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot write to the store {folder}: {error.strerror}; what was stored before stays, and "
        "the same command goes on from there"
    )


def _make(folder: Path) -> None:
    """Make a folder and those above it."""
    if not folder.parent.exists():
        _make(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        _share(folder)


def _share(path: Path) -> None:
    """Let the group do what the owner may, where a group shares the folder around."""
    around = path.parent.stat().st_mode
    if around & stat.S_ISGID and around & stat.S_IWGRP:
        with suppress(FileNotFoundError, PermissionError):  # removed meanwhile; of another user
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & stat.S_IRWXU) >> 3)


def _remove_unlocked(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        if lock(handle) and _is_at(handle, path):
            path.unlink()
    finally:
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file still has its name."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(handle), there)
