"""Measure the training engine and print one table; times mean something on an idle machine only.

Ratios are taken round by round between competitors that take turns, so that a drift of the
machine's speed hits both; a target is held against the median. Every sample goes into the JSON.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import growth, memory, recipe, rules, steps, wide
from benchmarks.problems import Shape
from benchmarks.report import Line, busy, machine, table, write
from benchmarks.workers import cores
from mtlpaper.methods.rules import RULES

#: Figure 1's descent, in double precision and with inputs of every network's own.
FIGURE1 = Shape(20, 100, N1=20, N2=20, N3=20, tasks=1, own_inputs=True, dtype="float64")


def measure(quick: bool, two_threads: bool) -> Iterator[Line]:
    """All sections, one line after the other."""
    effort = steps.Effort(2, 0.02) if quick else steps.Effort(7, 0.15)
    points = (100,) if quick else (100, 800, 3200)
    batches = (50,) if quick else (50, 26)
    names = steps.peers()
    if steps.JAX not in names:
        yield Line("Left out", steps.JAX, "not installed", "", ())
    for N in points:
        yield from steps.agree(Shape(5, N), names)
    shapes = [Shape(nets, N) for nets in batches for N in points]
    yield from steps.batches(shapes, names, 1, effort)
    if quick:
        yield from recipe.cost((100,), (10.0,), 0.1)
        yield from memory.largest_unit(100, 2.0)
        yield from wide.ratios((8,), 1, 2)
        yield from rules.ratios((100,), ("mgda", "famo"), effort)
        return
    yield from steps.agree(FIGURE1, (steps.LOOP,))
    yield from steps.batches([FIGURE1], (steps.LOOP,), 1, effort)
    if two_threads:
        yield from steps.batches([Shape(50, N) for N in points], names, 2, effort)
    else:
        yield Line("Left out", "2 threads", "no two idle cores", "", ())
    yield from growth.slopes(effort)
    yield from recipe.cost((100, 200, 400, 800, 1600, 3200), (0.01, 0.1, 1.0, 10.0), 0.3)
    yield from recipe.benefits(100, 10.0)
    yield from memory.largest_unit(3200, 0)
    yield from wide.ratios((8, 32, 128), 3, 4)
    yield from rules.ratios(points, tuple(RULES), effort)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one shape, for a look")
    parser.add_argument("--output", type=Path, default=Path("_build/benchmarks.json"))
    options = parser.parse_args()
    console = Console()
    others = busy()
    if others:
        console.print("Others use this machine now: times are provisional, 2 threads are left out.")
    about, start, lines = machine(), time.monotonic(), []
    # Threads that wait for each other on a shared core take a thousand times as long.
    two_threads = cores() >= 2 and not others
    for line in measure(options.quick, two_threads):
        lines.append(line)
        if console.is_terminal:
            console.print(f"[dim]{line.section}: {line.what}, {line.setting}[/dim]")
    # A section is one place in the table, however often it was returned to.
    order = list(dict.fromkeys(line.section for line in lines))
    lines.sort(key=lambda line: order.index(line.section))
    console.print(table(lines))
    taken = time.monotonic() - start
    write(options.output, lines, about | {"seconds": round(taken)})
    console.print(f"{about['processor']}, load {about['load']}, {taken:.0f} s; {options.output}")


if __name__ == "__main__":
    main()
