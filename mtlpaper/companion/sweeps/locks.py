"""Locks on open files, which the system releases however their process ends."""

from __future__ import annotations

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def lock(handle: int) -> bool | None:
    """Lock an open file: whether it is ours now, or None where there are no locks.

    Some network file systems lack them, or lock only what is open for writing. Some say yes to
    everybody, so nothing may be lost where two processes hold the same lock.
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
