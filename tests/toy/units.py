"""Units of a sweep that take no time, and functions that compute or fail on them."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Unit:
    seed: int
    scale: float = 1.0
    label: str = "a"
    shape: tuple[int, ...] = (2, 3)
    cap: int | None = None
    pause: float = 0.0
    folder: str = ""  # where a computation leaves its mark


def draw(unit: Unit) -> dict[str, np.ndarray]:
    """A pure function of its unit; leaves a mark where it is asked to."""
    if unit.folder:
        (Path(unit.folder) / f"{unit.seed}-{os.getpid()}-{time.monotonic_ns()}").touch()
    time.sleep(unit.pause)
    rng = np.random.default_rng(unit.seed)
    return {"x": unit.scale * rng.normal(size=unit.shape), "seed": np.array(unit.seed)}


def same(one: list[dict], other: list[dict]) -> bool:
    """Whether results are equal to the byte, under equal names in equal order."""
    return len(one) == len(other) and all(
        list(a) == list(b)
        and all(
            a[name].dtype == b[name].dtype
            and a[name].shape == b[name].shape
            and a[name].tobytes() == b[name].tobytes()
            for name in a
        )
        for a, b in zip(one, other, strict=True)
    )


def reciprocal(unit: Unit) -> dict[str, np.ndarray]:
    return {"x": np.array(1 / unit.seed)}


def die(unit: Unit) -> dict[str, np.ndarray]:
    """Kill the process, as the system does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return draw(unit)


def find_no_gpu_memory(unit: Unit) -> dict[str, np.ndarray]:
    """Fail as torch does where the GPU's memory is used up."""
    raise RuntimeError(unit.label)


def die_once(unit: Unit) -> dict[str, np.ndarray]:
    """Kill the process, but for the first time only."""
    mark = Path(unit.folder) / f"died-{unit.seed}"
    if unit.cap is not None and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(unit)
