"""The cost of a figure: its units to their minima, against the paper's recipe in the plain loop."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.report import Line
from benchmarks.workers import Worker

#: Learning rate 1e-3 and this many steps for every network, whatever its minimum.
STEPS = 5000
NETWORKS = 21  # of a unit of Figure 2: one alone, and four S_B by five r_AB
TARGET = 200.0
SECTION = f"Figure 2 at N1 = N2 = 100: {STEPS} steps a network in the plain loop, over the engine"
AGREEMENT = "The same benefits? Largest difference over half-width of the interval over datasets"
#: Cells of the comparison of benefits.
S_B, R_AB = (0.1, 10.0), (0.0, 0.5, 1.0)


def cost(points: Sequence[int], S_A: Sequence[float], loop_seconds: float) -> list[Line]:
    """Train one dataset's units, and time the loop beside each of them.

    The loop takes some steps of one single-task and one multitask network, which are scaled to
    the recipe's steps and the unit's networks; its looks at the test loss are left out, while the
    engine's time has its own in it.
    """
    with Worker(1) as engine, Worker(1) as loop:
        lines, ours, theirs = [], [], []
        for n in points:
            units, recipes, missed = zip(
                *(_unit(engine, loop, n, value, loop_seconds) for value in S_A), strict=True
            )
            ours.append(sum(units))
            theirs.append(sum(recipes))
            ratios = tuple(slow / fast for fast, slow in zip(units, recipes, strict=True))
            setting = f"N = {n}, a sample for every S_A"
            note = f"recipe ends before {100 * np.mean(missed):.0f} % of the minima"
            lines.append(Line(SECTION, "a unit", setting, "x", ratios, note=note))
    whole = sum(theirs) / sum(ours)
    setting = f"{len(points) * len(S_A)} units of a dataset, 1 thread"
    return [
        Line(SECTION, "all units", setting, "x", (whole,), TARGET),
        Line(SECTION, "engine, all units", setting, "s", (sum(ours),)),
        Line(SECTION, "loop, all units (scaled)", setting, "s", (sum(theirs),)),
        *lines,
    ]


def _unit(
    engine: Worker, loop: Worker, n: int, S_A: float, seconds: float
) -> tuple[float, float, float]:
    """Seconds of a unit by the engine and by the recipe; share of minima that the latter misses."""
    ours, missed = engine("figure.unit_seconds", n, S_A, 0)
    probe = sum(loop("figure.loop_seconds", n, S_A, 0, 5))
    steps = max(5, round(seconds / probe))
    single, multi = loop("figure.loop_seconds", n, S_A, 0, steps)
    return ours, STEPS * (single + (NETWORKS - 1) * multi), missed


def benefits(n: int, S_A: float) -> Iterator[Line]:
    """Compare the benefits of six cells of one dataset by engine and loop."""
    with Worker(1) as worker:
        found = worker("figure.compare", n, S_A, S_B, R_AB)
    setting = f"N = {n}, S_A = {S_A:g}, 6 cells, one dataset"
    for what, values, note in (
        ("recipe", found.recipe, f"{100 * found.cut:.0f} % of its networks end before a minimum"),
        (
            "same loop, longer",
            found.longer,
            f"{found.steps} steps, minima {'interior' if found.interior else 'not all reached'}",
        ),
    ):
        gaps = np.abs(values - found.engine) / found.half_width
        yield Line(AGREEMENT, what, setting, "", (float(gaps.max()),), 1.0, at_most=True, note=note)
