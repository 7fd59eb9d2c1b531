"""Peak memory of the process that trains the largest unit."""

import resource
import sys
from collections.abc import Iterator

from benchmarks.report import Line
from benchmarks.workers import Worker

LIMIT_GB = 2.0


def largest_unit(n: int, t_max: float) -> Iterator[Line]:
    """Train the unit in a fresh process and ask it for its peak."""
    with Worker(1) as worker:
        before, after = worker("memory.peaks", n, t_max)
    setting = f"N = {n}, 5 S_B x 5 r_AB, linear students"
    section = "Peak memory of a worker"
    yield Line(section, "process, libraries loaded", setting, "GB", (before,))
    yield Line(section, "process, unit trained", setting, "GB", (after,), LIMIT_GB, at_most=True)


def peaks(n: int, t_max: float) -> tuple[float, float]:
    """Peak of this process in GB, before and after it has trained the unit."""
    # Not above: the process that prints the table has no need of torch.
    from benchmarks.figure import unit_of
    from mtlpaper.benefit import linear_unit

    unit = unit_of(n, 10.0, 0, S_B=(0.01, 0.1, 1.0, 10.0, 100.0), t_max=t_max)
    before = _peak()
    linear_unit(unit)
    return before, _peak()


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9
