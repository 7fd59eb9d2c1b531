"""Train the networks of a unit to their minima: linear students, deep ReLU students."""

from collections.abc import Callable

import numpy as np

from mtlpaper.benefit.data import Data, draw_data, generalisation, test_points, validation_points
from mtlpaper.benefit.units import DeepUnit, Training, Unit
from mtlpaper.students import Student, gaussian, orthogonal, with_biases
from mtlpaper.training import (
    LabelledPoints,
    LinearDescent,
    Measure,
    Minima,
    ReLUDescent,
    Schedule,
    Score,
    TrainingSet,
    deep_student,
    descend_to_minima,
    shared_orders,
)

#: Most networks trained as one batch; more would not fit the processor's cache.
BLOCK, DEEP_BLOCK = 50, 3


def linear_unit(unit: Unit) -> dict[str, np.ndarray]:
    """Train the linear students of a unit to their minima; returns `minima_arrays`."""
    problem, training = unit.problem, unit.training
    data = draw_data(problem, unit.alpha_B)
    student = initial_student(unit, data)
    test = generalisation(data, problem, training)
    validation = validation_points(data, problem, training)

    def descend(chosen: slice) -> Minima:
        descent = linear_descent(student, data, chosen, unit)
        return find_minima(descent, lambda: test(descent), validation, training)

    return _in_blocks(descend, problem.n_networks, BLOCK, training)


def linear_descent(student: Student, data: Data, chosen: slice, unit: Unit) -> LinearDescent:
    """Gradient descent of the `chosen` networks of a unit."""
    training = unit.training
    sets, alphas = _part(data, chosen)
    turns = (1, int(unit.alpha_B)) if training.alternating else ()
    if unit.biases:
        sets = [TrainingSet(_with_ones(part.X), part.Y) for part in sets]
    if training.alternating:  # the weight is in the turns
        alphas = (alphas > 0).astype(float)
    orders = zip(sets, data.streams.rng("batches").spawn(len(sets)), strict=True)
    return LinearDescent.on_sets(
        [student] * len(alphas),
        sets,
        alphas,
        training.learning_rate,
        batch_size=training.batch_size,
        orders=[shared_orders(part.Y.shape[2], rng) for part, rng in orders],
        turns=turns,
        device=training.device,
        dtype=training.dtype,
    )


def deep_unit(unit: DeepUnit) -> dict[str, np.ndarray]:
    """Train the deep ReLU students of a unit to their minima; returns `minima_arrays`."""
    problem, training = unit.problem, unit.training
    data = draw_data(problem)
    rng = data.streams.rng("student")
    sizes = (problem.N1, unit.N2, problem.N3, unit.depth)
    student = deep_student(
        *sizes, unit.scale, rng, initial=unit.initial, n_tasks=2, biases=unit.biases
    )
    test = test_points(data, problem, training)
    validation = validation_points(data, problem, training)

    def descend(chosen: slice) -> Minima:
        sets, alphas = _part(data, chosen)
        descent = ReLUDescent(
            [student] * len(alphas),
            sets,
            alphas,
            training.learning_rate,
            activation=unit.activation,
            device=training.device,
            dtype=training.dtype,
        )
        return find_minima(descent, lambda: test(descent.logits), validation, training)

    # Few networks at a time suit a core's cache; a GPU takes them all.
    block = DEEP_BLOCK if training.device == "cpu" else problem.n_networks
    return _in_blocks(descend, problem.n_networks, block, training)


def _with_ones(X: np.ndarray) -> np.ndarray:
    """Inputs with one more that is always 1."""
    return np.concatenate([X, np.ones((X.shape[0], 1, X.shape[2]))], axis=1)


def initial_student(unit: Unit, data: Data) -> Student:
    """Initial weights, the same in all networks of a unit."""
    problem, rng = unit.problem, data.streams.rng("student")
    sizes = (problem.N1, unit.N2, problem.N3)
    if unit.initial == "orthogonal":
        student = orthogonal(*sizes, unit.s0, rng, n_tasks=2, layers=unit.layers)
    else:  # the product of k Gaussian layers of scale c has singular values around c^k
        scale = unit.s0 ** (1 / (unit.layers + 1))
        student = gaussian(*sizes, scale, rng, n_tasks=2, layers=unit.layers)
    return with_biases(student, rng) if unit.biases else student


def find_minima(
    descent: LinearDescent | ReLUDescent,
    score: Callable[[], Score],
    validation: LabelledPoints | None,
    training: Training,
) -> Minima:
    """Descend to the minima of the test loss and of the validation losses, if there are any."""

    def measure() -> Measure:
        seen = score()
        if validation is None:
            return Measure(seen.loss, seen.accuracy, np.empty((len(descent), 0)))
        return Measure(seen.loss, seen.accuracy, validation.losses(descent.logits)[:, :, 0])

    every = max(1, round(training.look_every / training.learning_rate))
    schedule = Schedule(
        every,
        training.t_max,
        stop_early=training.stop_early,
        growth=training.look_growth,
    )
    return descend_to_minima(descent, measure, schedule)


def minima_arrays(minima: Minima, *, curves: bool) -> dict[str, np.ndarray]:
    """Results of one unit as arrays; the first axis is the network, first the single-task one.

    `loss` (net, group), `t`, `accuracy` and `t_end` (net), `chosen_loss` (net, rule, group) with
    the rules noise-free and noisy validation; with `curves` also `curves` (net, time) and `times`.
    """
    names = ("loss", "t", "accuracy", "chosen_loss", "t_end")
    arrays = {name: getattr(minima, name) for name in names}
    return arrays | ({"curves": minima.curves.T, "times": minima.times} if curves else {})


def _part(data: Data, chosen: slice) -> tuple[list[TrainingSet], np.ndarray]:
    return [TrainingSet(part.X, part.Y[chosen]) for part in data.sets], data.alphas[chosen]


def _in_blocks(
    descend: Callable[[slice], Minima], n: int, block: int, training: Training
) -> dict[str, np.ndarray]:
    """Descend block by block and join the results; curves are padded with NaN at their ends."""
    parts = [
        minima_arrays(descend(slice(start, start + block)), curves=training.curves)
        for start in range(0, n, block)
    ]
    times = max((part.pop("times") for part in parts if "times" in part), key=len, default=None)
    if times is None:
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    for part in parts:
        missing = times.size - part["curves"].shape[1]
        part["curves"] = np.pad(part["curves"], ((0, 0), (0, missing)), constant_values=np.nan)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return joined | {"times": times}
