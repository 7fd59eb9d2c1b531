"""Every figure shows the variables it is for: each curve, band, map and text, and its names.

`DRAWN` declares, figure by figure, what is drawn of the dataset. The figures of the published data
must show it, all of it and nothing else; see `drawings` for how artists are read.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from drawings import (
    BY_TICKS,
    TOLD,
    Drawing,
    Mark,
    Picture,
    Show,
    artists,
    axis,
    between,
    complaints,
    contour,
    image,
    in_units,
    level,
    mark,
    said,
    shade,
    spread,
    text,
    ticks,
    told,
    told_of,
    with_intervals,
    zeros,
)
from matplotlib.figure import Figure
from matplotlib.text import Text

from mtlpaper.chapters.common.two_tasks.figures import SOURCE_NAMES
from mtlpaper.chapters.common.two_tasks.sources import SOURCES
from mtlpaper.chapters.confounds.parameters import reference
from mtlpaper.chapters.methods import figures as methods
from mtlpaper.chapters.multiverse import figures as multiverse
from mtlpaper.companion import results, style
from mtlpaper.companion.registry import chapters
from mtlpaper.documents.lee2019.printed import BENEFIT_AXES, FIGURE1_SINGULAR_VALUE, NEGLIGIBLE
from mtlpaper.documents.ruder2017.printed import TABLE_6
from mtlpaper.methods.rules import RULES
from mtlpaper.methods.structures import STRUCTURES

RESULTS = Path(__file__).parents[1] / "results"
#: Chapters whose data are published; one that is new may come before its data.
PUBLISHED = [name for name in chapters() if (RESULTS / f"{name}.nc").exists()]
#: Pixels that a page leaves for a figure in windows 651, 768, 960, 1200 and 1280 wide, where it
#: shows the wide one; and in windows 360 and 375 wide.
COLUMNS, PHONE = (588, 705, 629, 596, 660), (297, 312)
NAMES = [(name, figure) for name in PUBLISHED for figure in chapters()[name].figures]

# -------------------------------------------------------------- what several figures have in common


def mean(name, **cell):
    return lambda data: data[name].sel(cell).mean("seed")


def deviation(name, **cell):
    """One standard deviation about the mean over datasets."""

    def sides(data):
        samples = data[name].sel(cell)
        middle, spread = samples.mean("seed"), samples.std("seed", ddof=1)
        return between(middle - spread, middle + spread)

    return sides


def percent(name, **cell):
    return lambda data: 100 * data[name].sel(cell)


def stripes(name, over, published, at=(0, 0), cell=None) -> Drawing:
    """Segments from low to high S_B, one for each relatedness, in stripes one for each value."""

    def marks(data):
        MT = data[name].sel(cell)
        groups, levels = MT[over].values, MT["r_AB"].values
        room = len(levels) + 1.0
        yield level(at, 0.0, fixed=True)
        low, high = BENEFIT_AXES[published]
        edge = np.array([[1.015, low], [1.015, high]])
        yield Mark(at, "across", edge, named="published axis", fixed=True)
        yield from in_units(at, "nats", "y")
        names = [float(f"{one:.2g}") if groups.dtype.kind == "f" else one for one in groups]
        yield ticks(at, "x", (np.arange(len(groups)) + 0.5) * room - 0.5, names)
        yield Mark(at, "scale", np.array([-0.5, len(groups) * room - 0.5]), "xlim")
        for i, group in enumerate(groups):
            if i % 2:
                yield shade(at, i * room - 0.5, (i + 1) * room - 0.5, upright=True)
            for j, r in enumerate(levels):
                x = i * room + j + np.array([0.15, 0.85])
                ends = MT.sel({over: group, "r_AB": r}).transpose("bound", "snr")
                named = f"$r_{{AB}}$ = {r:g}"
                yield mark(at, "line", x, ends.sel(bound="estimate"), named=named)
                yield mark(at, "segments", x, ends.sel(bound="low"), x, ends.sel(bound="high"))

    return marks


def stripes_by_source(name, over, published, column=0, **cell) -> list[Drawing]:
    """The same in a column of panels, one for each source."""
    return [
        drawing
        for i, source in enumerate(SOURCES)
        for drawing in (
            stripes(name, over, published, (i, column), {"source": source} | cell),
            told((i, column), SOURCE_NAMES[source]),
        )
    ]


def over_relatedness(rows, columns, shape, theory="", **cell) -> list[Drawing]:
    """Benefits with intervals over r_AB, a line for each S_B, and the theory dashed."""
    grid = {"over": "r_AB", "by": "S_B", "rows": (rows,), "columns": columns}
    MT = Show(
        lambda data: telling(data["MT"].sel(cell)), kind="interval", named="$S_B$ = {}", **grid
    )
    lines = [MT, zeros(shape)]
    return lines + [Show(theory, named="theory, (T 7b)", **grid)] * bool(theory)


def telling(MT):
    """Main tasks whose benefit is somewhere a twentieth of the largest; others have no panel."""
    size = abs(MT.sel(bound="estimate") if "bound" in MT.dims else MT)
    flat = [S_A for S_A in MT["S_A"].values if size.sel(S_A=S_A).max() < size.max() / 20]
    return MT.drop_sel(S_A=flat)


def benefit_map(at, MT):
    """A map of the benefit; cells whose interval contains zero are dotted."""
    yield from image(at, MT.sel(bound="estimate"), "S_B", "r_AB", "nats")
    low, high = (MT.sel(bound=side).transpose("S_B", "r_AB") for side in ("low", "high"))
    y, x = np.nonzero(((low <= 0) & (high >= 0)).values)
    yield mark(at, "points", x, y, fixed=True)  # other data may leave the same cells unclear


def benefit_maps(of) -> Drawing:
    """Maps for every number of points and main task."""

    def marks(data):
        for at, MT in spread(telling(of(data)), ("n_train",), "S_A"):
            yield from benefit_map(at, MT)
            yield from told_of(at, MT, ("n_train", "S_A"))

    return marks


def apart(data):
    """Our means minus the published ones, two standard errors of both on either side."""
    benefit = data["benefit"].sel(rule="test")
    error = benefit.std("seed", ddof=1) / np.sqrt(benefit.sizes["seed"])
    error = 2 * np.hypot(error, data["MT_published_se"])
    middle = benefit.mean("seed") - data["MT_published"]
    bounds = xr.Variable("bound", ["estimate", "low", "high"])
    return xr.concat([middle, middle - error, middle + error], bounds)


def all_axes(shape, **told) -> list[Drawing]:
    return [axis(at, **told) for at in np.ndindex(shape)]


def shifts_by_source(data):
    students = data["student"].values[1:]
    yield level((0, 0), 0.0, fixed=True)
    yield from in_units((0, 0), "nats", "y")
    yield ticks((0, 0), "x", np.arange(len(students)), students)
    for i, (source, name) in enumerate(SOURCE_NAMES.items()):
        shift = data["shift"].sel(source=source, student=students)
        x = np.arange(len(students)) + 0.12 * (i - 1)
        yield from with_intervals((0, 0), x, shift, name, kind="points")


# --------------------------------------------------------------------- those that are like no other


def overlaps(name, label) -> list[Drawing]:
    def sides(data):
        middle, spread = data[name].sel(bound="estimate"), data[f"{name}_spread"]
        return between(middle - spread, middle + spread).clip(0, 1)

    here = {"over": "S_B", "at": (0, 2)}
    return [
        Show(sides, kind="area", unit="", **here),
        Show(lambda data: data[name].sel(bound="estimate"), kind="points", named=label, **here),
        Show(f"{name}_predicted", named="lines: (T 10)", **here),
    ]


def aligned_map(name, unit) -> Drawing:
    def marks(data):
        for at, cell in spread(telling(data[name]), ("label_rule", "rho"), "S_A"):
            yield from told_of(at, cell, ("label_rule", "rho", "S_A"))
            yield from image(at, cell, "S_B", "r_AB", unit)

    return marks


def weak(name):
    return lambda data: data[name].sel(rho=data["rho"].min(), r_AB=data["weak"])


def form_segments(data):
    for at, MT in spread(data["MT"].expand_dims(form=data["form"]), ("label_rule",), "form"):
        yield from told_of(at, MT, ("label_rule", "form"))
        yield from in_units(at, "nats", "xy")
        cell = data.sel(label_rule=MT["label_rule"], form=MT["form"])
        x = MT.values
        low, high, outside = (
            cell[name].transpose(*MT.dims).values for name in ("lower", "upper", "outside")
        )
        ends = np.array([x.min(), x.max()])
        yield mark(at, "line", ends, ends, named="the benefit itself")
        between_sides = "from side to side: the benefit lies between"
        for part, named in ((outside == 0, between_sides), (outside > 0, "it does not")):
            yield mark(at, "segments", x[part], low[part], x[part], high[part], named=named)
            for side in (low, high):
                yield mark(at, "points", x[part], side[part], named=named)
        reach = 0.35 * (ends[1] - ends[0])
        for name, share in (("xlim", 0.1), ("ylim", 1)):
            yield Mark(at, "scale", ends + share * reach * np.array([-1, 1]), name)


def bound_ratio(data):
    gap = (data["upper"] - data["lower"]).sel(form="general")
    for at, MT in spread(data["MT"], (), "label_rule"):
        yield from told_of(at, MT, ("label_rule",))
        yield level(at, 1.0, fixed=True)
        yield from in_units(at, "nats", "x")
        for source in MT["source"].values:
            size = abs(MT.sel(source=source))
            ratio = gap.sel(label_rule=MT["label_rule"], source=source).transpose(*size.dims) / size
            yield mark(at, "points", size, ratio, named=str(source))


def every_dataset(data):
    """Data sets as points, a colour for what the tasks share."""
    for j, values in enumerate((abs(data["excess"]), data["change"].mean("task"))):
        for shared in data["shared"].values:
            y = values.sel(shared=shared).transpose("width", "seed").clip(1e-6)
            x = np.repeat(data["width"].values, y.sizes["seed"])
            yield mark((0, j), "points", x, y.values.ravel(), named=str(shared))


def class_ends(data):
    """Labels at the ends of Figure 1's curves."""
    ends = data["s_sgd"].mean("seed").isel(time=-1)
    for N3 in data["N3"].values:
        yield text((0, 0), data["time"][-1], ends.sel(N3=N3), f"{N3} classes")


