"""Processes that hold one competitor each, with the number of threads fixed before they start.

A library reads its number of threads when it is loaded, so every competitor has a process of its
own; the benchmark then lets one at a time work while the others wait.
"""

import importlib
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]


class Worker:
    """A process confined to some threads and as many cores; calls functions by their names."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.workers", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | _variables(threads),
        )

    def __call__(self, function: str, *args: Any) -> Any:
        """Call "module.function" of this package in the process and return what it returns.

        Raises
        ------
        RuntimeError
            With the traceback, if it failed there.
        """
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump((function, args), process.stdin)
        process.stdin.flush()
        fine, result = pickle.load(process.stdout)
        if not fine:
            raise RuntimeError(f"{function} failed in its process:\n{result}")
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _variables(threads: int) -> dict[str, str]:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    eigen = "true" if threads > 1 else "false"
    flags = f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}"
    return dict.fromkeys(names, str(threads)) | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}


def _serve(threads: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            function, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        module, _, name = function.partition(".")
        try:
            found = getattr(importlib.import_module(f"benchmarks.{module}"), name)
            answer = (True, found(*args))
        except Exception:
            answer = (False, traceback.format_exc())
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
