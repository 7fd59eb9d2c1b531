"""Scan settings that the paper does not state, and compare benefits with the axes of its figures.

The rule: the `n_finalists` settings of linear students closest to the first three axes are kept,
each with its best way to average. Deep students of every kind are trained in these settings. The
setting closest to all four axes is chosen; among equally close ones, that whose s0 is nearest to
the first value in Figure 1. There are three stages: linear students, deep students of
the finalists, and both readings of the noise in the chosen setting.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import DeepUnit, Unit, bootstrap_interval
from mtlpaper.chapters.common.labels import BOUND, variable
from mtlpaper.chapters.common.two_tasks.experiment import (
    against_alone,
    gain,
    grid,
    main_tasks,
    networks,
    problem_of,
    seeds,
    task_coordinates,
    training_of,
)
from mtlpaper.chapters.common.two_tasks.segments import snr_bins
from mtlpaper.chapters.unstated.parameters import Unstated
from mtlpaper.companion.contract import Grid, Labels, Stage
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES, FIGURE1_SINGULAR_VALUE
from mtlpaper.training import Activation

#: Ways to bin S_B. Like the number of high-SNR main tasks they need no further training.
BINS = ("halves", "ends")
ACTIVATIONS: tuple[Activation, ...] = ("every", "between")
READINGS = ("weight", "sample")
#: Settings whose distance exceeds the least by at most this count as equally close; two datasets
#: more or fewer change a distance by about this much.
TIE = 0.03
#: The panels of linear students; the fourth panel shows deep ones.
PANELS = tuple(BENEFIT_AXES)[:3]
_SETTING = ("size", "s0", "sigma", "inputs")
_FINALIST = (*_SETTING, "bins", "n_high")
_ENDS = variable("end", ["low", "high"], "end of the range")

Fields = dict[str, Any]


def distance(span: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Root mean square distance of both ends of spans (..., 2) from those of axes (..., 2).

    In units of the width of each axis.
    """
    width = axis[..., 1:] - axis[..., :1]
    return np.asarray(np.sqrt((((span - axis) / width) ** 2).mean(axis=-1)))


def total_distance(first_three: np.ndarray, fourth: np.ndarray) -> np.ndarray:
    """Root mean square distance from all four axes."""
    panels = len(PANELS)
    return np.asarray(np.sqrt((panels * first_three**2 + fourth**2) / (panels + 1)))


def _argmin(values: xr.DataArray) -> dict[Hashable, xr.DataArray]:
    """Position of the least value along every dimension."""
    found = values.argmin(...)
    assert isinstance(found, dict)  # as xarray returns it for several dimensions
    return found


def closest(distances: xr.DataArray, n: int) -> list[Fields]:
    """The n settings of least distance, each with its best way to average, nearest first.

    Parameters
    ----------
    distances : xarray.DataArray
        Over the settings and the two ways to average, `bins` and `n_high`.
    n : int
        Number of settings to return, or all if there are fewer.
    """
    settings = [name for name in distances.dims if name not in ("bins", "n_high")]
    best = distances.stack(setting=settings).stack(average=["bins", "n_high"])
    order = best.min("average").argsort().values[:n]
    found = []
    for index in order:
        row = best.isel(setting=index)
        row = row.isel(average=int(row.values.argmin()))
        named = {str(name): row[name].item() for name in (*settings, "bins", "n_high")}
        found.append(named | {"distance": float(row)})
    return found


def choose(total: xr.DataArray, finalists: Sequence[Fields]) -> Fields:
    """The finalist and the kind of deep student of least total distance.

    Among equally close ones the ratio of s0 to the first value in Figure 1 decides, then distance.

    Parameters
    ----------
    total : xarray.DataArray
        Over (finalist, activation, scale).
    finalists : sequence of dict
        As `closest` returns them.
    """
    away = [abs(np.log(setting["s0"] / FIGURE1_SINGULAR_VALUE[0])) for setting in finalists]
    start = xr.DataArray(np.round(away, 9), dims="finalist")
    # The factor makes the start outweigh any distance; distances are a few units at most.
    rank = (total + 1e3 * start).where(total <= float(total.min()) + TIE)
    best = {str(name): int(index) for name, index in _argmin(rank).items()}
    kind = total.isel(best)
    setting = {name: v for name, v in finalists[best["finalist"]].items() if name != "distance"}
    return setting | {name: kind[name].item() for name in ("activation", "scale")}


# ------------------------------------------------------------------------------- linear students


