"""Drive a sweep: take what is stored, have the rest computed, store it, in the units' order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import numpy as np

from mtlpaper.companion.sweeps.environment import store_folder
from mtlpaper.companion.sweeps.errors import DamagedEntryError, WorkerError
from mtlpaper.companion.sweeps.keys import Code, code_of, description, key_of
from mtlpaper.companion.sweeps.pools import Pool, completed, open_pool, require_not_stopped
from mtlpaper.companion.sweeps.progress import Progress
from mtlpaper.companion.sweeps.store import Lease, Store
from mtlpaper.companion.sweeps.worker import checked

Arrays = dict[str, np.ndarray]

#: Seconds between two looks at units that another process computes.
_PAUSE = 0.2


def sweep(
    function: Callable[[Any], Any],
    units: Iterable[Any],
    *,
    cells: Callable[[Any], int] | None = None,
) -> list[dict[str, np.ndarray]]:
    """Compute every unit of a sweep, or take it from the store, and return all in order.

    Parameters
    ----------
    function : callable
        From a unit to a mapping of arrays. It must stand at the top of an importable module and
        draw no random numbers but from its unit.
    units : iterable of frozen dataclass
        Fields are numbers, texts, None, tuples of these, or frozen dataclasses again.
    cells : callable, optional
        How many cells a unit counts for in the progress; one by default.

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
    The program gives a sweep its means by `mtlpaper.companion.sweeps.environment.using`. Elsewhere
    ``MTLPAPER_STORE`` names the folder of the store; without it nothing is kept. ``MTLPAPER_JOBS``
    is the number of processes, ``MTLPAPER_SCHEDULER`` the address of a cluster that takes their
    place.
    """
    todo = list(units)
    weights = [1 if cells is None else cells(unit) for unit in todo]
    folder = store_folder()
    code = code_of(function) if folder is not None else None
    with Progress(sum(weights), kept=folder is not None) as progress:
        keeper = _Keeper(function, todo, code, progress)
        return _Sweep(function, todo, weights, code, keeper, progress).run()


class _Keeper:
    """What a sweep knows of its store; everything is absent and free where there is none."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        units: Sequence[Any],
        code: Code | None,
        progress: Progress,
    ) -> None:
        folder = store_folder()
        self._store: Store | None = None
        self._units, self._progress = units, progress
        if folder is not None and code is not None:
            self._store = Store(folder)
            self._describe = partial(description, function, code=code)
            self._keys = [key_of(self._describe(unit)) for unit in units]
        self._claims: dict[int, Lease] = {}
        self._damaged: set[str] = set()

    def take(self, index: int) -> Arrays | None:
        """Return a unit's result if it is stored and sound."""
        if self._store is None:
            return None
        key = self._keys[index]
        if key in self._damaged:
            return None
        try:
            return self._store.load(key)
        except DamagedEntryError as error:
            self._damaged.add(key)
            self._progress.note(f"{error}; it is computed again")
            return None

    def claim(self, index: int) -> bool:
        """Reserve a unit; no if another process computes it."""
        if self._store is None:
            return True
        claim = self._store.claim(self._keys[index])
        if claim is not None:
            self._claims[index] = claim
        return claim is not None

    def keep(self, index: int, arrays: Arrays) -> None:
        """Store the result of a unit that was reserved."""
        if self._store is not None:
            self._claims.pop(index).save(self._describe(self._units[index]), arrays)
            self._damaged.discard(self._keys[index])

    def release(self, index: int) -> None:
        """Give up what was reserved and is not needed."""
        if index in self._claims:
            self._claims.pop(index).release()

    def release_all(self) -> None:
        """Give up everything that was not finished."""
        for index in list(self._claims):
            self.release(index)


class _Sweep:
    """One sweep under way."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        units: Sequence[Any],
        weights: Sequence[int],
        code: Code | None,
        keeper: _Keeper,
        progress: Progress,
    ) -> None:
        self._function, self._units, self._weights = function, units, weights
        self._code, self._keeper, self._progress = code, keeper, progress
        self._results: dict[int, Arrays] = {}

    def run(self) -> list[Arrays]:
        with ExitStack() as stack:
            pool: Pool | None = None
            todo = self._not_stored(range(len(self._units)))
            while todo:
                pool = pool or stack.enter_context(self._pool(len(todo)))
                try:
                    self._round(pool, todo)
                except WorkerError:
                    require_not_stopped()
                    if not pool.shared:
                        raise
                    # Perhaps over a unit of another sweep: whose it was shows in processes apart.
                    self._progress.note("a worker process died; going on with one of its own")
                    pool = stack.enter_context(self._pool(len(todo), own=True))
                todo = self._not_stored(index for index in todo if index not in self._results)
                if todo:
                    time.sleep(_PAUSE)
        return [self._results[index] for index in range(len(self._units))]

    def _pool(self, tasks: int, *, own: bool = False) -> Any:
        return open_pool(tasks, code=self._code, function=self._function, own=own)

    def _not_stored(self, indices: Iterable[int]) -> list[int]:
        """Take what the store has; return what it has not."""
        return [index for index in indices if not self._taken(index)]

    def _taken(self, index: int) -> bool:
        arrays = self._keeper.take(index)
        if arrays is None:
            return False
        self._results[index] = arrays
        self._progress.advance(self._weights[index], reused=True)
        return True

    def _round(self, pool: Pool, todo: Iterable[int]) -> None:
        """Compute what no other process is computing."""
        task = partial(checked, self._function, self._code)
        try:
            # Closed when storing fails, too: it takes back what it has handed over.
            with closing(completed(pool, task, self._free(todo))) as results:
                for index, result in results:
                    self._keeper.keep(index, result)
                    self._results[index] = result
                    self._progress.advance(self._weights[index])
        finally:
            self._keeper.release_all()

    def _free(self, todo: Iterable[int]) -> Iterator[tuple[int, Any]]:
        for index in todo:
            if not self._keeper.claim(index):
                continue
            if self._taken(index):  # another process finished it just now
                self._keeper.release(index)
                continue
            yield index, self._units[index]
