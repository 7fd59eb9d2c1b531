"""All claims on the documents at work, in the order of the scorecard, and their judgement."""

from collections.abc import Callable, Iterable, Mapping

import xarray as xr

from mtlpaper.companion import registry
from mtlpaper.companion.claims.claim import Claim, Finding
from mtlpaper.companion.claims.parts import MissingDataError


def sections() -> dict[str, tuple[Claim, ...]]:
    """Return the claims by subject, in the documents' order.

    Raises
    ------
    ValueError
        If a claim names no section of a document, or two claims have one name.
    """
    titles = [title for document in registry.documents().values() for title in document.sections]
    found: dict[str, list[Claim]] = {title: [] for title in titles}
    seen = set()
    for claim in registry.claims():
        if claim.section not in found:
            known = ", ".join(map(repr, titles))
            raise ValueError(
                f"`section` of the claim {claim.name} must be one of {known}, got {claim.section!r}"
            )
        if claim.name in seen:
            raise ValueError(f"`name` of a claim must be its own, got {claim.name!r} twice")
        seen.add(claim.name)
        found[claim.section].append(claim)
    return {title: tuple(claims) for title, claims in found.items() if claims}


def by_document() -> dict[str, tuple[Claim, ...]]:
    """Return the claims of every document that has any, by the document's name."""
    known = sections()
    found = {
        name: tuple(claim for title in document.sections for claim in known.get(title, ()))
        for name, document in registry.documents().items()
    }
    return {name: claims for name, claims in found.items() if claims}


def is_own(claim: Claim) -> bool:
    """Whether a claim is this companion's own."""
    return any(one.own and claim.section in one.sections for one in registry.documents().values())


def all_claims() -> dict[str, Claim]:
    """Return all claims by name, in the order of the scorecard."""
    return {claim.name: claim for claims in sections().values() for claim in claims}


def judge_all(
    load: Callable[[str], xr.Dataset], claims: Iterable[Claim] | None = None
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
    given = list(all_claims().values() if claims is None else claims)
    loaded = {name: _loaded(load, name) for name in experiments(given)}
    return {claim.name: _judged(claim, loaded) for claim in given}


def experiments(claims: Iterable[Claim] | None = None) -> list[str]:
    """Return the experiments that decide claims, each once, in the order of the claims."""
    given = all_claims().values() if claims is None else claims
    return list(dict.fromkeys(claim.experiment for claim in given if claim.experiment))


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
