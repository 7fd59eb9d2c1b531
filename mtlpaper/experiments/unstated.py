"""Scan the settings that the paper leaves unsaid, against the axes of its figures."""

from collections.abc import Callable, Hashable, Sequence
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from mtlpaper.benefit import DeepUnit, Unit, bootstrap_interval, deep_unit, linear_unit
from mtlpaper.experiments.benefits import in_order, problem_of, snr_bins, training_of
from mtlpaper.experiments.labels import bound_coordinate, variable
from mtlpaper.published import BENEFIT_AXES, FIGURE1_SINGULAR_VALUE
from mtlpaper.settings.unstated import Unstated
from mtlpaper.training import Activation

#: Ways to bin S_B; like the number of high-SNR main tasks they need no new training.
BINS = ("halves", "ends")
ACTIVATIONS: tuple[Activation, ...] = ("every", "between")
READINGS = ("weight", "sample")
#: Settings whose distance exceeds the least by at most this are equally close: about what two
#: datasets more or fewer change.
TIE = 0.03
#: The panels of linear students; the fourth shows deep ones.
PANELS = tuple(BENEFIT_AXES)[:3]

Benefit = Float[np.ndarray, "seed point S_A S_B r_AB"]
Fields = dict[str, Any]


def compute(params: Unstated) -> xr.Dataset:
    """Train the corners of every figure in every setting, and choose by the rule.

    The rule: of all settings of linear students, the `n_finalists` closest to the first three axes
    go on, each with its best way to average; deep students of every kind are trained with them;
    the closest to all four axes wins, and among equally close ones that whose s0 is nearest to
    where Figure 1 starts.

    Returns
    -------
    xarray.Dataset
        `span` over (size, s0, sigma, inputs, bins, n_high, panel, end) and its `distance`; of the
        finalists their `finalist_*` settings and `finalist_distance`, of deep students with them
        `deep_span` over (finalist, activation, scale, end) and `total_distance`; the `chosen_*`
        setting; and with it, under both readings of the noise, `harm` over (bound, noise, S_B), the
        benefit from unrelated tasks.
    """
    data = linear(params)
    finalists = closest(data["distance"], params.n_finalists)
    data = data.merge(deep(params, finalists))
    chosen = choose(data["total_distance"], finalists)
    data = data.assign(
        {f"chosen_{name}": variable((), value, f"chosen {name}") for name, value in chosen.items()}
    )
    return data.merge(readings(params, chosen))


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
        At most; there may be fewer settings.
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

    Equally close ones are told apart by the ratio of s0 to where Figure 1 starts, then by distance.

    Parameters
    ----------
    total : xarray.DataArray
        Over (finalist, activation, scale).
    finalists : sequence of dict
        As `closest` returns them.
    """
    away = [abs(np.log(setting["s0"] / FIGURE1_SINGULAR_VALUE[0])) for setting in finalists]
    start = xr.DataArray(np.round(away, 9), dims="finalist")
    # The start decides: it outweighs any distance, which is at most some units.
    rank = (total + 1e3 * start).where(total <= float(total.min()) + TIE)
    best = {str(name): int(index) for name, index in _argmin(rank).items()}
    kind = total.isel(best)
    setting = {name: v for name, v in finalists[best["finalist"]].items() if name != "distance"}
    return setting | {name: kind[name].item() for name in ("activation", "scale")}


def linear(params: Unstated) -> xr.Dataset:
    """Range of every panel of linear students in every setting, and its distance."""
    shape = tuple(map(len, (params.sizes, params.s0, params.sigmas, params.input_rules)))
    settings = list(product(params.sizes, params.s0, params.sigmas, params.input_rules))
    points = _points(params)
    units = [
        _unit(params, point, S_A, replicate, s0, {"N1": size, "sigma": sigma, "inputs": inputs})
        for size, s0, sigma, inputs in settings
        for replicate in range(params.n_seeds)
        for point in points
        for S_A in params.S_A
    ]
    benefit = _benefits(params, in_order(linear_unit, units), (len(settings), len(points)))
    span = np.array(
        [
            [[_spans(params, b, bins, high) for high in _n_high(params)] for bins in BINS]
            for b in benefit
        ]
    )
    span = span.reshape(*shape, len(BINS), len(_n_high(params)), len(PANELS), 2)
    published = np.array([BENEFIT_AXES[panel] for panel in PANELS])
    each = distance(span, published)
    dims = ("size", "s0", "sigma", "inputs", "bins", "n_high")
    return xr.Dataset(
        {
            "span": variable((*dims, "panel", "end"), span, "range of the benefit", "nats"),
            "axis": variable(("panel", "end"), published, "first and last published tick", "nats"),
            "distance": variable(
                dims, np.sqrt((each**2).mean(axis=-1)), "distance from the published axes"
            ),
        },
        {
            "size": variable("size", list(params.sizes), "inputs and hidden units"),
            "s0": variable("s0", list(params.s0), "initial singular value"),
            "sigma": variable("sigma", list(params.sigmas), "noise level"),
            "inputs": variable("inputs", list(params.input_rules), "inputs of the auxiliary task"),
            "bins": variable("bins", list(BINS), "which S_B are low and high"),
            "n_high": variable("n_high", _n_high(params), "high-SNR main tasks"),
            "panel": variable("panel", list(PANELS), "panel of the paper's figures"),
            "end": variable("end", ["low", "high"], "end of the range"),
        },
    )


def _points(params: Unstated) -> list[tuple[int, int]]:
    """Training set sizes of all panels, each once: Figure 2 left, right, Figure 3 left."""
    figure2 = sorted({params.n_train_left, *params.n_train_right})
    sizes = [(n, n) for n in figure2] + [(params.n_main, n) for n in params.n_aux]
    return list(dict.fromkeys(sizes))


def _unit(
    params: Unstated, point: tuple[int, int], S_A: float, replicate: int, s0: float, setting: Fields
) -> Unit:
    problem = problem_of(params, *point, S_A, replicate, **setting)
    training = training_of(params, point[0])
    return Unit(problem, training, problem.N1, s0, "orthogonal")


def _benefits(
    params: Unstated, results: Sequence[Any], groups: tuple[int, ...]
) -> Float[np.ndarray, "setting seed point S_A S_B r_AB"]:
    """Benefits of units that vary first by setting, then dataset, point and main task."""
    loss = np.stack([result["loss"].mean(axis=1) for result in results])
    gain = loss[:, :1] - loss[:, 1:]
    settings, points = groups
    cell = (len(params.S_B), len(params.r_AB))
    return gain.reshape(settings, params.n_seeds, points, len(params.S_A), *cell)


def _spans(params: Unstated, benefit: Benefit, bins: str, n_high: int) -> list[list[float]]:
    """Least and largest benefit of every panel, averaged as the figures are."""
    points = _points(params)
    parts = snr_bins(params.S_B, bins)
    mean = np.stack([benefit[..., part, :].mean(axis=-2) for part in parts], axis=-2).mean(axis=0)

    def span(chosen: Sequence[tuple[int, int]], average: Callable[[np.ndarray], np.ndarray]) -> Any:
        values = average(mean[[points.index(point) for point in chosen]])
        return [values.min(), values.max()]

    left = span([(params.n_train_left,) * 2], lambda m: m)
    right = span([(n, n) for n in params.n_train_right], lambda m: m[:, -n_high:].mean(axis=1))
    auxiliary = span(
        [(params.n_main, n) for n in params.n_aux], lambda m: m[:, -n_high:].mean(axis=1)
    )
    return [left, right, auxiliary]


def deep(
    params: Unstated,
    finalists: Sequence[Fields],
    activations: Sequence[Activation] = ACTIVATIONS,
) -> xr.Dataset:
    """Range of Figure 3 right for every kind of deep student, with every finalist's setting.

    Of the first dataset only, since deep students take the longest.
    """
    kinds = list(product(activations, params.scales, params.depth))
    jobs = [
        DeepUnit(
            problem_of(
                params, params.n_train_left, params.n_train_left, S_A, 0, **_fields(setting)
            ),
            training_of(
                params,
                params.n_train_left,
                learning_rate=params.deep_learning_rate,
            ),
            setting["size"],
            depth,
            activation,
            scale,
        )
        for setting in finalists
        for activation, scale, depth in kinds
        for S_A in _main(params, setting)
    ]
    results = iter(in_order(deep_unit, jobs))
    shape = (len(activations), len(params.scales), len(params.depth))
    span = []
    for setting in finalists:
        n = len(kinds) * len(_main(params, setting))
        loss = np.stack([next(results)["loss"].mean(axis=1) for _ in range(n)])
        gain = (loss[:, :1] - loss[:, 1:]).reshape(*shape, -1, len(params.S_B), len(params.r_AB))
        parts = snr_bins(params.S_B, setting["bins"])
        mean = gain.mean(axis=3)
        binned = np.stack([mean[..., part, :].mean(axis=-2) for part in parts], axis=-2)
        flat = binned.reshape(*shape[:2], -1)
        span.append(np.stack([flat.min(axis=-1), flat.max(axis=-1)], axis=-1))
    published = np.array(BENEFIT_AXES["Figure 3, right"])
    far = distance(np.array(span), published)
    near = np.array([setting["distance"] for setting in finalists])
    kind = ("finalist", "activation", "scale")
    names = [name for name in finalists[0] if name != "distance"]
    return xr.Dataset(
        {
            "deep_span": variable((*kind, "end"), span, "range of the benefit", "nats"),
            "deep_axis": variable("end", published, "first and last published tick", "nats"),
            "deep_distance": variable(kind, far, "distance from the fourth axis"),
            "total_distance": variable(
                kind, total_distance(near[:, None, None], far), "distance from all four axes"
            ),
            "finalist_distance": variable("finalist", near, "distance from the first three axes"),
            **{
                f"finalist_{name}": variable("finalist", [f[name] for f in finalists], name)
                for name in names
            },
        },
        {
            "finalist": variable("finalist", np.arange(1, len(finalists) + 1), "place"),
            "activation": variable("activation", list(activations), "which layers end in a ReLU"),
            "scale": variable("scale", list(params.scales), "scale of the initial weights"),
        },
    )


def _fields(setting: Fields) -> Fields:
    """A setting as fields of a problem."""
    return {"N1": setting["size"], "sigma": setting["sigma"], "inputs": setting["inputs"]}


def _main(params: Unstated, setting: Fields) -> list[float]:
    """Main tasks that are of high SNR in a setting."""
    return list(params.S_A[-setting["n_high"] :])


def _n_high(params: Unstated) -> list[int]:
    """How many main tasks may count as high SNR."""
    return list(range(1, len(params.S_A) + 1))


def readings(params: Unstated, chosen: Fields) -> xr.Dataset:
    """Benefit from unrelated tasks under both readings of the noise, at the left panel's points."""
    n = params.n_train_left
    changes = _fields(chosen) | {"r_AB": (0.0,)}
    units = [
        _unit(params, (n, n), S_A, replicate, chosen["s0"], changes | {"noise": noise})
        for noise in READINGS
        for replicate in range(params.n_seeds)
        for S_A in params.S_A
    ]
    loss = np.stack([result["loss"].mean(axis=1) for result in in_order(linear_unit, units)])
    gain = (loss[:, :1] - loss[:, 1:]).reshape(
        len(READINGS), params.n_seeds, len(params.S_A), len(params.S_B)
    )
    interval = np.stack([bootstrap_interval(g.mean(axis=1)) for g in gain], axis=1)
    return xr.Dataset(
        {
            "harm": variable(
                ("bound", "noise", "S_B"), interval, "benefit from an unrelated task", "nats"
            )
        },
        {
            "noise": variable("noise", list(READINGS), "reading of the noise"),
            "S_B": variable("S_B", list(params.S_B), "singular value of the auxiliary teacher"),
            **bound_coordinate(),
        },
    )
