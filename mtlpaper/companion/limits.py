"""Cores, memory and threads that this machine, or its container, allows the program."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

#: Linear algebra keeps to one thread: results then depend neither on the machine's number of cores
#: nor on that of the processes, and processes do not compete. Libraries read these variables when
#: they are first imported.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
} | {"VECLIB_MAXIMUM_THREADS": "1"}
#: Where Linux lists the control groups of a process, and the limits of each.
_OWN, _GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")


def cores() -> int:
    """Return how many processes can work at a time: the cores, or as many as are allowed."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    count = len(affinity(0)) if affinity else os.cpu_count() or 1
    for group in _groups("cpu"):
        limit = _words(group / "cpu.max") or [
            *_words(group / "cpu.cfs_quota_us"),
            *_words(group / "cpu.cfs_period_us"),
        ]
        if len(limit) == 2 and limit[0].isdecimal():  # else "max", or -1 in the older version
            count = min(count, math.ceil(int(limit[0]) / int(limit[1])))
    return max(1, count)


def memory() -> int:
    """Return the bytes of memory of the machine, or as many as are allowed, free or not."""
    import psutil  # slow, and not needed for the number of cores

    total = int(psutil.virtual_memory().total)
    for group in _groups("memory"):
        limit = _words(group / "memory.max") or _words(group / "memory.limit_in_bytes")
        if limit and limit[0].isdecimal():
            total = min(total, int(limit[0]))
    return total


def _groups(controller: str) -> Iterator[Path]:
    """Yield the folders of the control groups this process is in, each before the one around it."""
    try:
        lines = _OWN.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            top = _GROUPS / controller  # the first version: a tree for each controller
        elif not controllers:
            top = _GROUPS
        else:
            continue
        group = top / path.lstrip("/")
        # From inside a container the path may lead nowhere, but its top is the container's own.
        yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(top))


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except OSError:
        return []
