"""Wide ReLU networks trained to their optimum: a loop over single networks, over the batch."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.report import Line
from benchmarks.timing import elapsed
from benchmarks.workers import Worker
from mtlpaper.randomness import Streams
from mtlpaper.wide.networks import train
from mtlpaper.wide.problem import Regression, broken_lines, draw

SECTION = "Wide networks to their optimum: a loop over single networks, over the batch"
TARGET = 10.0
_PROBLEMS, _STARTS = 8, 16
_DECAY = 0.05


def ratios(widths: Sequence[int], rounds: int, singles: int) -> Iterator[Line]:
    """Time the batch and the loop in turns; the loop's time is that of a few networks, scaled."""
    nets = _PROBLEMS * _STARTS
    with Worker(1) as worker:
        for width in widths:
            pairs = [worker("wide.seconds", width, singles, i) for i in range(rounds)]
            setting = f"{nets} networks of {width} neurons, 16 labels, 1 thread"
            samples = tuple(nets * single / batch for batch, single in pairs)
            yield Line(SECTION, "a network", setting, "x", samples, TARGET)
            milli = tuple(1e3 * batch / nets for batch, _ in pairs)
            yield Line(SECTION, "batch, a network", setting, "ms", milli)


def seconds(width: int, singles: int, number: int) -> tuple[float, float]:
    """Seconds of the whole batch, and of one network alone, the mean over some."""
    problems = [_problem(replicate) for replicate in range(_PROBLEMS)]
    batch = elapsed(lambda: _train(problems, width, _STARTS, number))
    alone = elapsed(lambda: [_train([one], width, 1, number) for one in problems[:singles]])
    return batch, alone / singles


def _problem(replicate: int) -> Regression:
    streams = Streams(0, replicate)
    return draw(broken_lines(2, "shared", streams), (8, 8), 0.1, streams)


def _train(problems: Sequence[Regression], width: int, starts: int, number: int) -> None:
    rng = np.random.default_rng(number)
    train(problems, width, _DECAY, biases=True, starts=starts, rng=rng)
