"""Three sources of one number: the authors' rows, our networks at their settings, at the text's.

Units have the dimension `setting`, one for each of the parameters' named settings; means and
differences have the dimension `source`, which begins with the published values.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from scipy.stats import t as student_t

from mtlpaper.chapters.common.labels import variable
from mtlpaper.chapters.common.two_tasks.parameters import Protocol
from mtlpaper.companion.contract import Labels

#: `ours` are the networks of a run's own parameters, by default those of the authors' script.
SOURCES = ("published", "ours", "text")
SETTINGS = SOURCES[1:]
#: How closely means of ours follow published ones, over all cells that were published.
CLOSENESS = ("cells", "correlation", "slope", "rms", "chi2", "beyond")
P = TypeVar("P", bound=Protocol)
#: Training subsets of a published mean.
_SUBSETS = 5


def settings() -> Labels:
    """Labels of the settings at which networks are trained."""
    return Labels(SETTINGS, "settings of the training: the run's own, and the text's")


def at(params: P, setting: str) -> P:
    """Return the parameters at one of `SETTINGS`."""
    return params if setting == "ours" else params.at(setting)


def source_coordinates() -> dict[str, xr.Variable]:
    """Coordinates of settings and of sources."""
    what = "published rows; our networks at the run's settings; our networks at the text's"
    return {
        "source": variable("source", list(SOURCES), what),
        "closeness": variable("closeness", list(CLOSENESS), "measure of closeness"),
    }


def published_cells(table: xr.Dataset, **grid: Iterable[Any]) -> xr.Dataset:
    """The published cells on a grid; NaN where nothing is published.

    Parameters
    ----------
    table : xarray.Dataset
        From `mtlpaper.documents.lee2019.published.load`.
    grid : iterables
        Values of each dimension.
    """
    return table.drop_vars("n").reindex({name: list(values) for name, values in grid.items()})


def published_half_width(error: np.ndarray) -> np.ndarray:
    """Half the width of the 95 % interval of a published mean with a given standard error."""
    return np.asarray(student_t.ppf(0.975, _SUBSETS - 1) * error)


def beside_published(ours: xr.Variable, mean: xr.Variable, error: xr.Variable) -> xr.Variable:
    """Join published values and ours along `source`.

    Parameters
    ----------
    ours : xarray.Variable
        Over (bound, setting, ...).
    mean, error : xarray.Variable
        Published means and standard errors over the other dimensions. Their intervals are those of
        five subsets of one pool, without the scatter of teachers.

    Returns
    -------
    xarray.Variable
        Over (bound, source, ...).
    """
    half = published_half_width(error.values)
    bounds = np.stack([mean.values, mean.values - half, mean.values + half])
    dims = ("bound", "source", *map(str, ours.dims[2:]))
    mine = ours.transpose("bound", "setting", *mean.dims).values
    return xr.Variable(dims, np.concatenate([bounds[:, None], mine], axis=1), ours.attrs)


def closeness(benefit: xr.DataArray, published: xr.Dataset) -> xr.Variable:
    """Compare mean benefits of ours with published ones, cell by cell.

    Parameters
    ----------
    benefit : xarray.DataArray
        Over `seed`, `setting` and the dimensions of the published cells.
    published : xarray.Dataset
        From `published_cells`.

    Returns
    -------
    xarray.Variable
        Over (setting, closeness): the number of cells; the correlation; the slope of ours over
        theirs; the root mean square difference in nats; chi squared a cell and the share of cells
        more than two standard errors apart, with both standard errors. NaN where nothing is
        published.
    """
    theirs = published["MT"]
    dims = ("setting", *map(str, theirs.dims))
    ours = benefit.mean("seed").transpose(*dims)
    variance = benefit.var("seed", ddof=1).transpose(*dims) / benefit.sizes["seed"]
    error = (variance + published["MT_se"] ** 2) ** 0.5
    known = np.isfinite(theirs.values)
    rows = [
        _closeness(mean[known], theirs.values[known], noise[known])
        for mean, noise in zip(ours.values, error.transpose(*dims).values, strict=True)
    ]
    return variable(("setting", "closeness"), rows, "closeness of our benefits to published ones")


def _closeness(ours: np.ndarray, theirs: np.ndarray, error: np.ndarray) -> list[float]:
    if theirs.size < 2:
        return [float(theirs.size), *[np.nan] * (len(CLOSENESS) - 1)]
    apart = ours - theirs
    z = np.divide(apart, error, out=np.zeros_like(apart), where=error > 0)
    spread = theirs.var()
    return [
        float(theirs.size),
        float(np.corrcoef(ours, theirs)[0, 1]),
        float(np.cov(ours, theirs, ddof=0)[0, 1] / spread),
        float(np.sqrt(np.mean(apart**2))),
        float(np.mean(z**2)),
        float(np.mean(abs(z) > 2)),
    ]
