"""A claim of a document: what it says, the statistic that decides, and what would count as true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import xarray as xr

from mtlpaper.companion.claims.controls import Control
from mtlpaper.companion.claims.parts import MissingDataError, Parts, of_source

Verdict = Literal["reproduced", "partly", "undecided", "not reproduced", "not testable"]
#: Whether the document states all settings that the claim's experiment needs; `ours` where it has
#: no experiment of that kind.
Settings = Literal["stated", "script", "inferred", "unknown", "ours"]
#: What a claim can be judged on: the numbers that the document's authors published, our networks at
#: the settings of the authors' script, and our networks at what the text says.
Source = Literal["published", "ours", "text"]
Statistic = Callable[[xr.Dataset], Parts]


@dataclass(frozen=True)
class Range:
    """The values of an effect for which a claim is true.

    Attributes
    ----------
    low, high : float
        May be infinite.
    strict : bool
        Whether the ends are left out: an effect of exactly zero is no increase.
    """

    low: float = -np.inf
    high: float = np.inf
    strict: bool = False

    def margin(self, effect: np.ndarray) -> np.ndarray:
        """How far effects are inside; negative outside."""
        return np.minimum(effect - self.low, self.high - effect)

    def holds(self, parts: Parts) -> np.ndarray:
        """Which parts lie inside with their whole interval."""
        if self.strict:
            return np.asarray((parts.low > self.low) & (parts.high < self.high))
        return np.asarray((parts.low >= self.low) & (parts.high <= self.high))

    def fails(self, parts: Parts) -> np.ndarray:
        """Which parts lie outside with their whole interval."""
        if self.strict:
            return np.asarray((parts.high <= self.low) | (parts.low >= self.high))
        return np.asarray((parts.high < self.low) | (parts.low > self.high))


#: A direction alone.
POSITIVE, NEGATIVE = Range(low=0.0, strict=True), Range(high=0.0, strict=True)


@dataclass(frozen=True)
class Finding:
    """What a dataset says of a claim.

    Attributes
    ----------
    verdict : {"reproduced", "partly", "undecided", "not reproduced", "not testable"}
    effect, low, high : float
        Of the least favourable part, with its 95 % interval; NaN where the claim is not testable.
    held, against, total : int
        Parts that hold, and that fail, with their whole intervals; of how many.
    weakest : str
        Label of the least favourable part.
    failing : tuple of str
        Labels of the parts that do not hold.
    undecided : tuple of str
        Those of them whose interval holds a limit of the range, so that the datasets cannot tell.
    reason : str
        Why a claim is not testable.
    sources : mapping
        What each of the claim's sources says, in the claim's order; empty if it has none.
    """

    verdict: Verdict
    effect: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    held: int = 0
    against: int = 0
    total: int = 0
    weakest: str = ""
    failing: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    reason: str = ""
    sources: Mapping[Source, "Finding"] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether sources on which the claim can be tested give different verdicts."""
        return len({one.verdict for one in self.sources.values()} - {"not testable"}) > 1


@dataclass(frozen=True)
class Claim:
    """One statement of a document, made to be refuted.

    Attributes
    ----------
    name : str
        Short and stable; the anchor on the scorecard.
    section : str
        Its subject, one of the sections of a document.
    where : str
        Place in the document.
    says : str
        Paraphrase in one sentence.
    expected : str
        Published value or direction, for reading.
    settings : {"stated", "script", "inferred", "unknown", "ours"}
        Whether the document gives the settings that decide, or its authors' script does; `ours`
        where they are our choice.
    experiment : str
        Whose dataset decides; empty if none can.
    figure : str
        Label of the figure in the book that shows it.
    statistic : callable
        From that dataset to the effects.
    range : Range
        Effects for which the claim is true; fixed before the run unless `reason` says otherwise.
    reason : str
        Why this range; or why the claim cannot be tested.
    unit : str
    control : Control
        Changes a dataset so that the claim must fail on it: what would have refuted it.
    explained : mapping
        What is behind a verdict, by verdict.
    sources : tuple of {"published", "ours", "text"}
        Labels of the dataset's dimension `source` on which the claim is judged one by one; the
        first decides. Empty if the whole dataset is judged at once.
    differs : str
        What is behind different verdicts of the sources, in one sentence; shown where they differ.
    caveat : str
        What a verdict, whatever it is, does not show: that a number was fitted, that a part holds
        by construction. Always shown.
    """

    name: str
    section: str
    where: str
    says: str
    expected: str
    settings: Settings
    reason: str
    experiment: str = ""
    figure: str = ""
    statistic: Statistic | None = None
    range: Range = field(default_factory=Range)
    unit: str = "1"
    control: Control | None = None
    explained: Mapping[Verdict, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    differs: str = ""
    caveat: str = ""

    def judge(self, data: xr.Dataset) -> Finding:
        """Decide from a dataset of the claim's experiment.

        A part holds if its whole interval lies in the range, and fails if all of it lies outside.
        `reproduced` if all parts hold, `partly` if some hold and others fail, `not reproduced` if
        some fail and none holds. `undecided` if none fails and not all hold: the datasets cannot
        tell. `not testable` where the dataset lacks what the claim speaks of.

        A claim with sources has the finding on its first, with those on all of them.
        """
        if not self.sources:
            return self._judge(data)
        found = self.judge_sources(data)
        return replace(found[self.sources[0]], sources=found)

    def judge_sources(self, data: xr.Dataset) -> dict[Source, Finding]:
        """Decide on each of the claim's sources; not testable on those that the dataset lacks."""
        return {source: self._judge(data, source) for source in self.sources}

    def _judge(self, data: xr.Dataset, source: Source | None = None) -> Finding:
        if self.statistic is None:
            return Finding("not testable", reason=self.reason)
        try:
            parts = self.statistic(data if source is None else of_source(data, source))
        except MissingDataError as error:
            return Finding("not testable", reason=f"not in these data: {error}")
        return self._finding(parts)

    def _finding(self, parts: Parts) -> Finding:
        holds, fails = self.range.holds(parts), self.range.fails(parts)
        i = int(np.argmin(np.minimum(self.range.margin(parts.low), self.range.margin(parts.high))))
        return Finding(
            verdict=_verdict(holds, fails),
            effect=float(parts.estimate[i]),
            low=float(parts.low[i]),
            high=float(parts.high[i]),
            held=int(holds.sum()),
            against=int(fails.sum()),
            total=holds.size,
            weakest=parts.labels[i],
            failing=_picked(parts.labels, ~holds),
            undecided=_picked(parts.labels, ~holds & ~fails),
        )


def _picked(labels: tuple[str, ...], wanted: np.ndarray) -> tuple[str, ...]:
    return tuple(label for label, is_wanted in zip(labels, wanted, strict=True) if is_wanted)


def _verdict(holds: np.ndarray, fails: np.ndarray) -> Verdict:
    if holds.all():
        return "reproduced"
    if not fails.any():
        return "undecided"
    return "partly" if holds.any() else "not reproduced"
