"""Numbers in the prose on digits, and the page's row on the front page."""

import xarray as xr

from mtlpaper.chapters.common.numbers import significant
from mtlpaper.chapters.common.tables import ends
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Do the findings hold for real classes?"
ANSWER = (
    "On handwritten digits a related task with clean labels brings a benefit of "
    "{related_white:+.3f} nats if the images are whitened and {related_plain:+.3f} if they are "
    "not; an unrelated one brings {unrelated_white:+.3f} and {unrelated_plain:+.3f}."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = (
    "It makes weak components",
    "Images have other classes",
    "These maps have fewer",
    "Each verdict is on whitened",
    "(Before this page was written",
)
_INPUTS = {"white": "whitened", "plain": "as they are"}


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give benefits in nats with whitened images (`_white`) and as they are (`_plain`)."""
    whole, part = (float(data["explained"].sel(world=name)) for name in ("digits", "teacher"))
    share = data["share"].sel(end="last look")
    found: dict[str, Number] = {
        "n_train": int(parameter(data, "n_train")),
        "n_test": 4 * int(parameter(data, "n_test")),
        "n_validation": int(parameter(data, "n_validation")),
        "n_least": int(data["n_aux"].min()),
        "n_most": int(data["n_aux"].max()),
        "n_seeds": data.sizes["seed"],
        "n_deep": data.sizes["dataset"],
        "depth": int(parameter(data, "depth")),
        "explained_percent": 100 * whole,
        "teacher_percent": 100 * part,
        "moved": significant(float(data["moved"]), 1),
        "at_end_percent": 100 * float(share.sel(student="linear")),
        "deep_at_end_percent": 100 * float(share.sel(student="deep")),
    }
    for short, name in _INPUTS.items():
        found |= {f"{key}_{short}": one for key, one in _of(data.sel(inputs=name)).items()}
    found["times"] = float(found["related_white"]) / float(found["related_plain"])
    return found


def _of(data: xr.Dataset) -> dict[str, Number]:
    MT = data["MT"].sel(bound="estimate", student="linear").isel(flip_A=0)
    most, least = MT.isel(n_aux=-1), MT.isel(n_aux=0)
    noisy = data["MT"].sel(bound="estimate", student="linear").isel(n_aux=-1, flip_B=0, r_AB=-1)
    deep = data["MT"].sel(bound="estimate", student="deep").isel(flip_A=0, n_aux=-1, flip_B=0)
    start, low, high = ends(data["least_r"])
    tasks = data["MT_task"].sel(bound="estimate", student="linear")
    alone = data["L_single"].sel(bound="estimate").isel(flip_A=0)
    return {
        "related": float(most.isel(flip_B=0, r_AB=-1)),
        "unrelated": float(most.isel(flip_B=0, r_AB=0)),
        "related_few": float(least.isel(flip_B=0, r_AB=-1)),
        "unrelated_few": float(least.isel(flip_B=0, r_AB=0)),
        "random": float(most.isel(flip_B=-1, r_AB=-1)),
        "random_few": float(least.isel(flip_B=-1, r_AB=-1)),
        "noisy_main": float(noisy.isel(flip_A=-1)),
        "deep_related": float(deep.isel(r_AB=-1)),
        "deep_unrelated": float(deep.isel(r_AB=0)),
        "from": start,
        "from_low": low,
        "from_high": high,
        "alone": float(alone.sel(student="linear")),
        "alone_theory": float(alone.sel(student="theory")),
        "alone_deep": float(alone.sel(student="deep")),
        "accuracy_percent": 100
        * float(data["accuracy"].isel(flip_A=0, n_aux=-1).sel(net="alone").mean()),
        "task_low": float(tasks.min()),
        "task_high": float(tasks.max()),
        "best_task": str(tasks["task"].values[tasks.values.argmax()]),
        "correlation": float(data["agreement"].sel(closeness="correlation")),
        "slope": float(data["agreement"].sel(closeness="slope")),
        "rms": float(data["agreement"].sel(closeness="rms")),
    }
