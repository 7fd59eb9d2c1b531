"""Time of a training step: a batch of networks at once against PyTorch's textbook loop.

Both do the same full-batch gradient descent from the same weights, on one thread of the CPU; the
results are compared before anything is timed. Rounds alternate between the two, so that a drift of
the machine's speed hits both, and the ratio is taken round by round. Prints a table and writes
``_build/bench_training.json``. Times are only meaningful on an idle machine.
"""

import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits
from torch import nn

from mtlpaper.randomness import Streams
from mtlpaper.students import Student, orthogonal
from mtlpaper.tasks import gaussian_inputs, make_teacher, training_targets
from mtlpaper.training import TrainingSet, train

RATE, ROUNDS = 0.05, 7
#: (networks, N1, N2, N3, N): Figure 1's shape for 2 and 20 classes, then larger ones.
SHAPES = (
    (20, 20, 20, 2, 100),
    (20, 20, 20, 20, 100),
    (20, 100, 100, 10, 100),
    (20, 100, 100, 10, 800),
)


@dataclass(frozen=True)
class Row:
    """Seconds a step and network, and the ratio of the two, as minimum, median and maximum."""

    shape: tuple[int, ...]
    batched: tuple[float, float, float]
    textbook: tuple[float, float, float]
    ratio: tuple[float, float, float]


def draw(shape: tuple[int, ...]) -> tuple[list[Student], TrainingSet]:
    """Networks of their own initial weights, inputs and labels."""
    nets, N1, N2, N3, N = shape
    students, X, Y = [], [], []
    for net in range(nets):
        streams = Streams(0, net)
        teacher = make_teacher(N1, N3, np.ones(1), 0.5, streams, centred=True)
        X.append(gaussian_inputs(N1, N, streams.rng("inputs A")))
        Y.append(training_targets(teacher, X[-1], "soft", streams.rng("labels A")))
        students.append(orthogonal(N1, N2, N3, 0.3, streams.rng("student")))
    return students, TrainingSet(np.stack(X), np.stack(Y))


def batched(students: list[Student], data: TrainingSet, steps: int) -> np.ndarray:
    """Train all networks together; return their composite weights."""
    return train(students, [data], np.array([steps]), learning_rate=RATE).W[0][-1]


def textbook(students: list[Student], data: TrainingSet, steps: int) -> np.ndarray:
    """Train one network after the other with nn.Linear, autograd and torch.optim.SGD."""
    trained = []
    for student, X, Y in zip(students, data.X, data.Y, strict=True):
        N1, N2, N3 = X.shape[0], student.W21.shape[0], Y.shape[0]
        model = nn.Sequential(nn.Linear(N1, N2, bias=False), nn.Linear(N2, N3, bias=False)).double()
        with torch.no_grad():
            model[0].weight.copy_(torch.from_numpy(student.W21))
            model[1].weight.copy_(torch.from_numpy(student.W32[0]))
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        loss_of = nn.CrossEntropyLoss()
        x, y = torch.from_numpy(X.T.copy()), torch.from_numpy(Y.T.copy())
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(model(x), y).backward()
            optimizer.step()
        trained.append((model[1].weight @ model[0].weight).detach().numpy())
    return np.stack(trained)


def seconds(function: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def spread(values: list[float]) -> tuple[float, float, float]:
    """Minimum, median and maximum."""
    return min(values), float(np.median(values)), max(values)


def measure(shape: tuple[int, ...]) -> Row:
    """Compare results, then time the two in alternation."""
    students, data = draw(shape)
    np.testing.assert_allclose(
        batched(students, data, 20), textbook(students, data, 20), atol=1e-9
    )  # double precision, twenty steps
    steps = 200
    pairs = [
        (
            seconds(lambda: batched(students, data, steps)),
            seconds(lambda: textbook(students, data, steps // 10)) * 10,
        )
        for _ in range(ROUNDS)
    ]
    each = steps * shape[0]
    return Row(
        shape,
        spread([ours / each for ours, _ in pairs]),
        spread([theirs / each for _, theirs in pairs]),
        spread([theirs / ours for ours, theirs in pairs]),
    )


def main() -> None:
    """Measure every shape, print the table, write the file."""
    torch.set_num_threads(1)
    console = Console()
    columns = ("networks", "N1", "N2", "N3", "N", "batched (µs)", "loop (µs)", "ratio (min – max)")
    table = Table(*columns, title="Training step per network: batch of networks against a loop")
    rows = []
    for shape in SHAPES:
        with threadpool_limits(1):  # NumPy's linear algebra; torch's is set above
            row = measure(shape)
        rows.append(row)
        low, median, high = row.ratio
        times = (f"{1e6 * row.batched[1]:.1f}", f"{1e6 * row.textbook[1]:.1f}")
        table.add_row(*map(str, shape), *times, f"{median:.1f} ({low:.1f} – {high:.1f})")
        console.print(f"measured {shape}")
    console.print(table)
    out = Path("_build") / "bench_training.json"
    out.parent.mkdir(exist_ok=True)
    machine = {"machine": platform.processor() or platform.machine(), "torch": torch.__version__}
    out.write_text(json.dumps({**machine, "rows": [asdict(row) for row in rows]}, indent=1))
    console.print(f"written to {out}")


if __name__ == "__main__":
    main()