def least_losses(data):
    for name in data["network"].values:
        curve = data["curve"].sel(network=name).dropna("time")
        yield mark((0, 0), "line", curve["time"], curve, named=str(name))
        least = curve.isel(time=[int(curve.argmin("time"))])
        yield mark((0, 0), "points", least["time"], least, named=str(name))
    yield from (*in_units((0, 0), r"\tau", "x"), *in_units((0, 0), "nats", "y"))


def published_scatter(data):
    x = data["MT_published"]
    ends = [x.min(), x.max()]
    models = (data["MT"].sel(bound="estimate"), data["MT_theory"], data["MT_infinite"])
    for j, y in enumerate(models):
        at = (0, j)
        yield mark(at, "line", ends, ends, named=BY_TICKS)
        yield level(at, 0.0, fixed=True)
        yield level(at, 0.0, upright=True, fixed=True)
        yield from in_units(at, "nats", "xy")
        for n in data["n_train"].values:
            yield mark(at, "points", x.sel(n_train=n), y.sel(n_train=n), named=f"$N$ = {n}")


def theory_scatter(data):
    MT = data["MT"].sel(bound="estimate")
    for j, name in enumerate(("MT_theory", "MT_infinite")):
        at, theory = (0, j), data[name]
        ends = [theory.min(), theory.max()]
        yield mark(at, "line", ends, ends, named=BY_TICKS)
        yield level(at, 0.0, fixed=True)
        yield level(at, 0.0, upright=True, fixed=True)
        yield from in_units(at, "nats", "xy")
        for n in data["n_train"].values:
            x, y, clear = (v.sel(n_train=n).values for v in (theory, MT, data["clear"]))
            for part in (clear, ~clear):
                yield mark(at, "points", x[part], y[part], named=f"$N$ = {n}")


def published_range(shape) -> Drawing:
    return lambda _data: (shade(at, *FIGURE1_SINGULAR_VALUE) for at in np.ndindex(shape))


def rule_curves(name, **grid) -> list[Drawing]:
    """Trajectories by descent with their deviation, and by both theories."""
    shows = [Show(deviation(name, curve="sgd"), "time", "area", unit="", **grid)]
    names = {
        "sgd": "SGD ± s.d.",
        "rank_one": "rank-one form, Eq. (3)",
        "matrix": "matrix flow, (T 6)",
    }
    return shows + [
        Show(mean(name, curve=curve), "time", named=named, unit="", **grid)
        for curve, named in names.items()
    ]


def large_panels(data):
    """The panels of many points stand side by side: N3, then sigma."""
    for i, N3 in enumerate(data["N3"].values):
        for j, sigma in enumerate(data["sigma"].values):
            at = (0, i * data.sizes["sigma"] + j)
            one = data.sel(N3=[N3], sigma=[sigma])
            for show in rule_curves("s_large", rows=("N3",), columns="sigma", at=at):
                yield from show(one)


def scan_ends(data):
    for N3 in data["N3"].values:
        for rule in data["scan_rule"].values:
            ends = data["s_end"].sel(N3=N3, scan_rule=rule)
            yield mark((0, 0), "line", data["s_bar"], ends, named=f"{rule} labels, {N3} classes")
    yield level((0, 0), float(data["s_bar_inferred"]), upright=True)
    places = (1, 1.6, 2, 3, 5)
    yield ticks((0, 0), "y", places, places)


