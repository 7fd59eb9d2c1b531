"""All claims, in the order of the paper's sections."""

from collections.abc import Callable, Iterable, Mapping

import xarray as xr

from mtlpaper.claims.axes import AXES
from mtlpaper.claims.benefits import BENEFITS
from mtlpaper.claims.claim import Claim, Finding
from mtlpaper.claims.dynamics import DYNAMICS
from mtlpaper.claims.parts import MissingDataError
from mtlpaper.claims.table1 import TABLE1

#: Claims by subject, in the order of the scorecard.
GROUPS: dict[str, tuple[Claim, ...]] = {
    "One task: Figure 1 and noisy teachers": DYNAMICS,
    "Two tasks: Table 1 and Eq. (5)": TABLE1,
    "Two tasks: Figures 2 and 3": BENEFITS,
    "The published axes": AXES,
}
CLAIMS: dict[str, Claim] = {claim.name: claim for group in GROUPS.values() for claim in group}


def judge_all(
    load: Callable[[str], xr.Dataset], claims: Iterable[Claim] = CLAIMS.values()
) -> dict[str, Finding]:
    """Judge claims from saved data.

    Parameters
    ----------
    load : callable
        Returns an experiment's dataset by its name, or raises `MissingDataError`, of which the
        reason then stands in the findings; asked once for each.
    claims : iterable of Claim
        All by default.

    Returns
    -------
    dict
        Finding by the claim's name, in the claims' order.
    """
    given = list(claims)
    loaded = {name: _loaded(load, name) for name in experiments(given)}
    return {claim.name: _judged(claim, loaded) for claim in given}


def experiments(claims: Iterable[Claim] = CLAIMS.values()) -> list[str]:
    """Return the experiments that decide claims, each once, in the order of the claims."""
    return list(dict.fromkeys(claim.experiment for claim in claims if claim.experiment))


def _loaded(load: Callable[[str], xr.Dataset], name: str) -> xr.Dataset | MissingDataError:
    try:
        return load(name)
    except MissingDataError as error:
        return error


def _judged(claim: Claim, loaded: Mapping[str, xr.Dataset | MissingDataError]) -> Finding:
    data = loaded.get(claim.experiment, xr.Dataset())
    if isinstance(data, MissingDataError):
        return Finding("not testable", reason=str(data))
    return claim.judge(data)
