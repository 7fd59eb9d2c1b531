"""A training step: the engine against its peers, and against the machine's matrix products."""

import dataclasses
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from benchmarks.problems import Shape
from benchmarks.report import Line
from benchmarks.workers import Worker

ENGINE, LOOP, VMAP, JAX = "engine", "plain loop", "torch.func.vmap", "jax.jit(jax.vmap)"
#: Networks that the loop trains when it is timed: its time a network depends on no other network.
LOOPED = 4
#: Relative to the largest weight, after `AGREEMENT_STEPS` steps; float32 leaves about 1e-6.
AGREEMENT, AGREEMENT_STEPS = 1e-4, 20
#: Least ratio of the times of a step, by peer and by training points where these matter.
TARGETS: dict[str, Callable[[int], float]] = {
    LOOP: lambda N: 50 if N <= 100 else 6,
    VMAP: lambda _: 4,
    JAX: lambda _: 2,
}
#: Least share of the machine's peak, from this many training points on.
PEAK_SHARE, PEAK_FROM = 0.5, 800


@dataclass(frozen=True)
class Effort:
    """How many rounds, and how long a competitor works in each, in seconds."""

    rounds: int
    slice: float


def peers() -> tuple[str, ...]:
    """Peers that are installed."""
    return (LOOP, VMAP, *([JAX] if importlib.util.find_spec("jax") else []))


def agree(shape: Shape, names: Sequence[str]) -> Iterator[Line]:
    """Compare the competitors' weights with the engine's, before anything is timed.

    Raises
    ------
    ValueError
        If a competitor takes other steps.
    """
    with Worker(1) as worker:
        ask = "timing.weights_after"
        ours = worker(ask, ENGINE, shape, AGREEMENT_STEPS)
        for name in names:
            theirs = worker(ask, name, shape, AGREEMENT_STEPS)
            gap = float(np.abs(theirs - ours).max() / np.abs(ours).max())
            if not gap <= AGREEMENT:
                raise ValueError(f"{name} must take the engine's steps, got weights off by {gap:g}")
            yield Line(
                f"Weights after {AGREEMENT_STEPS} steps, largest difference over largest weight",
                f"{name} against engine",
                str(shape),
                "",
                (gap,),
                AGREEMENT,
                at_most=True,
            )


def batches(
    shapes: Sequence[Shape], names: Sequence[str], threads: int, effort: Effort
) -> Iterator[Line]:
    """Time a step by the engine and the named peers at every shape, on some threads."""
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(threads)) for name in (ENGINE, *names)}
        for shape in shapes:
            yield from _compare(workers, shape, threads, effort)


def _compare(workers: dict[str, Worker], shape: Shape, threads: int, effort: Effort) -> list[Line]:
    """Time a step of a network by every competitor, in alternating rounds."""
    shapes = dict.fromkeys(workers, shape)
    shapes[LOOP] = dataclasses.replace(shape, nets=LOOPED)
    steps = {name: calibrate(workers[name], name, shapes[name], effort) for name in workers}
    times: dict[str, list[float]] = {name: [] for name in workers}
    peaks = []
    for _ in range(effort.rounds):
        peaks.append(workers[ENGINE]("timing.product_flops"))
        for name, worker in workers.items():
            taken = worker("timing.seconds", name, shapes[name], steps[name])
            times[name].append(taken / (steps[name] * shapes[name].nets))
    for worker in workers.values():
        worker("timing.forget")
    setting = f"{shape}, {threads} thread{'s' if threads > 1 else ''}"
    lines = [*_ratios(times, setting, shape), *_speeds(times, setting)]
    return (
        lines if shape.dtype == "float64" else [*lines, *_arithmetic(times, peaks, setting, shape)]
    )


def calibrate(worker: Worker, name: str, shape: Shape, effort: Effort) -> int:
    """Prepare a competitor and return how many steps fill its slice of a round."""
    worker("timing.prepare", name, shape)
    steps, taken = 1, worker("timing.seconds", name, shape, 1)
    while taken < effort.slice / 4:
        steps *= 2
        taken = worker("timing.seconds", name, shape, steps)
    return max(1, round(steps * effort.slice / taken))


def _ratios(times: dict[str, list[float]], setting: str, shape: Shape) -> Iterator[Line]:
    targeted = (shape.tasks, shape.own_inputs) == (2, False)
    for name in times:
        if name == ENGINE:
            continue
        ratios = tuple(
            theirs / ours for theirs, ours in zip(times[name], times[ENGINE], strict=True)
        )
        target = TARGETS[name](shape.N) if targeted else None
        yield Line("Time of a step over the engine's", name, setting, "x", ratios, target)


def _speeds(times: dict[str, list[float]], setting: str) -> Iterator[Line]:
    for name, values in times.items():
        micro = tuple(1e6 * value for value in values)
        yield Line("Time of a step, a network", name, setting, "µs", micro)


def _arithmetic(
    times: dict[str, list[float]], peaks: list[float], setting: str, shape: Shape
) -> Iterator[Line]:
    section = "Engine's arithmetic, float32"
    # The best product of all rounds: what the machine can do, whatever disturbed it at times.
    peak = max(peaks)
    speeds = [shape.flops / value for value in times[ENGINE]]
    target = PEAK_SHARE if shape.N >= PEAK_FROM else None
    shares = tuple(speed / peak for speed in speeds)
    yield Line(section, "share of the peak", setting, "", shares, target)
    yield Line(section, "speed", setting, "GFLOP/s", tuple(speed / 1e9 for speed in speeds))
    yield Line(section, "peak: products of 2048", setting, "GFLOP/s", tuple(p / 1e9 for p in peaks))
    # What the ratio to the loop would be if nothing but the step's products took time.
    bounds = tuple(value * peak / shape.flops for value in times[LOOP])
    yield Line(section, "plain loop over products at the peak", setting, "x", bounds)
