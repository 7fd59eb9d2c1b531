"""Experiments: from parameters to a labelled dataset that says where it comes from.

What an experiment measures and what follows stands in its chapter, which is imported when it is
first asked for, because most chapters need torch.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mtlpaper.companion import contract, provenance, registry

if TYPE_CHECKING:
    import xarray as xr

    from mtlpaper.companion.parameters import Parameters

__all__ = ["UnlabelledError", "compute", "estimate"]


class UnlabelledError(ValueError):
    """A dataset has a variable without name or unit, or is no dataset at all."""


def estimate(params: Parameters) -> contract.Estimate:
    """Estimate an experiment's size."""
    return contract.estimate(registry.chapter(params.name).stages, params)


def compute(params: Parameters) -> xr.Dataset:
    """Run an experiment and label what comes out with its origin.

    Parameters
    ----------
    params : Parameters
        The experiment's parameters, which also name the experiment.

    Returns
    -------
    xarray.Dataset
        With the attributes ``experiment``, ``title``, ``parameters`` and ``versions`` (both JSON),
        ``commit``, ``dirty`` ("yes", "no" or "unknown") and ``device``.

    Raises
    ------
    UnlabelledError
        If a variable or coordinate lacks ``units`` or ``long_name``.
    """
    data = contract.compute(registry.chapter(params.name).stages, params)
    _require_labels(data, params.name)
    return data.assign_attrs({**data.attrs, **_origin(params)})


def _origin(params: Parameters) -> dict[str, str]:
    commit = provenance.commit()
    return {
        "experiment": params.name,
        "title": params.title,
        "parameters": json.dumps(params.plain()),
        "versions": json.dumps({**provenance.machine(), **provenance.versions()}),
        "commit": commit.sha or "unknown",
        # NetCDF has no truth values.
        "dirty": {True: "yes", False: "no", None: "unknown"}[commit.dirty],
        "device": provenance.device(getattr(params, "device", "cpu")),
    }


def _require_labels(data: xr.Dataset, experiment: str) -> None:
    if not hasattr(data, "data_vars"):
        kind = type(data).__name__
        raise UnlabelledError(f"`compute` of {experiment} must return a Dataset, got a {kind}")
    bare = {
        str(name): [label for label in ("units", "long_name") if not variable.attrs.get(label)]
        for name, variable in data.variables.items()
    }
    faults = [f"`{name}` lacks {' and '.join(labels)}" for name, labels in bare.items() if labels]
    if faults:
        raise UnlabelledError(f"data of {experiment}: {'; '.join(faults)}")