def slope_one(data):
    rates = data["learning_rate"].values
    for at, cell in spread(data["distance"], (), "N3"):
        largest = float(
            cell.sel(descent="gradient descent", learning_rate=rates.max()).mean("seed")
        )
        plateau = float(data["distance_eq3"].sel(N3=cell["N3"]).mean("seed"))
        yield mark(at, "line", rates, largest * rates / rates.max(), named="slope one")
        yield level(at, plateau)
        yield text(at, rates.min(), plateau, "Eq. (3): infinite data")
        yield from in_units(at, r"1/\tau", "x")
        for descent in cell["descent"].values:
            for seed in cell["seed"].values:
                one = cell.sel(descent=descent, seed=seed)
                yield mark(at, "points", rates, one, named=str(descent))


def decisive_shares(data):
    at, weight = (0, 0), data["importance"]
    above = data["clear"].values
    names = [multiverse.NAMES[name] for name in weight["factor"].values]
    named = weight.assign_coords(factor=names)
    yield from image(at, 100 * named.clip(min=0) * np.where(above, 1, 0.3), "claim", "factor", "%")
    for i, j in np.argwhere(above):
        yield text(at, j, i, f"{100 * weight.values[i, j]:.0f}")


def ranked(data) -> list[str]:
    error = data["law_error"].sel(bound="estimate")
    return error["candidate"].values[np.argsort(error.values, kind="stable")].tolist()


def law(at, cell, name, place=-1):
    """Benefits beside the auxiliary tasks of one S_B against a candidate, and a line."""
    S_B = cell["S_B"].values[place]
    part = cell.isel(auxiliary=cell["scale"].values == S_B)
    x = part["predictor"].sel(candidate=name)
    intercept, slope = (
        cell["line"].sel(candidate=name, S_B=S_B, coefficient=one).item()
        for one in ("intercept", "slope")
    )
    ends = np.array([x.min(), x.max()])
    yield mark(at, "line", ends, intercept + slope * ends, named=BY_TICKS)
    yield level(at, 0.0, fixed=True)
    yield from in_units(at, "nats", "y")
    for family in dict.fromkeys(part["family"].values):
        of = part["family"].values == family
        yield from with_intervals(at, x[of], part["MT"].isel(auxiliary=of), str(family))


def law_by_candidate(data):
    graded = next(name for name in data["main"].values if name.startswith("graded"))
    cell = data.sel(main=graded).isel(n_train=0)
    for i, name in enumerate(ranked(data)):
        at = divmod(i, 4)
        error = 1000 * data["law_error"].sel(bound="estimate", candidate=name).item()
        yield from said(at, f"{name}: {error:.1f} mnat")
        yield from law(at, cell, name)


def law_by_main(data):
    best = data["best"].item()
    for i, main in enumerate(data["main"].values):
        cell = data.sel(main=main).isel(n_train=0)
        for j, name in enumerate(("mean r", best, "flow (T 7b)")):
            yield from said((i, j), main, name)
            for place in (0, -1):
                yield from law((i, j), cell, name, place)


def candidate_errors(name, factor, unit, at) -> Drawing:
    def marks(data):
        names = ranked(data)
        y, values = np.arange(len(names)), factor * data[name].sel(candidate=names)
        yield from with_intervals(at, y, values, BY_TICKS, across=True)
        yield ticks(at, "y", y, names)
        yield from in_units(at, unit, "x")

    return marks


def no_candidate(data):
    null = 1000 * data["null_error"].sel(bound="estimate").item()
    yield level((0, 0), null, upright=True, named="dashed: no candidate at all")


def family_errors(data):
    at, names = (0, 0), ranked(data)
    y = np.arange(len(names))
    for i, family in enumerate(data["left_out"].values):
        one = 1000 * data["family_error"].sel(left_out=family, candidate=names)
        yield from with_intervals(at, y + 0.17 * (i - 1.5), one, str(family), across=True)
    yield ticks(at, "y", y, names)
    yield from in_units(at, "mnat", "x")


def exact_and_limit(name, at) -> list[Drawing]:
    grid = {"over": "s", "by": "N3", "at": at}
    return [
        Show(name, named="{} classes", **grid),
        Show(f"{name}_rem", named="dashed: REM limit", **grid),
        lambda _data: [Mark(at, "titled")],
    ]


def from_freezing(data):
    for N3 in data["N3"].values:
        x = data["s"] / data["s_c"].sel(N3=N3)
        yield mark((0, 0), "line", x, data["Y2"].sel(N3=N3), named=f"{N3} classes")
    yield mark((0, 0), "line", x, data["Y2_rem"].sel(N3=N3), named="REM limit")
    yield level((0, 0), 1.0, upright=True, fixed=True)


def phase_maps(data):
    for i, S_A in enumerate(data["S_A"].values):
        for j, n in enumerate(data["n_train"].values):
            for k, (name, source) in enumerate((("MT", "measured"), ("MT_theory", "theory"))):
                at, MT = (2 * i + k, j), data[name].sel(S_A=S_A, n_train=n)
                yield from benefit_map(at, MT)
                yield from told_of(at, MT, ("S_A", "n_train"))
                yield from said(at, source)
                value = MT.sel(bound="estimate").transpose("S_B", "r_AB").values
                if value.min() < 0 < value.max():
                    yield contour(at, value)


def effect_strips(data):
    rows = (
        ("row_a", "n_train"),
        ("row_b", "n_train"),
        ("row_c_grows", "n_limited"),
        ("row_c_harms", "n_limited"),
        ("row_d", "S_A"),
    )
    for j, (name, group) in enumerate(rows):
        at, effect = (0, j), data[name]
        yield level(at, 0.0, fixed=True)
        yield from said(at, f"({name[4]})")
        yield ticks(at, "x", range(effect.sizes[group]), effect[group].values)
        yield Mark(at, "scale", np.array([-0.6, effect.sizes[group] - 0.4]), "xlim")
        if name in ("row_a", "row_d"):
            yield shade(at, -NEGLIGIBLE, NEGLIGIBLE)
        for i, value in enumerate(effect[group].values):
            cell = effect.sel({group: value})
            x = i + np.linspace(-0.38, 0.38, cell.isel(bound=0, source=0).size)
            seen, theory = cell.sel(source="measured"), cell.sel(source="theory")
            yield from with_intervals(at, x, seen, "measured")
            yield mark(at, "points", x, theory.sel(bound="estimate"), named="theory (T 7b)")
    yield from in_units((0, 0), "nats", "y")


def shown_inputs(data):
    return json.loads(data.attrs["parameters"])["shown_N1"]


def finite_curves(**curve):
    return lambda data: mean("s", N1=shown_inputs(data), **curve)(data)


def inside(N3):
    """The wrong theory alone may leave the picture."""

    def limits(data):
        s = data["s"].sel(N1=shown_inputs(data), N3=N3, curve=["sgd", "eq3", "T7a"])
        return 0.97, 1.12 * float(s.mean("seed").max())

    return limits


