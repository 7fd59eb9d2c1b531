"""Numbers in the prose on kinds of auxiliary tasks, and the row on the front page."""

import re

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.numbers import compared
from mtlpaper.companion.registry import Number

QUESTION = "Which kinds of auxiliary tasks help, and by which mechanism?"
ANSWER = (
    "Of {n_kinds:d} kinds of auxiliary tasks, {helping:d} lessen the error, by up to "
    "{most_percent:.0f} %. Of {n_controls:d} controls, each of which takes away what should make "
    "a task help, {gone:d} lose more than half of the benefit."
)
#: First words of sentences whose comparisons no data can turn.
NOT_FROM_DATA = ("The other treatment is twice", "The best possible is", "A benefit is evidence")

#: Kinds whose experiment is among the mechanisms.
_MECHANISMS = ("hints", "focusing attention")

#: Treatments besides the auxiliary task of which the prose tells.
_OTHERS = (
    ("implicit data augmentation", "more points"),
    ("predicting inputs, binary code", "shuffled"),
    ("predicting inputs, Gray code", "shuffled"),
    ("representation bias", "best"),
    ("representation learning", "shuffled"),
    ("representation learning", "weak directions"),
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give errors against those alone in per cent, counts, and what the details come to."""
    found: dict[str, Number] = {"n_datasets": data.sizes["block"] * data.sizes["dataset"]}
    for group in ("kind", "mechanism"):
        change = 100 * data[f"{group}_change"].sel(bound="estimate")
        found |= {
            _name(name): compared(float(change.sel({group: name, "treatment": "together"})))
            for name in map(str, data[group].values)
        }
        found |= {
            _name(f"{name} {treatment}"): compared(
                float(change.sel({group: name, "treatment": treatment}))
            )
            for name, treatment in _OTHERS
            if name in data[group].values
        }
    return found | _counts(data) | _details(data)


def _name(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower())


def _counts(data: xr.Dataset) -> dict[str, Number]:
    """Kinds that help, and controls of all experiments, without those that are there twice."""
    together = data["kind_change"].sel(treatment="together")
    once = [str(one) for one in data["kind"].values if one not in _MECHANISMS]
    kinds = data["kind_left"].sel(bound="high", kind=once)
    tops = [kinds.values, data["mechanism_left"].sel(bound="high").values]
    left = np.concatenate([top[np.isfinite(top)] for top in tops])
    return {
        "n_kinds": data.sizes["kind"],
        "helping": int((together.sel(bound="high") < 0).sum()),
        "most_percent": -100 * float(together.sel(bound="estimate").min()),
        "n_controls": left.size,
        "gone": int((left < 0).sum()),
    }


def _details(data: xr.Dataset) -> dict[str, Number]:
    as_one = 100 * data["r_change"].sel(bound="estimate", use="as one task")
    adversary = 100 * data["adversary_change"].sel(bound="estimate")
    kept = data["information"].isel(n_levels=0)
    helps = data["r"].values[(as_one < 0).values]
    trunks = 100 * data["noise_change"].sel(bound="estimate")
    fit = {name: data[f"regularisation_{name}"].mean() for name in ("alone", "together")}
    return {
        "r_from": f"from r = {helps.min():g} on" if helps.size else "at none of the correlations",
        "as_one_least": compared(float(as_one.isel(r=0))),
        "least_r": float(data["r"].min()),
        "erasure_apart": compared(float(adversary.sel(removal="erasure").isel(overlap=0))),
        "erasure_along": compared(float(adversary.sel(removal="erasure").isel(overlap=-1))),
        "reversal_apart": compared(float(adversary.isel(removal=-1, overlap=0))),
        "reversal_along": compared(float(adversary.isel(removal=-1, overlap=-1))),
        "along_alone_percent": 100 * float(data["adversary_alone"].isel(overlap=-1).mean()),
        **{
            f"trunk_{trunk}_{end}": compared(float(trunks.sel(trunk=trunk).isel(label_noise=at)))
            for trunk in ("together", "shuffled")
            for end, at in (("least", 0), ("most", -1))
        },
        "least_noise": float(data["label_noise"].min()),
        "most_noise": float(data["label_noise"].max()),
        "most_reversal": float(data["reversal"].max()),
        "least_overlap": float(data["overlap"].min()),
        "most_overlap": float(data["overlap"].max()),
        "fewest_levels": int(data["n_levels"].min()),
        "kept": float(kept.sel(bound="estimate")),
        "kept_low": float(kept.sel(bound="low")),
        "kept_high": float(kept.sel(bound="high")),
        "kept_exact": float(data["information_exact"].isel(n_levels=0)),
        "fit_alone_percent": 100 * float(fit["alone"]),
        "fit_together_percent": 100 * float(fit["together"]),
    }
