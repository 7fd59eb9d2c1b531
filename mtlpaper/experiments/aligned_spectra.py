"""Singular values of drawn noisy teachers against the Marchenko-Pastur bulk and its spikes."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import bootstrap_interval
from mtlpaper.experiments.labels import variable
from mtlpaper.randomness import Streams
from mtlpaper.settings.aligned import Aligned
from mtlpaper.spectra import marchenko_pastur_edges, noisy_spike
from mtlpaper.tasks import make_teacher
from mtlpaper.theory import marchenko_pastur_density

_BINS = 48


def spectra(params: Aligned) -> xr.Dataset:
    """Draw noisy teachers of every S_B and compare their spectra with the predictions.

    Returns
    -------
    xarray.Dataset
        `density` over (level, bin) with `bulk_density` over bin, per unit of ln s; `s_hat`,
        `u_overlap`, `v_overlap` over (bound, S_B) with their predictions and, for the last, its
        scatter; `s_hat_excess` at the largest S_B and `in_bulk` at the smallest, over bound;
        `bulk_edge` over side.
    """
    drawn = [_draw(params, S_bar) for S_bar in params.S_B]
    values = np.stack([one[0] for one in drawn])
    overlaps = np.stack([one[1] for one in drawn])
    edges = np.array(marchenko_pastur_edges(params.N1, params.N3, params.sigma))
    inside = ((values[0] >= edges[0]) & (values[0] <= edges[1])).mean(axis=1)
    tops = values[:, :, 0]
    result = xr.Dataset(
        {
            "s_hat_excess": _interval(
                (), tops[-1] - params.S_B[-1], "s_hat - s_bar at the largest s_bar"
            ),
            "in_bulk": _interval(
                (), inside, "share of singular values within the bulk's edges at the least s_bar"
            ),
            "s_hat": _interval(("S_B",), tops.T, "largest singular value of the noisy teacher"),
            "bulk_edge": variable("side", edges, "edge of the Marchenko-Pastur bulk"),
        }
    )
    for i, name in enumerate(("u_overlap", "v_overlap")):
        what = f"squared overlap of {name[0]}_hat with {name[0]}_bar"
        result[name] = _interval(("S_B",), overlaps[:, :, i].T, what)
        spread = overlaps[:, :, i].std(axis=1, ddof=1)
        result[f"{name}_spread"] = variable("S_B", spread, f"standard deviation of the {what}")
    return result.assign(_predictions(params)).merge(_histograms(params, values))


def _interval(dims: tuple[str, ...], samples: np.ndarray, long_name: str) -> xr.Variable:
    return variable(("bound", *dims), bootstrap_interval(samples), long_name)


def _draw(params: Aligned, S_bar: float) -> tuple[np.ndarray, np.ndarray]:
    """Singular values (teacher, k) and squared overlaps (teacher, 2) of u and v."""
    size = (params.N1, params.N3, np.array([S_bar]), params.sigma)
    teachers = [
        make_teacher(*size, Streams(params.seed, i), centred=True) for i in range(params.n_teachers)
    ]
    U, S, Vt = np.linalg.svd(np.stack([t.Sigma_hat for t in teachers]), full_matrices=False)
    u_bar, v_bar = (
        np.stack([getattr(t, name)[:, 0] for t in teachers]) for name in ("U_bar", "V_bar")
    )
    u = np.einsum("nc,nc->n", U[:, :, 0], u_bar) ** 2
    v = np.einsum("ni,ni->n", Vt[:, 0], v_bar) ** 2
    return S, np.stack([u, v], axis=1)


def _predictions(params: Aligned) -> dict[str, xr.Variable]:
    spikes = [noisy_spike(S, params.N1, params.N3, params.sigma) for S in params.S_B]
    return {
        f"{name}_predicted": variable("S_B", [getattr(s, name) for s in spikes], f"{name}, (T 10)")
        for name in ("s_hat", "u_overlap", "v_overlap")
    }


def _histograms(params: Aligned, values: Float[np.ndarray, "S_B teacher k"]) -> xr.Dataset:
    """Densities per unit of ln s for the least, the middle and the largest S_B."""
    chosen = np.unique([0, len(params.S_B) // 2, len(params.S_B) - 1])
    low, high = 0.8 * values.min(), 1.2 * values.max()
    ends = np.geomspace(low, high, _BINS + 1)
    counts = np.stack([np.histogram(values[i], ends)[0] for i in chosen])
    width = np.log(ends[1] / ends[0])
    middle = np.sqrt(ends[1:] * ends[:-1])
    bulk = middle * marchenko_pastur_density(middle, params.N1, params.N3, params.sigma)
    return xr.Dataset(
        {
            "density": variable(
                ("level", "bin"),
                counts / (values[0].size * width),
                "density of drawn singular values per unit of ln s",
            ),
            "bulk_density": variable("bin", bulk, "Marchenko-Pastur density per unit of ln s"),
        },
        {
            "level": variable("level", np.array(params.S_B)[chosen], "singular value s_bar"),
            "bin": variable("bin", middle, "singular value"),
            "side": variable("side", ["lower", "upper"], "side of the bulk"),
        },
    )