# --------------------------------------------------------------------------------- figure by figure

_BY_RULE = {"over": "time", "columns": "label_rule", "unit": ""}
_BOUND = {"over": "r_AB", "rows": ("label_rule",), "columns": "S_B", "by": "source", "named": "{}"}
_SPECTRUM = {"over": "time", "rows": ("N3", "sigma"), "columns": "imbalance", "by": "mode"}
_FINITE = {"eq3": "Eq. (3), infinite data", "T7a": "(T 7a), finite sample"}
_WRONG = {"T7b": "(T 7b), wrong for soft labels"}


def _general(name):
    form = {} if name == "MT" else {"form": "general"}
    return lambda data: data[name].sel(form).mean("seed")


def repetitions(data):
    """Of each measure: the worlds, the range of another one, and the authors' rows."""
    units = {"correlation": "", "rms difference": "nats"}
    for j, (measure, unit) in enumerate(units.items(), start=1):
        at, here = (0, j), data.sel(measure=measure)
        yield mark(at, "points", np.zeros(here.sizes["world"]), here["alike"], named=BY_TICKS)
        yield from with_intervals(at, [1], here["next_alike"], BY_TICKS)
        yield mark(at, "points", [2], here["published_alike"], named=BY_TICKS)
        yield ticks(at, "x", range(3), ["ours", "another", "authors"])
        yield from said(at, measure)
        yield from in_units(at, unit, "y")


