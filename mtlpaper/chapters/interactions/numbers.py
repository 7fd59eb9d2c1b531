"""Numbers in the prose on benefits without training, and its row on the front page."""

import numpy as np
import xarray as xr

from mtlpaper.chapters.common.numbers import minima
from mtlpaper.chapters.interactions.parameters import CLEAN, LEAST_CLEAN
from mtlpaper.companion.claims import parameter
from mtlpaper.companion.registry import Number

QUESTION = "Can the benefit be computed without training?"
ANSWER = (
    "Our theory for finite data, which trains no network, correlates with the {published_cells:d} "
    "benefits that the authors measured by {published_finite_correlation:.2f}; the paper's "
    "theory, for infinite data, does so by {published_infinite_correlation:.2f}."
)


def numbers(data: xr.Dataset) -> dict[str, Number]:
    """Give how theories agree with training over all cells, and where one is farthest off."""
    agreement = data["agreement"].sel(subset="all", bound="estimate")
    found: dict[str, Number] = {}
    for theory in data["theory"].values:
        cell = agreement.sel(theory=theory)
        for statistic in ("correlation", "slope", "rmse"):
            found[f"{theory}_{statistic}"] = float(cell.sel(statistic=statistic))
        found[f"{theory}_sign_percent"] = 100 * float(cell.sel(statistic="sign"))
    against = data["agreement_published"].sel(bound="estimate")
    for model in data["model"].values:
        for subset, suffix in (("all", ""), (CLEAN, "_clean")):
            cell = against.sel(model=model, subset=subset)
            for statistic in ("correlation", "rmse"):
                name = f"published_{model}{suffix}_{statistic}"
                found[name] = float(cell.sel(statistic=statistic))
    for theory in data["finite_theory"].values:
        gap = abs(data["loss_gap"].sel(finite_theory=theory))
        found[f"{theory}_loss_gap"] = float(gap.max())
        cell = data["agreement_same"].sel(finite_theory=theory)
        found[f"{theory}_same_correlation"] = float(cell.sel(statistic="correlation"))
        found[f"{theory}_same_rmse"] = float(cell.sel(statistic="rmse"))
    found["n_cavity"] = int(parameter(data, "n_cavity"))
    found["published_cells"] = int(np.isfinite(data["MT_published"]).sum())
    for count in ("n_clear", "n_cells"):
        found[count] = int(agreement.sel(theory="finite", statistic=count))
    found["least_clean"] = LEAST_CLEAN
    found["least_correlation"] = float(parameter(data, "least_correlation"))
    found["least_sign_percent"] = 100 * float(parameter(data, "least_sign"))
    gap = data["MT_theory"] - data["MT"].sel(bound="estimate")
    worst = gap.isel(abs(gap).argmax(...))
    found["worst_gap"] = float(worst)
    for axis in ("n_train", "S_A", "S_B", "r_AB"):
        found[f"worst_{axis}"] = worst[axis].item()
    return found | minima(data)
