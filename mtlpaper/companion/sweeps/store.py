"""A folder of results, one file for each unit.

An entry is written to a temporary file and renamed, so a process killed at any moment leaves whole
entries or none. Several processes may share a store: the process that computes an entry holds a
lock on a file of its name. Where locks do not work, two may compute and write the same entry.

In a folder that a group shares (setgid and group-writable) the whole group may write to the store.
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
        #: Lock file of each reserved entry; None where another user's stands in its place.
        self._claims: dict[str, int | None] = {}
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

    def claim(self, key: str) -> bool:
        """Reserve an entry; False if another process, or this store, has reserved it.

        Raises
        ------
        StoreError
            If nothing can be written.
        """
        if key in self._claims:
            return False
        try:
            return self._claim(key)
        except OSError as error:
            raise self._unwritable(error) from error

    def _claim(self, key: str) -> bool:
        path = self._work / key
        while True:
            try:
                handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            except PermissionError:
                if not path.exists():
                    raise
                self._claims[key] = None  # left by another user, who does not share it
                return True
            _share(path)
            locked = lock(handle)
            if locked is None or (locked and _is_at(handle, path)):
                self._claims[key] = handle
                return True
            os.close(handle)
            if not locked:
                return False
            # The last holder removed the file after we opened and before we locked it: try again.

    def save(self, key: str, description: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write an entry whole or not at all, and release it.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        target = self.path(key)
        beside = self._work / f"{key}-{uuid.uuid4().hex}"
        try:
            _make(target.parent)
            with beside.open("xb") as file:
                file.write(packed(description, arrays))
                file.flush()
                os.fsync(file.fileno())  # some file systems report a full disk only here
            _share(beside)
            beside.replace(target)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            beside.unlink(missing_ok=True)  # there only if something failed
            self.release(key)

    def release(self, key: str) -> None:
        """Give up an entry if it is reserved."""
        handle = self._claims.pop(key, None)
        if handle is not None:
            # Removed while it is locked; later it might be another process's.
            (self._work / key).unlink(missing_ok=True)
            os.close(handle)

    def release_all(self) -> None:
        """Give up every reserved entry."""
        for key in list(self._claims):
            self.release(key)

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"cannot write to the store {self.folder}: {error.strerror}; what was stored before "
            "stays, and the same command goes on from there"
        )

    def _tidy(self) -> None:
        """Remove what killed processes left: files that nobody locks, and half-written entries."""
        for path in self._work.iterdir():
            # The file may be gone by now, or belong to another user.
            with suppress(FileNotFoundError, PermissionError):
                if "-" not in path.name:
                    _remove_unlocked(path)
                elif time.time() - path.stat().st_mtime > _DAY:
                    path.unlink()


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
