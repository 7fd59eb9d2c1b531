"""The numbers behind Figures 2, 3 and A1 to A4, as the authors published them.

`published.json`, beside this module, holds means and standard errors and says where they are from.
They were computed from the authors' rows, one a trained network, which are not carried here.
"""

import json
from collections.abc import Hashable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mtlpaper.companion import results
from mtlpaper.companion.contract.tolerances import Tolerance
from mtlpaper.companion.registry import PublishedTable
from mtlpaper.companion.results import ResultError

_FILE = Path(__file__).with_suffix(".json")
#: Digests of code, by which a result is known to be up to date, hold the file's content through it.
_CHECKSUM = "4b9f20786a7fb5853cf7c9f297cc551dffc0bdc4c016786ae34712c2b232a5d0"
#: The authors' columns, by our names.
_COLUMNS = {
    "student": "nlayers",
    "n_train": "main_train_pts",
    "n_aux": "aux_train_pts",
    "S_A": "s_a",
    "S_B": "s_b",
    "r_AB": "relatedness",
}
_SUBSET, _ALONE, _LOSS = "train_seed", "single_task", "validation-1/loss"
#: Where a clone of the authors' repository holds the files.
_IN_CLONE = Path("notebooks", "data")
_ROUNDING = Tolerance(
    5e-6, 1e-6, "six digits are carried, and copies of a row differ by 5e-7 in single precision"
)


def load(name: str) -> xr.Dataset:
    """Return a table.

    Parameters
    ----------
    name : {"rank-10", "rank-3", "auxiliary", "relu"}

    Returns
    -------
    xarray.Dataset
        `MT`, the mean benefit in nats, over (n_train, S_A, S_B, r_AB), with n_aux for n_train in
        `auxiliary` and student before it in `relu`; `L_single`, the mean loss of the single-task
        student, over those of (student, n_train, S_A) that there are; their standard errors
        `MT_se` and `L_single_se`; the number of datasets `n`. The attributes say what the
        numbers are and where they are from.

    Raises
    ------
    ResultError
        If the file that holds the tables is missing or was altered.
    """
    if fault := results.fault(_FILE, _CHECKSUM):
        raise ResultError(f"{_FILE} {fault}; install the package again")
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    table = content["tables"][name]
    return xr.Dataset.from_dict({**table, "attrs": {**table["attrs"], **content["attrs"]}})


def from_rows(name: str, file: str, folder: Path) -> xr.Dataset:
    """Compute a table from the authors' rows.

    Parameters
    ----------
    name : str
        See `load`.
    file : str
        Name of the authors' file.
    folder : Path
        The folder of the file, or a clone of the authors' repository.

    Returns
    -------
    xarray.Dataset
        Variables and coordinates as `load` gives them, but `n` counts the subsets of every cell;
        NaN where there are no rows.

    Raises
    ------
    ResultError
        If there is no such file, or it lacks a column or holds something else in it.
    """
    table = load(name)
    data = folder / _IN_CLONE
    rows = _read((data if data.is_dir() else folder) / file, table["MT"].dims)
    alone = rows[_ALONE]
    single = _losses(rows[alone], table["L_single"].dims)
    benefit = (single - _losses(rows[~alone], table["MT"].dims)).transpose(
        *table["MT"].dims, _SUBSET
    )
    return table.assign(  # which fills cells without rows with NaN
        MT=benefit.mean(_SUBSET),
        MT_se=_standard_error(benefit),
        L_single=single.mean(_SUBSET),
        L_single_se=_standard_error(single),
        n=benefit.count(_SUBSET),
    )


def _read(path: Path, dims: Sequence[Hashable]) -> pd.DataFrame:
    names = {theirs: ours for ours, theirs in _COLUMNS.items() if ours in dims}
    kinds = {**dict.fromkeys((*names, _LOSS), float), _SUBSET: int, _ALONE: bool}
    if "nlayers" in names:
        kinds["nlayers"] = int
    try:
        rows = pd.read_csv(path, usecols=list(kinds), dtype=kinds).rename(columns=names)
    except FileNotFoundError:
        raise ResultError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise ResultError(f"{path} does not hold the authors' rows: {error}") from error
    if "student" in rows:
        rows["student"] = rows["student"].astype(str) + " ReLU"
    for name in ("S_A", "S_B"):  # 10^(-2 + 0.6 k), which the table carries in four digits
        rows[name] = [float(f"{value:.4g}") for value in rows[name]]
    return rows


def _losses(rows: pd.DataFrame, dims: Sequence[Hashable]) -> xr.DataArray:
    """Losses over `dims` and training subsets; copies of a row are averaged."""
    return rows.groupby([*dims, _SUBSET])[_LOSS].mean().to_xarray()


def _standard_error(of: xr.DataArray) -> xr.DataArray:
    return of.std(_SUBSET, ddof=1) / np.sqrt(of.count(_SUBSET))


def _table(name: str, file: str, *experiments: str) -> PublishedTable:
    return PublishedTable(
        experiments, partial(load, name), partial(from_rows, name, file), _ROUNDING
    )


TABLES = {
    "rank-10": _table("rank-10", "rank-10.csv", "figure2", "interactions"),
    "rank-3": _table("rank-3", "rank-3.csv", "rank_three"),
    "auxiliary": _table("auxiliary", "aux-train-pts.csv", "auxiliary_data"),
    "relu": _table("relu", "deep-nonlinear.csv", "depth"),
}
