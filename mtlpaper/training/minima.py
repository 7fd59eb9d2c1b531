"""Train a batch of networks until their generalisation losses have passed their minima."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from mtlpaper.errors import require


class DivergenceError(ArithmeticError):
    """Training whose losses are no longer finite.

    Attributes
    ----------
    t : float
        Time of the first look at which a loss is not finite, in units of tau.
    """

    def __init__(self, t: float) -> None:
        super().__init__(f"the training diverged before t/tau = {t:g}; lower the learning rate")
        self.t = t

    def __reduce__(self) -> tuple[type, tuple[float]]:
        return type(self), (self.t,)  # pickle would pass the message instead of t


@runtime_checkable
class Descent(Protocol):
    """A batch of networks in training, linear or deep."""

    learning_rate: float

    def __len__(self) -> int: ...

    def step(self) -> None:
        """Take one step of every network."""

    def keep(self, chosen: Bool[np.ndarray, " net"]) -> None:
        """Go on with some of the networks only."""


@dataclass(frozen=True)
class Measure:
    """Losses and accuracy of every network at one time.

    Attributes
    ----------
    test : (net, group) array
        Generalisation loss in nats, by several independent groups of test points.
    accuracy : (net,) array
        Share of the test points classified right.
    validation : (net, rule) array
        Losses in nats on validation sets; each is a rule that chooses a time.
    """

    test: Float[np.ndarray, "net group"]
    accuracy: Float[np.ndarray, " net"]
    validation: Float[np.ndarray, "net rule"]


@dataclass(frozen=True)
class Schedule:
    """When losses are evaluated (a look), and when training stops.

    A network stops once t > stretch t_min + margin for the times t_min at which its test loss and
    each of its validation losses were least.

    Attributes
    ----------
    every : int
        Least steps between two looks, >= 1.
    t_max : float
        Longest training, in units of tau.
    stretch : float
        Factor in the rule above, > 1.
    margin : float
        Time in the rule above, in units of tau, > 0.
    stop_early : bool
        False trains every network to `t_max`.
    growth : float
        The next look comes after this share of the steps taken so far, if that is more than
        `every`. Late minima are broad in proportion to their time.
    """

    every: int
    t_max: float
    stretch: float = 1.5
    margin: float = 4.0
    stop_early: bool = True
    growth: float = 0.0

    def __post_init__(self) -> None:
        require(self.every >= 1, "every", self.every, "an integer >= 1")
        require(self.t_max > 0, "t_max", self.t_max, "a number > 0")
        require(self.stretch > 1, "stretch", self.stretch, "a number > 1")
        require(self.margin > 0, "margin", self.margin, "a number > 0")
        require(self.growth >= 0, "growth", self.growth, "a number >= 0")

    def steps_after(self, taken: int) -> int:
        """Steps from a look after `taken` steps to the next one."""
        return max(self.every, int(self.growth * taken))


@dataclass(frozen=True)
class Minima:
    """The least generalisation loss of every network, and its time.

    Attributes
    ----------
    loss : (net, group) array
        Test loss of each group of points at the time at which their mean is least, in nats.
    t : (net,) array
        That time, in units of tau.
    accuracy : (net,) array
        Largest test accuracy at any time.
    chosen_loss : (net, rule, group) array
        Test loss at the time at which a validation loss was least.
    t_end : (net,) array
        Time at which the training of the network ended.
    curves : (time, net) array
        Test loss at every look, NaN after a network's end.
    times : (time,) array
        Times of the looks, in units of tau.
    """

    loss: Float[np.ndarray, "net group"]
    t: Float[np.ndarray, " net"]
    accuracy: Float[np.ndarray, " net"]
    chosen_loss: Float[np.ndarray, "net rule group"]
    t_end: Float[np.ndarray, " net"]
    curves: Float[np.ndarray, "time net"]
    times: Float[np.ndarray, " time"]


class _Record:
    """All looks at all networks; NaN after the end of a network's training."""

    def __init__(self, nets: int) -> None:
        self.nets = nets
        self.times: list[float] = []
        self._looks: list[tuple[np.ndarray, Measure]] = []
        self.latest = np.zeros(nets)  # the latest of a network's minima so far
        self._least: np.ndarray | None = None
        self._when: np.ndarray | None = None

    def add(self, t: float, active: Int[np.ndarray, " active"], seen: Measure) -> None:
        self.times.append(t)
        self._looks.append((active, seen))
        criteria = np.column_stack([seen.test.mean(axis=1), seen.validation])
        if not np.isfinite(criteria).all():
            raise DivergenceError(t)
        if self._least is None or self._when is None:
            self._least = np.full((self.nets, criteria.shape[1]), np.inf)
            self._when = np.zeros_like(self._least)
        better = criteria < self._least[active]
        self._least[active] = np.where(better, criteria, self._least[active])
        self._when[active] = np.where(better, t, self._when[active])
        self.latest = self._when.max(axis=1)

    def collect(self, pick: Callable[[Measure], np.ndarray]) -> np.ndarray:
        """One quantity of all networks at all looks, (time, net, …)."""
        first = pick(self._looks[0][1])
        out = np.full((len(self._looks), self.nets, *first.shape[1:]), np.nan)
        for row, (active, seen) in zip(out, self._looks, strict=True):
            row[active] = pick(seen)
        return out


