"""How the time of a step grows with networks, points, widths and depth: slopes in logarithms."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.problems import Shape
from benchmarks.report import Line
from benchmarks.steps import ENGINE, Effort, calibrate
from benchmarks.workers import Worker

#: What grows, the values it takes, and the batch's shape at each of them.
AXES: tuple[tuple[str, tuple[int, ...], Callable[[int], Shape]], ...] = (
    ("networks, at N = 800", (5, 10, 20, 50), lambda nets: Shape(nets, 800)),
    ("N, 50 networks", (100, 200, 400, 800, 1600, 3200), lambda N: Shape(50, N)),
    ("N1 = N2, 50 networks at N = 800", (25, 50, 100, 200), lambda n: Shape(50, 800, N1=n, N2=n)),
)
DEPTHS = (1, 2, 3, 5)
SECTION = "Time of the engine's step of a batch ~ size^slope, 1 thread"


def slopes(effort: Effort) -> list[Line]:
    """Fit a slope to every round's times of all sizes, which take turns."""
    lines = []
    with Worker(1) as worker:
        for label, sizes, shape_of in AXES:
            lines.append(_line(label, sizes, _times(worker, [shape_of(n) for n in sizes], effort)))
            worker("timing.forget")
        times = worker("deep.step_times", DEPTHS, effort.rounds)
    return [*lines, _line("depth (ReLU), 6 networks at N = 800", DEPTHS, times)]


def _times(worker: Worker, shapes: Sequence[Shape], effort: Effort) -> list[list[float]]:
    """Seconds of a step of the batch, (round, shape)."""
    steps = [calibrate(worker, ENGINE, shape, effort) for shape in shapes]
    pairs = list(zip(shapes, steps, strict=True))
    return [
        [worker("timing.seconds", ENGINE, shape, n) / n for shape, n in pairs]
        for _ in range(effort.rounds)
    ]


def _line(label: str, sizes: Sequence[int], times: Sequence[Sequence[float]]) -> Line:
    """Slopes of times (round, size)."""
    fits = np.polyfit(np.log(sizes), np.log(times).T, 1)[0]
    medians = ", ".join(f"{1e3 * value:.3g}" for value in np.median(times, axis=0))
    setting = f"{', '.join(map(str, sizes))}: {medians} ms"
    return Line(SECTION, label, setting, "", tuple(fits.tolist()))
