"""A sweep: load the units that are stored, compute and store the others, return all in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mtlpaper.companion.sweeps.environment import store_folder
from mtlpaper.companion.sweeps.errors import DamagedEntryError, WorkerError
from mtlpaper.companion.sweeps.keys import Code, code_of, description, key_of
from mtlpaper.companion.sweeps.pools import Pool, completed, open_pool, require_not_stopped
from mtlpaper.companion.sweeps.progress import Progress
from mtlpaper.companion.sweeps.store import Store
from mtlpaper.companion.sweeps.worker import checked

Arrays = dict[str, np.ndarray]

#: Seconds between two looks for units that another process computes.
_PAUSE = 0.2


def sweep(
    function: Callable[[Any], Any],
    units: Iterable[Any],
    *,
    networks: Callable[[Any], int] | None = None,
) -> list[dict[str, np.ndarray]]:
    """Compute every unit of a sweep, or take it from the store, and return all in order.

    Parameters
    ----------
    function : callable
        From a unit to a mapping of arrays. It must stand at the top of an importable module and
        draw no random numbers but from its unit.
    units : iterable of frozen dataclass
        Fields are numbers, texts, None, tuples of these, or frozen dataclasses again.
    networks : callable, optional
        How many networks a unit holds. Progress counts networks if there are any, else units.

    Returns
    -------
    list of dict
        Arrays by name, one dictionary a unit. The same bytes whoever computes them, as long as
        linear algebra runs on one thread.

    Raises
    ------
    SweepError
        If the store cannot be written, a worker dies or a cluster fails; what was finished stays
        in the store.
    ValueError
        If `function`, a unit or a result is of another kind.

    Notes
    -----
    The program sets processes, store and cluster by `mtlpaper.companion.sweeps.environment.using`.
    Elsewhere ``MTLPAPER_STORE`` names the folder of the store; without it nothing is kept.
    ``MTLPAPER_JOBS`` is the number of processes, ``MTLPAPER_SCHEDULER`` the address of a cluster
    that computes in their place.
    """
    todo = list(units)
    counts = [networks(unit) for unit in todo] if networks is not None else []
    noun = "networks" if any(counts) else "units"
    if not any(counts):
        counts = [1] * len(todo)
    folder = store_folder()
    code = code_of(function) if folder is not None else None
    with Progress(sum(counts), noun, kept=folder is not None) as progress:
        return _Sweep(function, todo, counts, code, folder, progress).run()


class _Sweep:
    """One sweep at work."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        units: Sequence[Any],
        counts: Sequence[int],
        code: Code | None,
        folder: Path | None,
        progress: Progress,
    ) -> None:
        self._function, self._units, self._counts = function, units, counts
        self._code, self._progress = code, progress
        self._results: dict[int, Arrays] = {}
        self._damaged: set[str] = set()
        self._store: Store | None = None
        if folder is not None and code is not None:
            self._store = Store(folder)
            self._describe = partial(description, function, code=code)
            self._keys = [key_of(self._describe(unit)) for unit in units]

    def run(self) -> list[Arrays]:
        with ExitStack() as stack:
            pool: Pool | None = None
            todo = self._not_stored(range(len(self._units)))
            while todo:
                pool = pool or stack.enter_context(self._pool(len(todo)))
                try:
                    self._compute(pool, todo)
                except WorkerError:
                    require_not_stopped()
                    if not pool.shared:
                        raise
                    # A unit of another sweep may have killed the worker of the shared pool. With a
                    # process of its own this sweep fails only over its own units.
                    self._progress.note("a worker process died; going on with one of its own")
                    pool = stack.enter_context(self._pool(len(todo), own=True))
                todo = self._not_stored(index for index in todo if index not in self._results)
                if todo:  # another process computes them
                    time.sleep(_PAUSE)
        return [self._results[index] for index in range(len(self._units))]

    def _pool(self, tasks: int, *, own: bool = False) -> Any:
        return open_pool(tasks, code=self._code, function=self._function, own=own)

    def _not_stored(self, indices: Iterable[int]) -> list[int]:
        """Load the units that are stored; return the others."""
        return [index for index in indices if not self._load(index)]

    def _load(self, index: int) -> bool:
        """Load a unit's result; False if it is not stored or damaged."""
        if self._store is None or self._keys[index] in self._damaged:
            return False
        try:
            arrays = self._store.load(self._keys[index])
        except DamagedEntryError as error:
            self._damaged.add(self._keys[index])
            self._progress.note(f"{error}; it is computed again")
            return False
        if arrays is None:
            return False
        self._results[index] = arrays
        self._progress.advance(self._counts[index], stored=True)
        return True

    def _compute(self, pool: Pool, todo: Iterable[int]) -> None:
        """Compute and store the units that no other process is computing."""
        task = partial(checked, self._function, self._code)
        try:
            # `closing` cancels the tasks handed over if storing a result fails.
            with closing(completed(pool, task, self._claimed(todo))) as results:
                for index, arrays in results:
                    if self._store is not None:
                        key = self._keys[index]
                        self._store.save(key, self._describe(self._units[index]), arrays)
                        self._damaged.discard(key)
                    self._results[index] = arrays
                    self._progress.advance(self._counts[index])
        finally:
            if self._store is not None:
                self._store.release_all()

    def _claimed(self, todo: Iterable[int]) -> Iterator[tuple[int, Any]]:
        for index in todo:
            if self._store is not None:
                if not self._store.claim(self._keys[index]):
                    continue
                if self._load(index):  # another process stored it a moment ago
                    self._store.release(self._keys[index])
                    continue
            yield index, self._units[index]