def measure_linear(params: Unstated, _: xr.Dataset) -> Iterator[Grid]:
    """Linear students at the corners of the first three panels, in every setting."""
    points = {f"{n} + {n_aux}": (n, n_aux) for n, n_aux in _points(params)}

    def unit(point: str, S_A: float, seed: int, **setting: Any) -> Unit:
        return _unit(params, points[point], S_A, seed, setting)

    over = {
        "size": Labels(params.sizes, "inputs and hidden units"),
        "s0": Labels(params.s0, "initial singular value"),
        "sigma": Labels(params.sigmas, "noise level"),
        "inputs": Labels(params.input_rules, "inputs of the auxiliary task"),
        "seed": seeds(params),
        "point": Labels(tuple(points), "training points of the main and the auxiliary task"),
        "S_A": main_tasks(params),
    }
    yield grid(over, unit, params, suffix="_linear")


def derive_linear(params: Unstated, data: xr.Dataset) -> xr.Dataset:
    """Ranges of the three panels and their distance from the published ones; the finalists.

    Returns
    -------
    xarray.Dataset
        `span` over (size, s0, sigma, inputs, bins, n_high, panel, end) and its `distance`; of the
        finalists their `finalist_*` settings and `finalist_distance`.
    """
    benefit = gain(params, data["loss_linear"].mean("group")).mean("seed")
    span = np.stack(
        [
            np.stack([_spans(params, benefit, bins, high) for high in _n_high(params)], axis=-3)
            for bins in BINS
        ],
        axis=-4,
    )
    axis = np.array([BENEFIT_AXES[panel] for panel in PANELS])
    each = distance(span, axis)
    dims = (*_SETTING, "bins", "n_high")
    far = variable(dims, np.sqrt((each**2).mean(axis=-1)), "distance from the published axes")
    coords = {
        **{name: data[name].variable for name in _SETTING},
        "bins": variable("bins", list(BINS), "which S_B are low and high"),
        "n_high": variable("n_high", _n_high(params), "high-SNR main tasks"),
        "panel": variable("panel", list(PANELS), "panel of the paper's figures"),
        "end": _ENDS,
    }
    finalists = closest(xr.DataArray(far, {d: coords[d] for d in dims}), params.n_finalists)
    return xr.Dataset(
        {
            "span": variable((*dims, "panel", "end"), span, "range of the benefit", "nats"),
            "axis": variable(("panel", "end"), axis, "first and last published tick", "nats"),
            "distance": far,
            "finalist_distance": variable(
                "finalist", [f["distance"] for f in finalists], "distance from the first three axes"
            ),
            **{
                f"finalist_{name}": variable("finalist", [f[name] for f in finalists], name)
                for name in _FINALIST
            },
        },
        {**coords, "finalist": variable("finalist", np.arange(1, len(finalists) + 1), "place")},
    )


def _points(params: Unstated) -> list[tuple[int, int]]:
    """Training set sizes of all panels, each once: Figure 2 left, right, Figure 3 left."""
    figure2 = sorted({params.n_train_left, *params.n_train_right})
    sizes = [(n, n) for n in figure2] + [(params.n_main, n) for n in params.n_aux]
    return list(dict.fromkeys(sizes))


def _unit(
    params: Unstated, point: tuple[int, int], S_A: float, seed: int, setting: Fields, **changes: Any
) -> Unit:
    problem = problem_of(params, *point, S_A, seed, **(_fields(setting) | changes))
    training = training_of(params, point[0])
    return Unit(problem, training, problem.N1, setting["s0"], "orthogonal")


def _spans(
    params: Unstated, benefit: xr.DataArray, bins: str, n_high: int
) -> Float[np.ndarray, "*setting panel end"]:
    """Least and largest benefit of every panel, averaged as the figures are."""
    mean = _binned(params, benefit, bins).transpose(*_SETTING, "point", "S_A", "snr", "r_AB")

    def span(chosen: Sequence[tuple[int, int]], *, averaged: bool) -> np.ndarray:
        part = mean.sel(point=[f"{n} + {n_aux}" for n, n_aux in chosen])
        part = part.isel(S_A=slice(-n_high, None)).mean("S_A") if averaged else part
        over = [dim for dim in part.dims if dim not in _SETTING]
        return np.stack([part.min(over).values, part.max(over).values], axis=-1)

    left = span([(params.n_train_left,) * 2], averaged=False)
    right = span([(n, n) for n in params.n_train_right], averaged=True)
    auxiliary = span([(params.n_main, n) for n in params.n_aux], averaged=True)
    return np.stack([left, right, auxiliary], axis=-2)


def _binned(params: Unstated, benefit: xr.DataArray, bins: str) -> xr.DataArray:
    """Mean benefit of low and high S_B, along `snr`."""
    parts = [benefit.isel(S_B=part).mean("S_B") for part in snr_bins(params.S_B, bins)]
    return xr.concat(parts, dim="snr")


def _fields(setting: Fields) -> Fields:
    """Fields of a problem given by a setting."""
    return {"N1": setting["size"], "sigma": setting["sigma"], "inputs": setting["inputs"]}


def _n_high(params: Unstated) -> list[int]:
    """Possible numbers of high-SNR main tasks."""
    return list(range(1, len(params.S_A) + 1))


