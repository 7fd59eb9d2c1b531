"""The auxiliary tasks of the page on relatedness: their singular values and angles, by family.

Everything is relative to the rank of the main task, so that a name stands for the same construction
beside every main task. The estimate of costs counts these tasks too, so the module uses NumPy only.
"""

from dataclasses import dataclass

import numpy as np

from mtlpaper.chapters.relatedness.parameters import Relatedness

#: In the order of `auxiliary_tasks`; the first is the paper's.
FAMILIES = ("equal angles", "unequal angles", "unequal singular values", "another rank")
#: Ranks other than the main task's, at most.
_OTHER_RANKS = 3

Profile = tuple[float, ...]


@dataclass(frozen=True)
class MainTask:
    """A main task by its singular values, in descending order."""

    name: str
    S: Profile


@dataclass(frozen=True)
class AuxiliaryTask:
    """An auxiliary task beside a main task.

    Attributes
    ----------
    family, name : str
        Family, one of `FAMILIES`, and name of the construction.
    scale : float
        Root mean square of its singular values.
    S : tuple of float
        Its singular values, as many as its rank.
    r : tuple of float
        Relatedness of the pairs of directions, as many as the smaller rank.
    """

    family: str
    name: str
    scale: float
    S: Profile
    r: Profile


def flat(rank: int, scale: float) -> Profile:
    """Equal singular values."""
    return (float(scale),) * rank


def graded(rank: int, scale: float, spread: float) -> Profile:
    """Singular values that fall geometrically by a factor `spread`, of root mean square `scale`."""
    values = np.geomspace(spread, 1.0, rank) if rank > 1 else np.ones(1)
    return tuple((scale * values / np.sqrt(np.mean(values**2))).tolist())


def main_tasks(params: Relatedness) -> list[MainTask]:
    """Flat main tasks of every S_A; at the largest, a graded one and one of half the rank."""
    most = params.S_A[-1]
    return [
        *(MainTask(f"flat, S_A = {S_A:g}", flat(params.rank, S_A)) for S_A in params.S_A),
        MainTask(f"graded, S_A = {most:g}", graded(params.rank, most, params.spread)),
        MainTask(f"half rank, S_A = {most:g}", flat(params.rank // 2, most)),
    ]


def auxiliary_tasks(params: Relatedness, main: MainTask) -> list[AuxiliaryTask]:
    """All auxiliary tasks beside a main task, the scale varying slowest."""
    rank = len(main.S)
    return [
        AuxiliaryTask(family, name, scale, S, r)
        for scale in params.S_B
        for family, name, S, r in (
            *_equal_angles(rank, scale, params.r_AB),
            *_unequal_angles(rank, scale),
            *_unequal_values(rank, scale, params.spread),
            *_other_ranks(rank, params.rank, scale),
        )
    ]


_Row = tuple[str, str, Profile, Profile]


def _equal_angles(rank: int, scale: float, levels: Profile) -> list[_Row]:
    return [(FAMILIES[0], f"r = {r:g}", flat(rank, scale), (r,) * rank) for r in levels]


def _angles(rank: int) -> dict[str, Profile]:
    """Unequal angles by name; "strong" and "weak" directions are the first and the last."""
    half = rank // 2
    falling = tuple(np.linspace(1.0, 0.0, rank).tolist()) if rank > 1 else (0.5,)
    return {
        "strong half": (1.0,) * half + (0.0,) * (rank - half),
        "weak half": (0.0,) * (rank - half) + (1.0,) * half,
        "falling": falling,
        "rising": falling[::-1],
    }


def _unequal_angles(rank: int, scale: float) -> list[_Row]:
    half = rank // 2
    root = float(np.sqrt(0.5))
    profiles = _angles(rank) | {
        "one": (1.0,) + (0.0,) * (rank - 1),
        "half at 45 degrees": (root,) * half + (0.0,) * (rank - half),
    }
    return [(FAMILIES[1], name, flat(rank, scale), r) for name, r in profiles.items()]


def _unequal_values(rank: int, scale: float, spread: float) -> list[_Row]:
    falling = graded(rank, scale, spread)
    rising = falling[::-1]
    angles = {"all": (1.0,) * rank, "none": (0.0,) * rank} | _angles(rank)
    rows = [(FAMILIES[2], f"S_B falls, {name}", falling, r) for name, r in angles.items()]
    chosen = ("all", "strong half", "weak half")
    return rows + [(FAMILIES[2], f"S_B rises, {name}", rising, angles[name]) for name in chosen]


def other_ranks(rank_A: int, most: int) -> list[int]:
    """At most three ranks from 1 to `most`, evenly spread, without the rank of the main task."""
    others = [rank for rank in range(1, most + 1) if rank != rank_A]
    chosen = np.linspace(0, len(others) - 1, min(_OTHER_RANKS, len(others)))
    return [others[i] for i in np.round(chosen).astype(int)]


def _other_ranks(rank_A: int, most: int, scale: float) -> list[_Row]:
    return [
        (FAMILIES[3], f"rank no. {place}, r = {r:g}", flat(rank, scale), (r,) * min(rank, rank_A))
        for place, rank in enumerate(other_ranks(rank_A, most), start=1)
        for r in (1.0, 0.5)
    ]
