"""What every experiment's data would look like if all that the paper says were true of them."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.two_tasks.sources import SOURCES
from mtlpaper.chapters.digits.experiment import EFFECTS as DIGITS_EFFECTS
from mtlpaper.chapters.wide_sharing.parameters import POSTERIORS
from mtlpaper.companion import registry
from mtlpaper.companion.claims import Claim
from mtlpaper.companion.claims.parts import BOUNDS
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES

EFFECTS = {
    "related minus unrelated, high S_B": 0.1,
    "high minus low S_B, related": 0.1,
    "high minus low S_B, unrelated": -0.1,
    "unrelated, low S_B": 0.0,
    "unrelated, high S_B": -0.1,
    "related, high S_B": 0.1,
}
#: Half the width of every interval.
ERROR = 1e-3


def interval(values: Any, *, error: float = ERROR) -> np.ndarray:
    """Estimate, low and high along a first axis."""
    given = np.asarray(values, dtype=float)
    return np.stack([given, given - error, given + error])


def dataset(variables: Mapping[str, tuple[tuple[str, ...], Any]], **coords: Any) -> xr.Dataset:
    """Build a dataset; variables over `bound` get its labels."""
    if any("bound" in dims for dims, _ in variables.values()):
        coords["bound"] = list(BOUNDS)
    return xr.Dataset(dict(variables), coords)


def effects(*shape: int) -> np.ndarray:
    """The published directions, the last axis over `effect`."""
    return np.broadcast_to(list(EFFECTS.values()), (*shape, len(EFFECTS))).copy()


def panel(name: str, *shape: int) -> np.ndarray:
    """Benefits that run through a published axis."""
    return np.linspace(*BENEFIT_AXES[name], int(np.prod(shape))).reshape(shape)


def figure1() -> xr.Dataset:
    ends = np.array([[1.6, 1.62, 1.58, 1.6], [1.4, 1.42, 1.38, 1.4]])
    return dataset(
        {
            "s_sgd": (("N3", "seed", "time"), np.stack([np.ones((2, 4)), ends], axis=-1)),
            "gap": (("bound", "N3"), interval([0.01, 0.02])),
            "gap_start": (("bound", "s0", "N3"), interval(np.full((3, 2), 0.01))),
        },
        N3=[2, 20],
        seed=range(4),
        time=[0.0, 5.0],
        s0=[0.3, 1.0, 3.0],
    )


def spectrum() -> xr.Dataset:
    return dataset(
        {
            "rate": (("sigma", "imbalance", "N3", "window"), np.ones((2, 2, 2, 2))),
            "kind": (("sigma", "imbalance", "N3"), np.full((2, 2, 2), "exponential")),
        },
        window=["first fifth", "last fifth"],
        sigma=[0.0, 0.5],
        imbalance=[0.0, 1.0],
        N3=[2, 20],
    )


def finite_data() -> xr.Dataset:
    data = dataset(
        {"gap": (("bound", "theory", "N1", "N3"), interval(np.full((2, 3, 2), 0.01)))},
        theory=["eq3", "T7a"],
        N1=[10, 100, 200],
        N3=[2, 20],
    )
    return data.assign_attrs(parameters='{"n_train": 100}')


def aligned() -> xr.Dataset:
    return dataset(
        {
            "s_hat_excess": (("bound",), interval(0.3)),
            "in_bulk": (("bound",), interval(0.99)),
            "s_difference": (("label_rule", "S_A", "S_B", "rho", "r_AB"), np.zeros((2,) * 5)),
        },
        label_rule=["soft", "argmax"],
        S_A=[1.0, 10.0],
        S_B=[0.1, 10.0],
        rho=[0.0, 0.5],
        r_AB=[0.0, 1.0],
    )


def table1() -> xr.Dataset:
    shapes = {
        "row_a": (("n_train", "S_A", "S_B"), 0.0),
        "row_b": (("n_train", "S_A", "r_related"), 0.1),
        "row_c_grows": (("n_limited", "S_A", "S_B"), 0.1),
        "row_c_harms": (("n_limited", "S_A", "r_weak"), -0.1),
        "row_d": (("S_A", "S_B", "r_AB"), 0.0),
    }
    variables = {
        name: (("bound", "source", *dims), interval(np.full((2,) * (1 + len(dims)), value)))
        for name, (dims, value) in shapes.items()
    }
    return dataset(
        variables,
        source=["measured", "theory"],
        n_train=[200, 3200],
        n_limited=[200, 400],
        S_A=[1.0, 10.0],
        S_B=[0.1, 10.0],
        r_AB=[0.0, 1.0],
        r_related=[0.5, 1.0],
        r_weak=[0.05, 0.1],
    )


def bound() -> xr.Dataset:
    return dataset(
        {
            "violation": (
                ("bound", "source", "label_rule", "form"),
                interval(np.zeros((2, 2, 2)), error=0.0),
            ),
            "tightness": (("bound", "source", "label_rule"), interval(np.full((2, 2), 0.5))),
        },
        source=["N = 100", "plane flow"],
        label_rule=["soft", "argmax"],
        form=["general", "Eq. (5) as printed"],
    )


def by_source(build: Callable[[], xr.Dataset]) -> Callable[[], xr.Dataset]:
    """Let every source say the same."""

    @wraps(build)
    def built() -> xr.Dataset:
        return build().expand_dims(source=list(SOURCES))

    return built


@by_source
def figure2() -> xr.Dataset:
    n_right = [100, 200, 400, 3200]
    right = effects(len(n_right))
    right[0] = right[-1] = 0.0
    left = effects(3)
    left[:2] = 0.0
    return dataset(
        {
            "effect_right": (("bound", "n_right", "effect"), interval(right)),
            "effect_left": (("bound", "S_A", "effect"), interval(left)),
            "MT_left": (
                ("bound", "S_A", "snr", "r_AB"),
                interval(panel("Figure 2, left", 3, 2, 2)),
            ),
            "MT_right": (
                ("bound", "n_right", "snr", "r_AB"),
                interval(panel("Figure 2, right", 4, 2, 2)),
            ),
        },
        n_right=n_right,
        S_A=[0.01, 0.1, 1.0],
        snr=["low", "high"],
        r_AB=[0.0, 1.0],
        effect=list(EFFECTS),
    )


@by_source
def auxiliary_data() -> xr.Dataset:
    return dataset(
        {
            "growth_left": (("bound", "effect"), interval(effects())),
            "MT_left": (
                ("bound", "n_aux", "snr", "r_AB"),
                interval(panel("Figure 3, left", 2, 2, 2)),
            ),
        },
        n_aux=[100, 800],
        snr=["low", "high"],
        r_AB=[0.0, 1.0],
        effect=list(EFFECTS),
    )


def depth() -> xr.Dataset:
    deep = panel("Figure 3, right", 2, 2, 2)
    data = dataset(
        {
            "effect_right": (("bound", "student", "effect"), interval(effects(3))),
            "shift": (("bound", "student"), interval([0.0, -0.1, -0.2])),
            "MT_right": (
                ("bound", "student", "snr", "r_AB"),
                interval(np.concatenate([np.zeros((1, 2, 2)), deep])),
            ),
        },
        student=["linear", "1 ReLU", "3 ReLU"],
        snr=["low", "high"],
        r_AB=[0.0, 1.0],
        effect=list(EFFECTS),
    )
    return data.expand_dims(source=["published", "ours", "text"])


@by_source
def rank_three() -> xr.Dataset:
    return dataset(
        {"effect_right": (("bound", "n_train", "effect"), interval(effects(2)))},
        n_train=[200, 800],
        effect=list(EFFECTS),
    )


def interactions() -> xr.Dataset:
    dims = ("bound", "theory", "subset", "statistic")
    return dataset(
        {"agreement": (dims, interval(np.full((2, 1, 3), 0.99)))},
        theory=["finite", "infinite"],
        subset=["all"],
        statistic=["correlation", "slope", "sign"],
    )


def relatedness() -> xr.Dataset:
    return dataset(
        {"law_sign": (("bound", "candidate"), interval([0.99, 0.99]))},
        candidate=["mean r", "trunks"],
    )


def wide_limit() -> xr.Dataset:
    by_width = np.array([[0.5, 1e-5, 1e-5]] * 2)
    return dataset(
        {
            "least": (("biases", "width"), by_width),
            "apart": (("biases", "width"), by_width),
            "per_label": (("width",), [0.125, 1.0, 4.0]),
        },
        biases=["biases regularised", "biases not regularised"],
        width=[2, 16, 64],
    )


def wide_benefit() -> xr.Dataset:
    return dataset(
        {
            "benefit": (("bound", "relation", "n_train"), interval([[0.3, 0.2], [0.0, -0.1]])),
            "slope": (("bound",), interval(-0.5)),
        },
        relation=["shared", "disjoint"],
        n_train=[8, 16],
    )


def wide_stacks() -> xr.Dataset:
    shared = ["both stacks", "first stack", "nothing"]
    return dataset(
        {
            "excess": (("shared", "width", "seed"), np.full((3, 2, 2), 1e-7)),
            "coupling": (
                ("bound", "shared", "width"),
                interval(np.outer([0.1, 0.1, 0.0], [1, 1]), error=1e-4),
            ),
        },
        shared=shared,
        width=[2, 6],
        seed=[0, 1],
    )


def weight_decay() -> xr.Dataset:
    arms = ("regulariser", "tuned_by", "S_A", "S_B")
    data = dataset(
        {
            "MT": (("bound", *arms, "r_AB"), interval(np.tile([0.0, 0.1], (2, 2, 1, 1, 1)))),
            "growth": (("bound", *arms), interval(np.full((2, 2, 1, 1), 0.1))),
            "difference": (("bound", *arms[1:], "r_AB"), interval(np.zeros((2, 1, 1, 2)))),
            "off": (("S_soft", "small_decay", "r_AB"), np.full((2, 2, 2), 0.01)),
            "excess": (("N2", "member"), np.full((2, 3), 1e-7)),
            "moved": (
                ("bound", "inputs", "points", "r_AB"),
                interval(np.zeros((2, 2, 2)), error=0.0),
            ),
            "fading": (("bound", "r_AB"), interval([-0.5, -0.1])),
        },
        regulariser=["weight decay", "early stopping"],
        tuned_by=["validation", "test"],
        S_A=[10.0],
        S_B=[10.0],
        r_AB=[0.0, 1.0],
        S_soft=[1.0, 2.0],
        small_decay=[1e-3, 1e-2],
        N2=[20, 30],
        member=["alone", "r_AB = 0", "r_AB = 1"],
        inputs=["all components", "half each"],
        points=[50, 100],
    )
    return data.assign_attrs(parameters='{"N1": 30, "N3": 10, "small_decays": [0.001, 0.01]}')


def weights() -> xr.Dataset:
    cell = ("S_A", "S_B", "r_AB")
    regret = np.zeros((2, 4, 1, 1, 2))
    return dataset(
        {
            "regret": (("bound", "loss", "choice", *cell), interval(regret)),
            "best": (("bound", *cell), interval([[[0.03, 10.0]]])),
            "growth": (("bound", *cell[:2]), interval([[0.5]])),
            "slope": (("bound", *cell), interval([[[0.95, 1.0]]])),
            "better": (("bound", "loss", *cell), interval(regret[:, 0])),
        },
        loss=["generalisation", "validation"],
        choice=["loss", "upper side", "lower side", "mean of both sides"],
        S_A=[10.0],
        S_B=[10.0],
        r_AB=[0.0, 1.0],
    )


def sparsity() -> xr.Dataset:
    data = dataset(
        {
            "ratio": (("bound", "block", "p", "overlap"), interval(np.full((2, 1, 2), [1.2, 0.6]))),
            "crossing": (("bound", "p"), interval([0.66])),
            "off_same": (("bound", "p", "signs"), interval([[0.02, 0.1]])),
        },
        block=["l1/l2", "l1/linf"],
        p=[2048],
        overlap=[0.0, 1.0],
        signs=["equal", "half opposite"],
    )
    return data.assign_attrs(parameters='{"n_inputs": [2048]}')


def digits() -> xr.Dataset:
    over = ("bound", "student", "inputs")
    data = dataset(
        {
            "difference": ((*over, "effect"), interval(effects(1, 2))),
            "growth": ((*over, "effect"), interval(effects(1, 2))),
            "MT": (
                (*over, "flip_A", "n_aux", "flip_B", "r_AB"),
                interval(np.zeros((1, 2, 2, 2, 2, 2))),
            ),
            "off_curve": (("bound", "inputs", "task"), interval(np.zeros((2, 2)))),
        },
        student=["linear"],
        inputs=["whitened", "as they are"],
        effect=list(DIGITS_EFFECTS),
        flip_A=[0.0, 0.3],
        n_aux=[100, 800],
        flip_B=[0.0, 0.9],
        r_AB=[0.0, 1.0],
        task=["parity", "loops"],
    )
    return data.assign_attrs(parameters='{"n_aux": [100, 800]}')


def auxiliary_kinds() -> xr.Dataset:
    """Every kind and mechanism has one control, which is not the same for all."""
    kinds = ["hints", "focusing attention", "quantisation smoothing", "future as output"]
    kinds.append("representation learning")
    mechanisms = ["eavesdropping", "representation bias"]
    treatments = ["together", "shuffled", "same noise"]
    variables = {}
    for group, names in (("kind", kinds), ("mechanism", mechanisms)):
        dims = ("bound", group, "treatment")
        change = np.tile([-0.2, 0.0, 0.0], (len(names), 1))
        left = np.tile([np.nan, -0.1, np.nan], (len(names), 1))
        left[0] = [np.nan, np.nan, -0.1]
        variables |= {f"{group}_change": (dims, interval(change))}
        variables |= {f"{group}_left": (dims, interval(left))}
    return dataset(
        variables
        | {
            "r_change": (("bound", "use", "r"), interval([[0.0, -0.1, -0.2], [0.2, 0.1, -0.2]])),
            "adversary_change": (
                ("bound", "removal", "overlap"),
                interval([[-0.1, -0.1, 0.1], [-0.1, -0.1, 0.1]]),
            ),
            "information_off": (("bound", "n_levels"), interval([0.0, 0.01])),
            "rmse_off": (("bound", "arm"), interval([0.0, 0.0, 0.0])),
            "rmse_gain": (("bound", "code", "beside"), interval(np.full((2, 2), 0.01))),
        },
        kind=kinds,
        mechanism=mechanisms,
        treatment=treatments,
        use=["together", "as one task"],
        r=[0.0, 0.5, 1.0],
        removal=["erasure", "reversal 1"],
        overlap=[0.0, 0.5, 1.0],
        n_levels=[2, 4],
        arm=["alone", "as input", "as output"],
        code=["binary", "Gray"],
        beside=["alone", "as input"],
    )


def methods() -> xr.Dataset:
    trunk, losses = ["cagrad", "imtl_g", "mgda"], ["dynamic_weight_average", "famo", "gradnorm"]
    rules = ["equal", "gate", "uncertainty", *trunk, *losses]
    structures = ["hard", "mean_regularised", "cross_stitch", "sluice", "adaptive_branching"]
    techniques = [*rules, *structures, "tensor_factorisation"]
    beyond = np.full((4, 3, 2, len(techniques)), 0.1)
    beyond[3] = 0.0  # nothing beats tuned weights, nor, of trunks, another rate
    beyond[2, :, :, 3:] = 0.0
    benefits = np.broadcast_to([[-0.1, -0.1, 0.1]], (2, len(techniques), 3))
    return dataset(
        {
            "MT": (("bound", "against", "technique", "r_AB"), interval(benefits)),
            "summary": (
                ("bound", "tasks", "against", "technique"),
                interval(np.full((3, 2, len(techniques)), 0.1)),
            ),
            "beyond": (
                ("bound", "reference", "tasks", "against", "technique"),
                interval(beyond),
            ),
        },
        against=["tuned baseline", "own student"],
        technique=techniques,
        r_AB=[0.0, 0.5, 1.0],
        tasks=["all", "related", "unrelated"],
        reference=["equal", "hard", "trunk_rate", "fixed"],
    )


def wide_sharing() -> xr.Dataset:
    models = ["weight decay", "random features", "tangent kernel", "Gaussian process"]
    data = dataset(
        {
            "change": (("model", "seed"), np.array([[0.2] * 2, [1e-14] * 2, [0.0] * 2, [0.0] * 2])),
            "change_over_width": (("bound", "curve", "width"), interval(np.full((3, 2), 0.2))),
            "slope": (("bound", "curve"), interval([-1.0, -1.0, -1.0])),
            "mean_excess": (("bound", "penalty"), interval([0.0], error=1e-12)),
            "density_gap": (("bound", "width"), interval([0.01, 0.01])),
        },
        model=models,
        seed=range(2),
        curve=["weight decay, trained", *POSTERIORS],
        width=[40, 256],
        penalty=["l1 norm over outputs"],
    )
    return data.assign_attrs(parameters='{"n_train": 6, "n_aux": 18}')


#: By experiment. A claim on another experiment needs one more here, or its tests fail.
IDEAL = {
    build.__name__: build
    for build in (
        figure1,
        spectrum,
        finite_data,
        aligned,
        table1,
        bound,
        figure2,
        auxiliary_data,
        depth,
        rank_three,
        interactions,
        relatedness,
        weight_decay,
        methods,
        weights,
        sparsity,
        digits,
        auxiliary_kinds,
        wide_limit,
        wide_benefit,
        wide_sharing,
        wide_stacks,
    )
}


def ideal(claim: Claim) -> xr.Dataset:
    """Data on which a claim holds, as do all others on the same experiment."""
    return IDEAL[claim.experiment]()


def sourced_claims(name: str) -> list[Claim]:
    """All claims, one of them judged on sources."""
    sources = {"sources": ("ours", "published", "text"), "differs": "Theirs train for longer."}
    return [
        dataclasses.replace(claim, **sources) if claim.name == name else claim
        for claim in registry.claims()
    ]


def sourced(data: xr.Dataset, name: str) -> xr.Dataset:
    """Our networks at the authors' settings show a variable as it is, the published rows reversed.

    Those at the text's settings are not in the data.
    """
    both = data.sel(source=["published", "ours"])
    sign = xr.DataArray([-1.0, 1.0], dims="source")
    return both.assign({name: both[name] * sign})


def divided(claim: Claim) -> xr.Dataset:
    """Data that cannot tell whether a claim holds.

    Intervals reach from where it holds to where it fails; what has no interval holds in one half of
    the seeds, the classes or of another dimension, and fails in the other.
    """
    assert claim.control is not None
    good = ideal(claim)
    bad = claim.control(good)
    return good.assign({name: _between(good[name], bad[name]) for name in good.data_vars})


def _between(good: xr.DataArray, bad: xr.DataArray) -> xr.DataArray:
    bad = bad.transpose(*good.dims)
    if good.equals(bad):
        return good
    if "bound" in good.dims:
        both = xr.concat([good, bad], "which", coords="minimal", compat="override")
        bounds = both.min(["which", "bound"]), both.max(["which", "bound"])
        parts = [good.sel(bound="estimate", drop=True), *bounds]
        spread = xr.concat(parts, "bound", coords="minimal", compat="override")
        return spread.assign_coords(bound=list(BOUNDS)).transpose(*good.dims)
    dim = next(dim for dim in ("seed", "N3", *good.dims) if dim in good.dims)
    first = xr.DataArray(np.arange(good.sizes[dim]) % 2 == 0, dims=dim)
    return good.where(first, bad)