# --------------------------------------------------------------------------------- deep students


def finalists_of(data: xr.Dataset) -> list[Fields]:
    """The finalists, nearest first."""
    return [
        {name: data[f"finalist_{name}"].values[i].item() for name in (*_FINALIST, "distance")}
        for i in range(data.sizes["finalist"])
    ]


def measure_deep(params: Unstated, data: xr.Dataset) -> Iterator[Grid]:
    """Figure 3 right for every kind of deep student, with every finalist's setting.

    Only the first dataset is used, since deep students take the longest, and only the main tasks of
    high SNR in the finalist's way to average.
    """
    finalists = finalists_of(data)

    def unit(
        finalist: int, activation: Activation, scale: float, depth: int, S_A: float
    ) -> DeepUnit | None:
        setting = finalists[finalist - 1]
        if S_A not in params.S_A[-setting["n_high"] :]:
            return None
        n = params.n_train_left
        return DeepUnit(
            problem_of(params, n, n, S_A, 0, **_fields(setting)),
            training_of(params, n, learning_rate=params.deep_learning_rate),
            setting["size"],
            depth,
            activation,
            scale,
        )

    over = {
        "finalist": Labels(range(1, len(finalists) + 1), "place"),
        "activation": Labels(ACTIVATIONS, "which layers end in a ReLU"),
        "scale": Labels(params.scales, "scale of the initial weights"),
        "depth": Labels(params.depth, "hidden layers"),
        "S_A": main_tasks(params),
    }
    yield grid(over, unit, params, suffix="_deep")


def derive_deep(params: Unstated, data: xr.Dataset) -> xr.Dataset:
    """Distances of deep students from the fourth axis, and the setting closest to all four.

    Returns
    -------
    xarray.Dataset
        `deep_span` over (finalist, activation, scale, end), its `deep_distance`, `total_distance`,
        and the `chosen_*` setting.
    """
    finalists = finalists_of(data)
    benefit = gain(params, data["loss_deep"].mean("group")).mean("S_A")  # others are NaN
    spans = []
    for i, setting in enumerate(finalists):
        mean = _binned(params, benefit.isel(finalist=i), setting["bins"])
        over = ["depth", "snr", "r_AB"]
        spans.append(np.stack([mean.min(over).values, mean.max(over).values], axis=-1))
    axis = np.array(BENEFIT_AXES["Figure 3, right"])
    far = distance(np.array(spans), axis)
    near = data["finalist_distance"].values[:, None, None]
    kind = ("finalist", "activation", "scale")
    total = variable(kind, total_distance(near, far), "distance from all four axes")
    chosen = choose(xr.DataArray(total, {d: data[d].variable for d in kind}), finalists)
    return xr.Dataset(
        {
            "deep_span": variable((*kind, "end"), spans, "range of the benefit", "nats"),
            "deep_axis": variable("end", axis, "first and last published tick", "nats"),
            "deep_distance": variable(kind, far, "distance from the fourth axis"),
            "total_distance": total,
            **{
                f"chosen_{name}": variable((), value, f"chosen {name}")
                for name, value in chosen.items()
            },
        },
        {"end": _ENDS},
    )


# ------------------------------------------------------------------------------ readings of noise


def measure_readings(params: Unstated, data: xr.Dataset) -> Iterator[Grid]:
    """Unrelated tasks under both readings of the noise, in the chosen setting."""
    chosen = {name: data[f"chosen_{name}"].item() for name in _SETTING}
    n = params.n_train_left

    def unit(noise: str, seed: int, S_A: float) -> Unit:
        return _unit(params, (n, n), S_A, seed, chosen, noise=noise, r_AB=(0.0,))

    over = {
        "noise": Labels(READINGS, "reading of the noise"),
        "seed": seeds(params),
        "S_A": main_tasks(params),
    }
    beside = networks((f"S_B = {S_B:g}" for S_B in params.S_B), "unrelated")
    yield grid(over, unit, params, "_unrelated", beside)


def derive_readings(params: Unstated, data: xr.Dataset) -> xr.Dataset:
    """`harm` over (bound, noise, S_B): the benefit from unrelated tasks."""
    benefit = against_alone(data["loss_unrelated"].mean("group"), "unrelated", "S_B")
    samples = benefit.transpose("noise", "seed", "S_A", "S_B").values
    harm = np.stack([bootstrap_interval(one.mean(axis=1)) for one in samples], axis=1)
    what = "benefit from an unrelated task"
    return xr.Dataset(
        {"harm": variable(("bound", "noise", "S_B"), harm, what, "nats")},
        {"bound": BOUND, "S_B": task_coordinates(params)["S_B"]},
    )


STAGES = (
    Stage(measure_linear, derive_linear),
    Stage(measure_deep, derive_deep),
    Stage(measure_readings, derive_readings),
)
