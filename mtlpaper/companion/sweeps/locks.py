"""Locks on open files, which the system releases however their process ends."""

from __future__ import annotations

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def lock(handle: int) -> bool | None:
    """Lock an open file: whether it is ours now, or None where there are no locks.

    Some network file systems lack them, or lock only files open for writing. Others grant one lock
    to several processes, so callers must lose nothing when two processes hold the same lock.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