def descend_to_minima(
    descent: Descent, measure: Callable[[], Measure], schedule: Schedule
) -> Minima:
    """Train every network until its losses have passed their minima, and return the minima.

    Networks whose training has ended leave the batch. This changes the others by rounding only,
    since the steps of a network depend on its own weights only.

    Parameters
    ----------
    descent : mtlpaper.training.minima.Descent
        Networks with their initial weights.
    measure : callable
        Evaluates the networks still in `descent`.
    schedule : Schedule

    Returns
    -------
    Minima
        Of all networks, in the order in which they started.

    Raises
    ------
    DivergenceError
        If a loss is no longer finite.
    """
    active = np.arange(len(descent))  # networks still in the batch
    ended = np.zeros(active.size, dtype=bool)
    record = _Record(active.size)
    steps = 0
    with torch.inference_mode():
        while True:
            t = steps * descent.learning_rate
            live = ~ended[active]
            record.add(t, active[live], _select(measure(), live))
            past = t > schedule.stretch * record.latest + schedule.margin
            ended |= past & schedule.stop_early
            if t >= schedule.t_max or ended.all():
                break
            if ended[active].mean() >= 0.2:  # copying costs more than a smaller batch saves
                descent.keep(~ended[active])
                active = active[~ended[active]]
            left = math.ceil((schedule.t_max - t) / descent.learning_rate - 1e-6)
            ahead = min(schedule.steps_after(steps), left)
            for _ in range(ahead):
                descent.step()
            steps += ahead
    return _minima(record)


def _select(seen: Measure, chosen: Bool[np.ndarray, " net"]) -> Measure:
    return Measure(seen.test[chosen], seen.accuracy[chosen], seen.validation[chosen])


def _minima(record: _Record) -> Minima:
    times = np.array(record.times)
    test = record.collect(lambda seen: seen.test)
    accuracy = record.collect(lambda seen: seen.accuracy)
    validation = record.collect(lambda seen: seen.validation)
    curves = test.mean(axis=2)
    net = np.arange(record.nets)
    best = np.nanargmin(curves, axis=0)
    chosen = np.nanargmin(validation, axis=0)
    seen = np.isfinite(curves)
    return Minima(
        loss=test[best, net],
        t=times[best],
        accuracy=np.nanmax(accuracy, axis=0),
        chosen_loss=test[chosen, net[:, None]],
        t_end=times[seen.sum(axis=0) - 1],
        curves=curves,
        times=times,
    )
