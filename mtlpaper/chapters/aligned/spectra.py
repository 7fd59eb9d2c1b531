"""Singular values of drawn noisy teachers against the Marchenko-Pastur bulk and its spikes."""

import numpy as np
import xarray as xr

from mtlpaper.aligned import Teachers, spectra
from mtlpaper.chapters.aligned.parameters import Aligned
from mtlpaper.chapters.common.aligned_tasks.experiment import auxiliary_S_B, interval
from mtlpaper.chapters.common.labels import variable
from mtlpaper.companion.contract import Cost, Grid, Variable
from mtlpaper.spectra import marchenko_pastur_edges
from mtlpaper.theory import marchenko_pastur_density

_BINS = 48
_OVERLAPS = {
    f"{name}_overlap": f"squared overlap of {name}_hat with {name}_bar" for name in ("u", "v")
}


def teachers(params: Aligned) -> Grid:
    """Draw noisy teachers of every S_B."""

    def unit(S_B: float) -> Teachers:
        return Teachers(params.N1, params.N3, params.sigma, S_B, params.seed, params.n_teachers)

    what = "singular values of the noisy teachers"
    k = min(params.N1, params.N3)
    return Grid(
        {"S_B": auxiliary_S_B(params)},
        unit,
        spectra,
        {
            "S_drawn": Variable(("teacher", "mode"), what, of="S"),
            **{
                f"{name}_drawn": Variable(("teacher",), w, of=name) for name, w in _OVERLAPS.items()
            },
            **{
                f"{name}_predicted": Variable((), f"{name}, (T 10)")
                for name in ("s_hat", *_OVERLAPS)
            },
        },
        {
            "teacher": variable("teacher", np.arange(params.n_teachers), "number of the teacher"),
            "mode": variable("mode", np.arange(1, k + 1), "rank of singular value"),
        },
        lambda unit: Cost(
            5e-4 * unit.n_teachers, bytes=8 * unit.n_teachers * params.N1 * params.N3
        ),
    )


def summaries(params: Aligned, data: xr.Dataset) -> xr.Dataset:
    """Compare the spectra with the predictions.

    Returns
    -------
    xarray.Dataset
        `s_hat`, `u_overlap`, `v_overlap` over (bound, S_B), the latter with their scatter;
        `s_hat_excess` at the largest S_B and `in_bulk` at the least, over bound; `bulk_edge` over
        side; `density` over (level, bin) with `bulk_density` over bin, per unit of ln s.
    """
    S = data["S_drawn"]
    edges = marchenko_pastur_edges(params.N1, params.N3, params.sigma)
    tops = S.sel(mode=1)
    least = S.isel(S_B=0)
    inside = ((least >= edges[0]) & (least <= edges[1])).mean("mode")
    excess = tops.isel(S_B=-1) - params.S_B[-1]
    within = "share of singular values within the bulk's edges at the least s_bar"
    result = {
        "s_hat_excess": _interval(excess, "s_hat - s_bar at the largest s_bar"),
        "in_bulk": _interval(inside, within),
        "s_hat": _interval(tops, "largest singular value of the noisy teacher", "S_B"),
        "bulk_edge": variable("side", np.array(edges), "edge of the Marchenko-Pastur bulk"),
    }
    for name, what in _OVERLAPS.items():
        drawn = data[f"{name}_drawn"]
        spread = drawn.transpose("S_B", "teacher").values.std(axis=1, ddof=1)
        result[name] = _interval(drawn, what, "S_B")
        result[f"{name}_spread"] = variable("S_B", spread, f"standard deviation of the {what}")
    side = variable("side", ["lower", "upper"], "side of the bulk")
    return xr.Dataset(result, {"side": side}).merge(_histograms(params, S))


def _interval(samples: xr.DataArray, what: str, *order: str) -> xr.Variable:
    return interval(samples, "teacher", order, what)


def _histograms(params: Aligned, S: xr.DataArray) -> xr.Dataset:
    """Densities per unit of ln s for the least, the middle and the largest S_B."""
    chosen = np.unique([0, len(params.S_B) // 2, len(params.S_B) - 1])
    ends = np.geomspace(0.8 * float(S.min()), 1.2 * float(S.max()), _BINS + 1)
    counts = np.stack([np.histogram(S.isel(S_B=i).values, ends)[0] for i in chosen])
    width = np.log(ends[1] / ends[0])
    density = counts / (S.isel(S_B=0).size * width)
    middle = np.sqrt(ends[1:] * ends[:-1])
    bulk = middle * marchenko_pastur_density(middle, params.N1, params.N3, params.sigma)
    return xr.Dataset(
        {
            "density": variable(
                ("level", "bin"), density, "density of drawn singular values per unit of ln s"
            ),
            "bulk_density": variable("bin", bulk, "Marchenko-Pastur density per unit of ln s"),
        },
        {
            "level": variable("level", np.array(params.S_B)[chosen], "singular value s_bar"),
            "bin": variable("bin", middle, "singular value"),
        },
    )
