"""What was measured: lines of one table, and the same with every sample as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks.workers import cores


@dataclass(frozen=True)
class Line:
    """One measured quantity.

    Attributes
    ----------
    section, what, setting, unit : str
    samples : tuple of float
        One a round; empty where nothing could be measured.
    target : float, optional
        What the median is held to.
    at_most : bool
        Whether it is held to be at most the target, instead of at least.
    note : str
    """

    section: str
    what: str
    setting: str
    unit: str
    samples: tuple[float, ...]
    target: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def median(self) -> float:
        """Of the samples; NaN if there are none."""
        return float(np.median(self.samples)) if self.samples else float("nan")

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None where there is no target or no median."""
        if self.target is None or not self.samples:
            return None
        return self.median <= self.target if self.at_most else self.median >= self.target

    def as_dict(self) -> dict[str, object]:
        """All fields and what is derived from them, for the JSON."""
        ends = {"min": min(self.samples), "max": max(self.samples)} if self.samples else {}
        return (
            asdict(self) | {"median": self.median if self.samples else None, "met": self.met} | ends
        )


def number(value: float) -> str:
    """Three significant digits, without an exponent where they can do without."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(lines: Sequence[Line]) -> Table:
    """The table that is printed, section by section."""
    out = Table(title="Training engine, measured", title_justify="left")
    for column in ("what", "setting"):
        out.add_column(column)
    for column in ("median", "min – max", "unit", "target", "met"):
        out.add_column(column, justify="right", no_wrap=True)
    section = None
    for line in lines:
        if line.section != section:
            out.add_section()
            out.add_row(f"[bold]{line.section}[/bold]")
            section = line.section
        out.add_row(*_cells(line))
    return out


def _cells(line: Line) -> list[str]:
    what = f"{line.what} [dim]({line.note})[/dim]" if line.note else line.what
    if not line.samples:
        return [what, line.setting, "–", "", line.unit, "", ""]
    spread = f"{number(min(line.samples))} – {number(max(line.samples))}"
    sign = "≤" if line.at_most else "≥"
    target = "" if line.target is None else f"{sign} {number(line.target)}"
    met = {None: "", True: "yes", False: "[bold]no[/bold]"}[line.met]
    value = number(line.median)
    return [
        what,
        line.setting,
        value,
        spread if len(line.samples) > 1 else "",
        line.unit,
        target,
        met,
    ]


def busy() -> bool:
    """Whether others have kept half a core or more busy during the last minute."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] >= 0.5


def machine() -> dict[str, object]:
    """What the times depend on."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,  # before the run
        "python": platform.python_version(),
        **{name: _version(name) for name in ("numpy", "torch", "jax")},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def write(path: Path, lines: Sequence[Line], about: dict[str, object]) -> None:
    """Write everything as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": about, "lines": [line.as_dict() for line in lines]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
