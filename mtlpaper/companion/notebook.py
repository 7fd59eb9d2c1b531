"""The few calls a notebook makes: read its parameters, compute, show a figure, a table, a number.

Where the environment variable ``MTLPAPER_RUN_DIR`` names a folder, as it does in ``mtlpaper run``,
data that were computed are found there, and figures saved; elsewhere nothing is written. What lands
in the notebook is the same in both cases and holds neither paths nor progress, so that nbval can
compare it.
"""

from __future__ import annotations

import html
import json
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from IPython.display import display

from mtlpaper.companion import experiments, provenance, results
from mtlpaper.companion.claims import BADGES, all_claims, explain, found_text, rule_text
from mtlpaper.companion.drawings import figure_of
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.registry import settings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

RUN_DIR = "MTLPAPER_RUN_DIR"
#: Where the book looks for a glued value (the convention of papermill and MyST-NB).
GLUE_PREFIX = "application/papermill.record/"


def parameters(name: str, namespace: Mapping[str, Any]) -> Parameters:
    """Validate the parameters cell of a notebook.

    Parameters
    ----------
    name : str
        Name of the experiment.
    namespace : mapping
        The notebook's ``globals()``.

    Raises
    ------
    ParameterError
        If the experiment is unknown, or a parameter is missing or not acceptable.
    """
    return settings(name).from_namespace(namespace)


def dataset(params: Parameters) -> xr.Dataset:
    """Return the experiment's data: those that the run has computed, or else computed here.

    In a run they are the file ``<experiment>.nc``; data computed here are saved there.

    Raises
    ------
    RuntimeError
        If this kernel finds other versions of Python or of packages than the run.
    """
    folder = _run_folder()
    path = None if folder is None else folder / f"{params.name}.nc"
    if path is not None and path.exists():
        data = results.load(path)
        if json.loads(data.attrs["parameters"]) == params.plain():
            _require_our_versions(data)
            return data
    data = experiments.compute(params)
    if path is not None:
        results.save(data, path)
    return data


def figure(axes: np.ndarray, name: str) -> None:
    """Show the figure that an array of Axes belongs to; in a run, save it as SVG and PNG."""
    _require_file_name(name)
    fig = figure_of(axes)
    folder = _run_folder()
    if folder is not None:
        results.save_figure(fig, folder / name)
    width, height = (round(96 * inches) for inches in fig.get_size_inches())
    # The picture is made here and not by Jupyter's own backend, whose crop and resolution depend
    # on its configuration. It is a PNG because nbval compares the text of an SVG.
    display(
        {"image/png": results.picture(fig, "png"), "text/plain": f"<figure {name}>"},
        metadata={"image/png": {"width": width, "height": height}},
        raw=True,
    )
    _forget(fig)


def table(frame: pd.DataFrame, digits: int = 3) -> None:
    """Show a small table with numbers rounded to `digits` significant digits.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index is shown unless it is the plain count of rows.
    digits : int
        Few, so that the last digit does not depend on the machine.
    """
    if digits < 1:
        raise ValueError(f"`digits` must be at least 1, got {digits}")
    counted = frame.index.name is None and list(frame.index) == list(range(len(frame)))
    style = {
        "float_format": lambda value: _rounded_text(value, digits),
        "na_rep": "–",
        "index": not counted,
    }
    display(
        {"text/html": frame.to_html(border=0, **style), "text/plain": frame.to_string(**style)},
        raw=True,
    )


def claim(name: str, data: xr.Dataset) -> None:
    """Show a claim's verdict on these data, in the words of the scorecard; glue it by its name.

    Parameters
    ----------
    name : str
        Of the claim; the book's prose finds its verdict under it, see `glue`.
    data : xarray.Dataset
        Of the claim's experiment.
    """
    claims = all_claims()
    if name not in claims:
        raise ValueError(f"`name` must be a claim of the ledger, got {name!r}")
    one = claims[name]
    finding = one.judge(data)
    word = finding.verdict
    found = f" Found: {found_text(one, finding)}." if finding.total else ""
    lines = {
        "found": f"Expected: {one.expected}.{found}",
        "why": " ".join(explain(one, finding)),
        "rule": rule_text(one),
    }
    shown = [(kind, text) for kind, text in lines.items() if text]
    badge = f'<span class="verdict-{BADGES[word]}">{word}</span>'
    rows = [f'<p class="claim-says">{badge} {html.escape(one.says)}</p>']
    rows += [f'<p class="claim-{kind}">{html.escape(text)}</p>' for kind, text in shown]
    display(
        {
            "text/html": f'<div class="claim claim-{BADGES[word]}">{"".join(rows)}</div>',
            "text/plain": "\n".join([f"{word}: {one.says}", *(text for _, text in shown)]),
        },
        raw=True,
    )
    glue(name, word)


def glue(name: str, value: Any, digits: int = 4) -> None:
    """Store a number or a word for the book's prose, without showing it.

    Parameters
    ----------
    name : str
        What the prose calls it: ``{glue:text}`figure1.ipynb::name:.2f```.
    value : int, float or str
        NumPy scalars and arrays without dimensions count as what they hold.
    digits : int
        Significant digits kept of a float; the rest may depend on the machine.

    Raises
    ------
    TypeError
        If `value` is none of these.
    ValueError
        If `value` is not finite: a sentence with "nan" in it is a fault of the run.

    Notes
    -----
    Writes the record that ``myst_nb.glue(name, value, display=False)`` writes, so that a notebook
    run without the book's packages is no different.
    """
    display(
        {f"{GLUE_PREFIX}text/plain": repr(_plain(value, digits))},
        metadata={"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}},
        raw=True,
    )


def _require_our_versions(data: xr.Dataset) -> None:
    if json.loads(data.attrs["versions"]) != {**provenance.machine(), **provenance.versions()}:
        raise RuntimeError(
            "the kernel found other versions than the program that computed the data; start the "
            "program again if the environment was changed meanwhile"
        )


def _run_folder() -> Path | None:
    text = os.environ.get(RUN_DIR)
    if not text:
        return None
    folder = Path(text)
    if not folder.is_dir():
        raise FileNotFoundError(f"`{RUN_DIR}` must be an existing folder, got {text!r}")
    return folder


def _require_file_name(name: str) -> None:
    if not name or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise ValueError(f"`name` must be letters, digits, - and _ only, got {name!r}")


def _forget(fig: Figure) -> None:
    """Close a figure that pyplot knows, or Jupyter would show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)


def _plain(value: Any, digits: int) -> int | float | str:
    if isinstance(value, np.generic) or hasattr(value, "item"):
        if np.ndim(value) != 0:
            raise TypeError(f"`value` must be a single number, got shape {np.shape(value)}")
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"`value` must be an int, a float or a str, got {type(value).__name__}")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"`value` must be finite, got {value}")
        return float(f"{value:.{digits}g}")
    return value


def _rounded_text(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return "0" if float(text) == 0 else text  # no "-0"