def flags_together(data):
    """Of each flag: its density, the ends of its interval, the run's value; then the sizes."""
    for j, name in enumerate(data["flag"].values):
        at, here = (j // 3, j % 3), data.sel(flag=name)
        yield mark(at, "line", here["tried"], here["density"])
        for bound in ("low", "high"):
            yield level(at, here["fitted"].sel(bound=bound).item(), upright=True)
        yield level(at, here["nominal"].item(), upright=True)
        if j != 3:
            low, high = here["ends"].values
            values = [low, (low * high) ** 0.5, high]
            yield ticks(at, "x", values, [float(f"{value:.3g}") for value in values])
        yield from said(at, str(name))
    yield mark((1, 2), "points", data["n_tested"], data["size_probability"])
    yield ticks((1, 2), "x", data["n_tested"].values, data["n_tested"].values)


def one_factor(data):
    """Benefits by the rows, by the script, and with one factor changed, where it is changed."""
    panels = (
        ((0, 0), -1, ["2000 epochs"]),
        ((0, 1), -1, ["auxiliary weight one"]),
        ((0, 2), 0, ["noisy training, clean test labels"]),
        ((1, 0), -1, ["batches, in turn", "batches, at once"]),
    )
    for at, S_B, changes in panels:
        MT = data["MT"].isel(S_B=S_B, r_AB=[0, -1])
        there = MT.sel(source=changes, bound="estimate").notnull().any(["source", "r_AB"])
        MT = MT.isel(point=there.values)
        x = np.arange(MT.sizes["point"])
        yield level(at, 0.0, fixed=True)
        yield from said(at, f"$S_B$ = {float(MT['S_B']):g}")
        yield from in_units(at, "nats", "y")
        yield from categories(at, MT)
        for i, source in enumerate(["published", reference(changes[0]), *changes]):
            for r in MT["r_AB"].values:
                cells = MT.sel(source=source, r_AB=r)
                yield from with_intervals(at, x + 0.16 * (i - 1), cells, f"$r_{{AB}}$ = {r:g}")
    at, ratio = (1, 1), data["scatter"]
    yield level(at, 1.0, fixed=True)
    yield from with_intervals(at, np.arange(ratio.sizes["point"]), ratio, "one pool")
    yield from categories(at, ratio)
    yield ticks(at, "y", [0.5, 1, 2], ["0.5", "1", "2"])
    yield Mark(at, "scale", np.empty(0), "y", named="log")


def categories(at, values):
    """The points of a panel, side by side."""
    n = values.sizes["point"]
    yield ticks(at, "x", range(n), values["point"].values)
    yield Mark(at, "scale", np.array([-0.5, n - 0.5]), "xlim")


def every_start(data):
    for at, cell in spread(data["excess"], (), "biases"):
        width, kind = cell["width"].values, cell["biases"]
        nets = cell.stack(net=("seed", "start")).transpose("width", "net").values.clip(min=1e-8)
        yield from told_of(at, cell, ("biases",))
        yield mark(at, "points", np.repeat(width, nets.shape[1]), nets, named="network")
        least = data["least"].sel(biases=kind).values.clip(min=1e-8)
        yield mark(at, "line", width, least, named="best start, worst dataset")
        labels = float((data["width"] / data["per_label"]).max())
        yield level(at, labels, upright=True, fixed=True)
        yield level(at, 1e-3, fixed=True)


def ends_of_the_widths(data):
    for at, cell in spread(data["limit"].isel(seed=0), (), "biases"):
        yield from told_of(at, cell, ("biases",))
        nets = data["network"].isel(seed=0).sel(biases=cell["biases"])
        x = cell["x"].values
        for task in cell["task"].values:
            yield mark(at, "line", x, cell.sel(task=task), named=f"task {task}, limit")
            for place, name in ((-1, "widest"), (0, "narrowest")):
                one = nets.isel(width=place).sel(task=task)
                yield mark(at, "line", x, one, named=f"task {task}, {name}")


def slope_of_a_root(data):
    width = data["width"].values
    first = float(data["size"].sel(bound="estimate")[0])
    yield mark((0, 0), "line", width, first * np.sqrt(width[0] / width), named="slope $-1/2$")


#: How the legend of the other panel names the other task's kinks.
_RELATIONS = {"shared": "kinks of the other task shared", "disjoint": "not shared"}


def changes_by_model(data):
    change = data["change"].transpose("model", "seed").clip(min=1e-17)
    places = np.arange(change.sizes["model"])
    yield ticks((0, 0), "y", places, change["model"].values)
    yield mark((0, 0), "points", change, places.repeat(change.sizes["seed"]))


def points_of_tasks(data):
    """One data set: the points of both tasks, beside both functions learnt of the main one."""
    one = data.isel(seed=int(data["shown"]))
    for j, model in enumerate(("weight decay", "Gaussian process")):
        for given in one["data"].values:
            learnt = one["learnt"].sel(model=model, data=given)
            yield mark((0, j), "line", one["input"], learnt, named=given)
        for task in ("main", "aux"):
            at = one[f"{task}_input"], one[f"{task}_label"]
            yield mark((0, j), "points", *at, named={"aux": "auxiliary"}.get(task, task) + " task")


def over_weights(name, bound=("estimate", "low", "high")):
    """Means over the weights, which stand side by side."""

    def values(data):
        of = data[name].sel(loss="generalisation", bound=bound).isel(S_B=-1)
        return of.assign_coords(weight=[f"{one:g}" for one in data["weight"].values])

    return values


def lost_by_choice(data):
    levels, choices = data["r_AB"].values, data["choice"].values
    for j, loss in enumerate(data["loss"].values):
        at = (0, j)
        yield from said(at, loss)
        yield from in_units(at, "nats", "y")
        yield ticks(at, "x", range(len(levels)), levels)
        yield level(at, 0.0, fixed=True)
        for k, choice in enumerate(choices):
            x = np.arange(len(levels)) + 0.12 * (k - (len(choices) - 1) / 2)
            cell = data["regret_mean"].sel(loss=loss, choice=choice).transpose("bound", "r_AB")
            yield from with_intervals(at, x, cell, choice)


_BLOCKS = {"l1": "lasso", "l1/l2": r"$\ell_1/\ell_2$", "l1/linf": r"$\ell_1/\ell_\infty$"}
_THRESHOLD = "threshold, theory"


def recovered_by_overlap(data):
    """Shares with the most inputs, at overlaps that are thirds."""
    thirds = [one for one in data["overlap"].values if np.isclose(3 * one, round(3 * one))]
    for j, overlap in enumerate(thirds):
        at, cell = (0, j), data.isel(p=-1).sel(overlap=overlap)
        yield from said(at, f"{overlap:.2g}")
        for norm, name in _BLOCKS.items():
            share = cell["share"].sel(norm=norm).transpose("bound", "theta")
            yield from with_intervals(at, data["theta"].values, share, name, kind="line")
        for norm in ("l1", "l1/linf"):
            limit = float(cell["limit"].sel(norm=norm))
            yield level(at, limit, upright=True, named=_THRESHOLD)


def thresholds_by_signs(data):
    for j, p in enumerate(data["p"].values):
        for limit in data["limit_same"].sel(p=p).values:
            yield level((0, j), limit, upright=True, named=_THRESHOLD)


def other_classes(data):
    """Each at its overlap with the digits, which is no coordinate."""
    for j, inputs in enumerate(data["inputs"].values):
        for task in data["task"].values:
            benefit = data["MT_task"].sel(student="linear", inputs=inputs, task=task)
            at = [float(data["r_task"].sel(task=task))]
            yield from with_intervals((0, j), at, benefit, task)


def on_digits(student="linear", **cell):
    """Benefits from rotated digits, of one kind of students."""
    return lambda data: data["MT"].sel(student=student).isel(cell)


def rows_of(group) -> Drawing:
    """A row for each treatment below the name of its experiment, by what it is there for."""
    together = "with the auxiliary task"

    def marks(data):
        at, y, names = (0, 0), 0, []
        yield level(at, 1.0, upright=True, fixed=True)
        for name in data[group].values:
            names.append(name)
            for treatment in data["treatment"].values:
                cell = {group: name, "treatment": treatment}
                ratio = 1 + data[f"{group}_change"].sel(cell)
                if not np.isfinite(ratio).all():
                    continue
                role = {"together": together, "best": "the best possible"}.get(treatment)
                control = np.isfinite(data[f"{group}_left"].sel(cell)).all()
                role = "controls" if control else role or "other treatments"
                names.append(together if treatment == "together" else treatment)
                y = len(names) - 1
                yield from with_intervals(at, [y], ratio, role, across=True)
        yield ticks(at, "y", range(len(names)), names)
        changes = ["−90 %", "−80 %", "−50 %", "0", "+100 %", "+300 %"]
        yield ticks(at, "x", (0.1, 0.2, 0.5, 1, 2, 4), changes)

    return marks


#: How a legend names trunks that serve a novel task.
_TRUNKS = {
    "together": "trunk of the environment",
    "shuffled": "trunk of shuffled labels",
    "best": "the environment itself",
}


#: How methods are named.
_CALLED = {name: methods.called(name) for name in ("equal", *RULES, *STRUCTURES)}


def crosses(data):
    """Methods as points with intervals both ways, and their names, a panel for each family."""
    rules = methods.rules(data)
    families = [rules, methods.structures(data), [f"{name}, ReLU" for name in rules]]
    for row, names in enumerate(families):
        at = (row, 0)
        yield level(at, 0.0, fixed=True)
        yield level(at, 0.0, upright=True, fixed=True)
        yield from in_units(at, "nats", "xy")
        for name in names:
            one = data["summary"].sel(against="tuned baseline", technique=name)
            x, y = (one.sel(tasks=tasks) for tasks in ("unrelated", "related"))
            told_name = methods.called(name.removesuffix(", ReLU"))
            middle = [float(axis.sel(bound="estimate")) for axis in (x, y)]
            yield mark(at, "points", *([value] for value in middle), named=told_name)
            for along, fixed_at in ((x, 1), (y, 0)):
                ends = [float(along.sel(bound=bound)) for bound in ("low", "high")]
                pairs = [[end, middle[1]] if fixed_at else [middle[0], end] for end in ends]
                yield Mark(at, "segments", np.array([np.concatenate(pairs)]))
            yield Mark(at, "text", np.array([middle]), told_name)


def value_by_value(data):
    """Rules at every value of their parameter: related against unrelated tasks."""
    at = (0, 0)
    yield level(at, 0.0, fixed=True)
    yield level(at, 0.0, upright=True, fixed=True)
    yield from in_units(at, "nats", "xy")
    for name in methods.shown_values(data):
        one = data["untuned"].sel(rule=name)
        x = one.sel(tasks="unrelated", bound="estimate")
        y, named = one.sel(tasks="related"), methods.called(name)
        yield from with_intervals(at, x, y, named, kind="line")


def rows_of_rules(data):
    """Intervals in rows of rules, over both baselines."""
    names = methods.trunk_rules(data)
    for column, against in enumerate(("own student", "tuned baseline")):
        at = (0, column)
        yield Mark(at, "scale", text="downwards")
        yield level(at, 0.0, upright=True, fixed=True)
        yield from in_units(at, "nats", "x")
        yield ticks(at, "y", np.arange(len(names)), [*map(methods.called, names)])
        for tasks, off in (("related", -0.12), ("unrelated", 0.12)):
            one = data["summary"].sel(against=against, technique=names, tasks=tasks)
            y = np.arange(len(names)) + off
            low, middle, high = (one.sel(bound=b).values for b in ("low", "estimate", "high"))
            yield mark(at, "points", middle, y, named=tasks)
            yield mark(at, "segments", low, y, high, y)


DRAWN: dict[str, list[Drawing]] = {
    "methods-frontier": [crosses],
    "methods-relatedness": [
        *(
            Show(
                lambda d, names=names: d["MT"].sel(against="tuned baseline", technique=names(d)),
                "r_AB",
                "interval",
                by="technique",
                at=(0, column),
                named=_CALLED,
            )
            for column, names in enumerate((methods.shown_rules, methods.shown_structures))
        ),
        zeros((1, 2)),
        told((0, 0), "rules"),
        told((0, 1), "ways of sharing"),
    ],
    "methods-values": [value_by_value],
    "methods-trunk": [rows_of_rules],
    "auxiliary-kinds": [rows_of("kind"), axis(x="log", downwards=True)],
    "auxiliary-mechanisms": [rows_of("mechanism"), axis(x="log", downwards=True)],
    "auxiliary-noise": [
        Show(
            lambda d: 1 + d["noise_change"],
            "label_noise",
            "interval",
            by="trunk",
            named=_TRUNKS,
            unit="",
        ),
        lambda _data: [level((0, 0), 1.0, fixed=True)],
        axis(x="log", y="log"),
    ],
    "auxiliary-details": [
        Show(
            percent("r_change"),
            "r",
            "interval",
            by="use",
            named={"together": "best use", "as one task": "as one task"},
            unit="%",
        ),
        Show(
            percent("adversary_change"),
            "overlap",
            "interval",
            by="removal",
            at=(0, 1),
            named="{}",
            unit="%",
        ),
        lambda _data: [level((0, j), 0.0, fixed=True) for j in range(2)],
        Show("information_exact", "n_levels", at=(1, 0), named="exact"),
        Show("information", "n_levels", "loose", at=(1, 0), named="measured"),
        Show("rmse", "arm", "loose", by="code", at=(1, 1), named="{} code"),
        lambda _data: [
            mark(
                (1, 1), "points", range(3), [*TABLE_6.values()], named="Caruana (1997)", fixed=True
            )
        ],
        axis((1, 1), y="log", xlim=(-0.4, 2.4)),
    ],
    "weights": [
        Show(
            over_weights(name, bound),
            "weight",
            kind,
            rows=("S_A",),
            columns="r_AB",
            named=named,
        )
        for name, bound, kind, named in (
            ("MT", ["estimate", "low", "high"], "interval", "benefit"),
            ("MT_upper", "estimate", "line", "upper side"),
            ("MT_lower", "estimate", "line", "lower side"),
        )
    ]
    + [zeros((2, 3))],
    "weights-best": [
        Show(
            lambda d: d["share"].sel(loss="generalisation", choice=["loss", *d["side"].values]),
            "r_AB",
            "interval",
            by="choice",
            rows=("S_A",),
            columns="S_B",
            named={"loss": "benefit"}
            | {side: side for side in ("upper side", "lower side", "mean of both sides")},
        ),
        *all_axes((2, 2), ylim=(-0.05, 1.05)),
    ],
    "weights-regret": [lost_by_choice],
    "sparsity": [recovered_by_overlap],
    "sparsity-ratio": [
        Show("ratio", "overlap", "interval", by="block", columns="p", named=_BLOCKS),
        Show(
            lambda d: d["limit"].sel(norm="l1/linf") / d["limit"].sel(norm="l1"),
            "overlap",
            columns="p",
            named=_THRESHOLD,
            unit="",
        ),
        lambda _data: [level((0, j), 1.0, fixed=True) for j in (0, 1)],
        lambda _data: [level((0, j), 2 / 3, upright=True, fixed=True) for j in (0, 1)],
        *all_axes((1, 2), ylim=(0, None)),
    ],
    "sparsity-same": [
        Show(
            lambda d, norm=norm, signs=signs: d["share_same"].sel(norm=norm, signs=signs),
            "theta",
            "interval",
            columns="p",
            named=f"{_BLOCKS[norm]}, {signs}",
        )
        for norm in ("l1", "l1/l2")
        for signs in ("equal", "half opposite")
    ]
    + [thresholds_by_signs],
    "wide-limit": [every_start, *all_axes((1, 2), x="log", y="log")],
    "wide-functions": [ends_of_the_widths],
    "wide-benefit": [
        Show(
            lambda d: d["mean_error"].isel(n_train=0),
            "decay",
            by="arm",
            named={"alone": "alone"} | _RELATIONS,
        ),
        Show("benefit", "n_train", "interval", by="relation", at=(0, 1), named=_RELATIONS),
        lambda _data: [level((0, 1), 0.0, fixed=True)],
        axis(x="log", y="log"),
        axis((0, 1), x="log"),
        told((0, 1), "weight decay"),
    ],
    "wide-tangent": [
        Show("size", "width", "interval", named="tangent networks"),
        slope_of_a_root,
        axis(x="log", y="log"),
    ],
    "wide-sharing": [
        changes_by_model,
        lambda _data: [level((0, 0), 1e-6, upright=True, fixed=True)],
        axis(x="log", downwards=True),
        Show("change_over_width", "width", "interval", by="curve", at=(0, 1), named="{}"),
        axis((0, 1), x="log", y="log"),
    ],
    "wide-map": [
        points_of_tasks,
        Show("density_gap", "width", "interval", at=(0, 2)),
        axis((0, 2), x="log"),
    ],
    "weight-decay": [
        Show(
            lambda d: d["MT"].isel(S_B=-1),
            "r_AB",
            "interval",
            by="regulariser",
            rows=("S_A",),
            columns="tuned_by",
            named="{}",
        ),
        zeros((1, 2)),
    ],
    "weight-decay-norm": [
        Show(
            lambda d: d["squares"].mean("dataset"),
            "r_AB",
            "points",
            by="small_decay",
            columns="S_soft",
            named=r"students, $\lambda$ = {}",
            unit="",
        ),
        Show(
            lambda d: d["formula"].mean("dataset"),
            "r_AB",
            columns="S_soft",
            named="trace norm of the teachers",
            unit="",
        ),
        *all_axes((1, 2), ylim=(0, None)),
    ],
    "weight-decay-width": [
        Show("excess", "N2", by="member", named="{}"),
        lambda _data: [level((0, 0), 1e-3, fixed=True)],
        axis(y="log"),
    ],
    "weight-decay-coupling": [
        Show(
            lambda d: d["moved"].sel(bound="estimate"),
            "points",
            by="r_AB",
            columns="inputs",
            named="$r_{{AB}}$ = {}",
            unit="",
        ),
        *all_axes((1, 2), x="log", y="log"),
        axis((0, 1), ylim=(1e-8, 1)),
    ],
    "digits": [
        Show(
            on_digits(n_aux=-1),
            "r_AB",
            "interval",
            by="flip_B",
            rows=("flip_A",),
            columns="inputs",
            named="auxiliary labels turned: {}",
        ),
        lambda d: zeros((d.sizes["flip_A"], 2))(d),
    ],
    "digits-auxiliary": [
        Show(
            on_digits(flip_A=0, flip_B=0),
            "n_aux",
            "interval",
            by="r_AB",
            columns="inputs",
            named="$r_{{AB}}$ = {}",
        ),
        Show(
            on_digits("theory", flip_A=0, flip_B=0, bound=0),
            "n_aux",
            by="r_AB",
            columns="inputs",
            named="theory, (T 7b)",
        ),
        zeros((1, 2)),
        *all_axes((1, 2), x="log"),
    ],
    "digits-tasks": [
        Show(
            on_digits(flip_A=0, flip_B=0, n_aux=-1),
            "r_AB",
            "interval",
            columns="inputs",
            named="digits, inputs rotated",
        ),
        other_classes,
        zeros((1, 2)),
    ],
    "digits-deep": [
        *(
            Show(
                on_digits(student, flip_A=0, n_aux=-1, flip_B=[0, -1]),
                "r_AB",
                "interval",
                by="flip_B",
                columns="inputs",
                named=f"{called}, labels turned: {{}}",
            )
            for student, called in (("linear", "linear students"), ("deep", "deep ReLU students"))
        ),
        zeros((1, 2)),
    ],
    "confounds": [one_factor],
    "figure1": [
        Show(deviation("s_sgd"), "time", "area", by="N3", unit=""),
        Show(mean("s_sgd"), "time", by="N3", named="SGD, mean ± s.d. over seeds", unit=""),
        Show(mean("s_eq3"), "time", by="N3", named="theory, Eq. (3)", unit=""),
        class_ends,
        Show(
            lambda d: 100 * (d["s_eq3"].mean("seed") / d["s_sgd"].mean("seed") - 1),
            "time",
            by="N3",
            at=(0, 1),
            named="{} classes",
            unit="%",
        ),
        lambda _data: [level((0, 1), 0.0, fixed=True)],
        told((0, 0), "Singular value"),
        told((0, 1), "Relative gap of the means"),
    ],
    "label-rules": [
        *rule_curves("s", rows=("N3",), columns="label_rule"),
        published_range((2, 3)),
    ],
    "label-rules-large-data": [large_panels],
    "label-rules-teachers": [scan_ends, published_range((1, 1)), axis(y="log")],
    "finite-data": [
        Show(
            lambda d: deviation("s", N1=shown_inputs(d), curve="sgd")(d),
            "time",
            "area",
            columns="N3",
            unit="",
        ),
        *(
            Show(finite_curves(curve=curve), "time", columns="N3", named=named, unit="")
            for curve, named in ({"sgd": "SGD ± s.d."} | _FINITE | _WRONG).items()
        ),
        *(axis((0, j), ylim=inside(N3)) for j, N3 in enumerate((2, 20))),
    ],
    "finite-data-gaps": [
        Show(
            percent("gap", theory=["eq3", "T7a"], bound=which),
            "N1",
            kind,
            columns="N3",
            by="theory",
            named=_FINITE,
            unit="%",
        )
        for which, kind in (("estimate", "line"), (["low", "high"], "area"))
    ]
    + all_axes((1, 2), x="log", ylim=(0, None))
    + [lambda d: (ticks((0, j), "x", d["N1"], d["N1"].values) for j in (0, 1))],
    "spectrum": [
        Show(mean("S_sgd"), named="SGD, one colour a value", unit="", **_SPECTRUM),
        Show(mean("S_flow"), named="matrix flow, (T 6)", unit="", **_SPECTRUM),
        *all_axes((4, 2), y="log"),
    ],
    "learning-rate": [
        Show(mean("distance"), "learning_rate", columns="N3", by="descent", named="{}", unit=""),
        slope_one,
        *all_axes((1, 2), x="log", y="log"),
    ],
    "wide-stacks": [
        Show(
            lambda d: abs(d["excess"]).max("seed").clip(1e-6),
            "width",
            by="shared",
            named="{}",
            unit="",
        ),
        Show(
            lambda d: d["coupling"].sel(bound="estimate").clip(1e-6),
            "width",
            by="shared",
            at=(0, 1),
            named="{}",
            unit="",
        ),
        every_dataset,
        *all_axes((1, 2), x="log", y="log"),
    ],
    "rem": [
        *exact_and_limit("Y2", (0, 0)),
        *exact_and_limit("gamma", (0, 1)),
        *exact_and_limit("log_Z", (0, 2)),
        axis((0, 0), x="log"),
        axis((0, 1), x="log", y="log", ylim=lambda d: (d["gamma"].min() / 2, None)),
        axis((0, 2), x="log", y="log"),
    ],
    "rem-freezing": [from_freezing, axis(xlim=(0, 4), ylim=(0, 1))],
    "protocol-flags": [
        Show("chi2", "setting", "points", across=True),
        lambda data: [level((0, 0), data["chi2_limit"].item(), upright=True)],
        axis(xlim=(0, None), downwards=True),
    ],
    "protocol-joint": [
        flags_together,
        *(axis((j // 3, j % 3), x="linear" if j == 3 else "log", ylim=(0, None)) for j in range(6)),
    ],
    "protocol-repetitions": [
        Show("scatter", "n_tested", "loose", named="simulated"),
        lambda data: [level((0, 0), data["published_scatter"].item(), named="published")],
        lambda data: [ticks((0, 0), "x", data["n_tested"].values, data["n_tested"].values)],
        axis(x="log", ylim=(0, None)),
        repetitions,
        *(axis((0, j), xlim=(-0.5, 2.5)) for j in (1, 2)),
    ],
    "figure2": [
        *stripes_by_source("MT_left", "S_A", "Figure 2, left"),
        *stripes_by_source("MT_right", "n_right", "Figure 2, right", 1),
        *(told((i, 0), "over main tasks") for i in range(len(SOURCES))),
        *(told((i, 1), "over points") for i in range(len(SOURCES))),
    ],
    "figure2-lines": over_relatedness("n_train", "S_A", (6, 6), source="ours"),
    "figure2-curves": [least_losses, axis(x="symlog")],
    "auxiliary-data": stripes_by_source("MT_left", "n_aux", "Figure 3, left"),
    "auxiliary-data-full": over_relatedness("S_A", "n_aux", (5, 4), source="ours"),
    "depth": [
        drawn
        for i, source in enumerate(SOURCE_NAMES)
        for drawn in (
            stripes("MT_right", "student", "Figure 3, right", at=(i, 0), cell={"source": source}),
            told((i, 0), f"over depths: {SOURCE_NAMES[source]}"),
        )
    ],
    "depth-shift": [shifts_by_source],
    "depth-full": [
        Show(
            lambda d: d["MT"].sel(source="ours").isel(S_A=-1),
            "r_AB",
            "interval",
            by="S_B",
            named="$S_B$ = {}",
            rows=("n_train",),
            columns="student",
        ),
        zeros((2, 4)),
    ],
    "interactions": [benefit_maps(lambda data: data["MT"])],
    "interactions-published": [
        published_scatter,
        told((0, 0), "our networks"),
        told((0, 1), "finite-sample theory, (T 7b)"),
        told((0, 2), "infinite data, (T 6)"),
    ],
    "interactions-residuals": [benefit_maps(apart)],
    "interactions-lines": over_relatedness("n_train", "S_A", (6, 6), "MT_theory"),
    "interactions-theory": [
        theory_scatter,
        told((0, 0), "finite-sample theory, (T 7b)"),
        told((0, 1), "infinite data, (T 6)"),
    ],
    "rank-three": [
        *stripes_by_source("MT_left", "S_A", "Figure 2, left", n_train=400),
        *stripes_by_source("MT_right", "n_train", "Figure 2, right", column=1),
        *(told((i, 0), "$N$ = 400") for i in range(3)),
    ],
    "table1-phase": [phase_maps],
    "table1-rows": [effect_strips],
    "aligned": [
        Show("density", "bin", by="level", named=r"$\bar s$ = {}"),
        Show("bulk_density", "bin", named="noise"),
        lambda data: (level((0, 0), edge, upright=True) for edge in data["bulk_edge"].values),
        Show("s_hat", "S_B", "loose", at=(0, 1), named="drawn"),
        Show("s_hat_predicted", "S_B", at=(0, 1), named="(T 10)"),
        Show("S_B", "S_B", at=(0, 1), named=r"$\hat s = \bar s$", fixed=True),
        *overlaps("u_overlap", r"$(\hat u \cdot \bar u)^2$"),
        *overlaps("v_overlap", r"$(\hat v \cdot \bar v)^2$"),
        axis(
            x="log",
            ylim=lambda d: (0, 1.25 * max(d["bulk_density"].max(), d["density"].quantile(0.99))),
        ),
        axis((0, 1), x="log", y="log"),
        axis((0, 2), x="log"),
    ],
    "aligned-curves": [
        Show(deviation("s_trained"), kind="area", by="cell", **_BY_RULE),
        Show(mean("s_trained"), by="cell", named="{}", **_BY_RULE),
        Show(mean("s_plane"), by="cell", named="plane flow, (T 14)", **_BY_RULE),
        Show(mean("s_alone"), named="alone, Eq. (3)", **_BY_RULE),
    ],
    "aligned-weak": [
        Show(weak(name), "S_B", columns="label_rule", by="S_A", at=(i, 0), named="$S_A$ = {}")
        for i, name in enumerate(("s_difference", "MT"))
    ]
    + [zeros((2, 2)), *all_axes((2, 2), x="log", y="symlog")],
    "aligned-difference": [aligned_map("s_difference", "")],
    "aligned-benefit": [aligned_map("MT", "nats")],
    "bound": [
        Show(_general("MT"), unit="nats", **_BOUND),
        *(Show(_general(side), unit="nats", **_BOUND) for side in ("lower", "upper")),
        Show(
            lambda d: between(_general("lower")(d), _general("upper")(d)),
            kind="area",
            unit="nats",
            **_BOUND,
        ),
        zeros((2, 3)),
    ],
    "bound-forms": [form_segments],
    "bound-tightness": [bound_ratio, *all_axes((1, 2), x="log", y="log")],
    "relatedness-candidates": [law_by_candidate],
    "relatedness-laws": [law_by_main],
    "relatedness-errors": [
        candidate_errors("law_error", 1000, "mnat", (0, 0)),
        candidate_errors("law_sign", 100, "%", (0, 1)),
        no_candidate,
        axis(xlim=(0, None), downwards=True),
        axis((0, 1), downwards=True),
    ],
    "relatedness-families": [family_errors, axis(xlim=(0, None), downwards=True)],
    "multiverse": [decisive_shares],
}


# -------------------------------------------------------------------------------------------- tests


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def published():
    return {name: results.load(RESULTS / f"{name}.nc") for name in PUBLISHED}


@pytest.fixture
def draw(monkeypatch):
    # Where the layout puts the panels changes nothing of what they show, and takes long.
    monkeypatch.setattr(Figure, "draw_without_rendering", lambda _figure: None)
    return lambda data, figure: chapters()[data.attrs["experiment"]].figures[figure](data)


def declared(data: xr.Dataset, figure: str) -> list[Mark]:
    return [one for drawing in DRAWN[figure] for one in drawing(data)]


def other_numbers(data: xr.Dataset) -> xr.Dataset:
    """Move every value to a neighbour's place, intervals as a whole, and by one per cent.

    Sources stay, or other main tasks would have a panel.
    """
    moved = data.copy()
    for name, values in data.data_vars.items():
        steps = {dim: 1 for dim in values.dims if dim not in ("bound", "source")}
        rolled = values.roll(steps)
        moved[name] = (1.01 * rolled if values.dtype.kind == "f" else rolled).assign_attrs(
            values.attrs
        )
    return moved


def test_every_figure_declares_what_it_shows():
    every = {figure for chapter in chapters().values() for figure in chapter.figures}
    assert {figure for _, figure in NAMES} <= set(DRAWN) <= every


@pytest.mark.parametrize(("name", "figure"), NAMES)
def test_shows_what_it_declares_and_all_of_it(published, draw, name, figure):
    data = published[name]
    axes, expected = draw(data, figure), declared(data, figure)
    found = complaints(axes, expected)
    assert not found, "\n".join(found)
    assert not too_small(axes, COLUMNS)

    # For a narrow window it is drawn anew, and shows the same.
    narrow = style.narrowed(axes.flat[0].figure).panels
    found = complaints(narrow, expected)
    assert not found, "\n".join(found)
    assert not too_small(narrow, PHONE)

    # A gap is noticed: an artist or a label fewer, one after the other.
    for spoil in spoilers(axes):
        spoil()
        more = complaints(axes, expected)
        assert len(more) > len(found), spoil
        found = more

    # The declaration follows the data, and the figure follows the declaration.
    moved = other_numbers(data)
    others = declared(moved, figure)
    for before, after in zip(expected, others, strict=True):
        if before.kind not in TOLD and before.numbers.size and not before.fixed:
            assert not before.shows(after), before
    wrong = complaints(draw(moved, figure), others)
    assert not [text for text in wrong if "drawn" in text]  # names, limits and ticks may not fit


def too_small(axes, columns) -> list[str]:
    """Texts lower than nine pixels where a column shrinks the figure to its width."""
    figure = axes.flat[0].figure
    texts = [one for one in figure.findobj(Text) if one.get_text().strip()]
    shrunk = min(1.0, min(columns) / (96 * figure.get_figwidth()))
    return [one.get_text() for one in texts if one.get_fontsize() * 96 / 72 * shrunk < 9]


def test_a_figure_too_wide_or_text_too_small_is_noticed():
    with style.house_style():
        _, axes = plt.subplots(squeeze=False, figsize=(style.WIDE, 3))
        axes[0, 0].set_title("title")
        assert not too_small(axes, COLUMNS)
        axes[0, 0].title.set_text("small")
        axes[0, 0].title.set_fontsize(7)
        assert too_small(axes, COLUMNS) == ["small"]
        axes[0, 0].title.set_fontsize(9)
        axes[0, 0].figure.set_figwidth(10)
        assert "small" in too_small(axes, COLUMNS)


def spoilers(axes):
    last = max(Picture(axes).panels)
    shows = [artist for artist, _ in artists(last, axes[last])]
    yield shows[0].remove
    yield lambda: axes[last].set_xlabel("")
