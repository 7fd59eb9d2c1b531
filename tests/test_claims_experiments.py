"""Claims against what the experiments really save: same variables, same dimensions, same labels."""

import pytest
import xarray as xr
from claims_data import IDEAL
from tiny import data_of

from mtlpaper.companion.claims import all_claims

#: Labels that follow from parameters.
FREE = {("depth", "student"), ("bound", "source"), ("methods", "technique")}


@pytest.fixture(scope="module", params=sorted(IDEAL))
def saved(request) -> tuple[str, xr.Dataset]:
    name = request.param
    return name, data_of(name)


def test_experiments_save_what_claims_are_judged_by(saved):
    name, data = saved
    ideal = IDEAL[name]()
    for variable, values in ideal.items():
        assert set(data[variable].dims) == set(values.dims)
    for coordinate, values in ideal.coords.items():
        if values.dtype.kind == "U" and (name, coordinate) not in FREE:
            assert set(values.values) <= set(data[coordinate].values)
    assert set(ideal.attrs) <= set(data.attrs)


def test_claims_can_be_judged_by_an_experiments_data(saved):
    """Whatever the verdict: sizes as tiny as these may leave out what a claim speaks of."""
    name, data = saved
    for claim in all_claims().values():
        if claim.experiment == name:
            finding = claim.judge(data)
            missing = finding.reason.removeprefix("not in these data: ")
            assert not missing.startswith("there is no")
            assert "has no finite value" not in missing
