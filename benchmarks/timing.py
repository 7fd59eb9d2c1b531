"""What workers are asked to do and time: steps of a competitor, products, a unit's training."""

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.problems import Shape, draw

#: Where the competitors are, by the names that the table gives them.
COMPETITORS = {
    "engine": ("competitors", "Engine"),
    "plain loop": ("competitors", "Loop"),
    "torch.func.vmap": ("competitors", "Vmap"),
    "jax.jit(jax.vmap)": ("compiled", "Compiled"),
}

_held: dict[tuple[str, Shape], Any] = {}


def make(name: str, shape: Shape) -> Any:
    """One of the `COMPETITORS` on the problem of a shape."""
    module, attribute = COMPETITORS[name]
    return getattr(importlib.import_module(f"benchmarks.{module}"), attribute)(draw(shape))


def prepare(name: str, shape: Shape) -> None:
    """Make a competitor, for `seconds` to time."""
    competitor = _held[name, shape] = make(name, shape)
    competitor.run(2)  # whatever is compiled or allocated once


def forget() -> None:
    """Let go of all that has been prepared."""
    _held.clear()


def seconds(name: str, shape: Shape, steps: int) -> float:
    """Wall-clock time of some steps of all networks of a competitor that has been prepared."""
    return elapsed(lambda: _held[name, shape].run(steps))


def weights_after(name: str, shape: Shape, steps: int) -> np.ndarray:
    """Composite weights of a competitor's networks after some steps."""
    competitor = make(name, shape)
    competitor.run(steps)
    return competitor.weights()


def product_flops() -> float:
    """Operations a second in a product of two large float32 matrices."""
    A = torch.rand(2048, 2048)
    return 2 * 2048**3 / elapsed(lambda: A @ A)


def elapsed(function: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
