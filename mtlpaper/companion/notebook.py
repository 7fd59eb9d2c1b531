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
from mtlpaper.companion.claims import (
    BADGES,
    all_claims,
    explain,
    found_text,
    is_own,
    rule_text,
    source_texts,
    word,
)
from mtlpaper.companion.drawings import figure_of
from mtlpaper.companion.parameters import Parameters
from mtlpaper.companion.registry import chapter, settings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

RUN_DIR = "MTLPAPER_RUN_DIR"
#: The versions that the program found which executes the notebook.
RUN_VERSIONS = "MTLPAPER_RUN_VERSIONS"
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
            _require_our_versions()
            return data
    data = experiments.compute(params)
    if path is not None:
        results.save(data, path)
    return data


def figure(axes: np.ndarray, name: str) -> None:
    """Show the figure that an array of Axes belongs to; in a run, save it as SVG and PNG.

    A run also saves how it is drawn for narrow windows, as ``NAME.narrow.svg`` and ``.png``.
    """
    from mtlpaper.companion import style  # matplotlib, which `drawings` has silenced

    _require_file_name(name)
    fig = figure_of(axes)
    # The picture is made here and not by Jupyter's own backend, whose crop and resolution depend
    # on its configuration. It is a PNG because nbval compares the text of an SVG.
    if (folder := _run_folder()) is None:
        picture = results.picture(fig, "png")
    else:
        picture = results.save_figure(fig, folder / name)[1].read_bytes()
        if isinstance(fig, style.HouseFigure):
            narrow = style.narrowed(fig)
            results.save_figure(narrow, folder / f"{name}{results.NARROW}")
            _forget(narrow)
    width, height = (round(96 * inches) for inches in fig.get_size_inches())
    display(
        {"image/png": picture, "text/plain": f"<figure {name}>"},
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
        Of the claim; the book's prose finds its verdict under it.
    data : xarray.Dataset
        Of the claim's experiment.
    """
    claims = all_claims()
    if name not in claims:
        raise ValueError(f"`name` must be a claim of the ledger, got {name!r}")
    one = claims[name]
    finding = one.judge(data)
    verdict, own = finding.verdict, is_own(one)
    found = f" Found: {found_text(one, finding)}." if finding.total else ""
    told = [
        f"{said}: {word(finding.sources[source].verdict, own)}"
        for source, said, _ in source_texts(one, finding)
    ]
    by_source = f" By source: {'; '.join(told)}." if told else ""
    lines = {
        "found": f"Expected: {one.expected}.{found}{by_source}",
        "why": " ".join(explain(one, finding)),
        "rule": rule_text(one),
    }
    shown = [(kind, text) for kind, text in lines.items() if text]
    badge = f'<span class="verdict-{BADGES[verdict]}">{word(verdict, own)}</span>'
    rows = [f'<p class="claim-says">{badge} {html.escape(one.says)}</p>']
    rows += [f'<p class="claim-{kind}">{html.escape(text)}</p>' for kind, text in shown]
    display(
        {
            "text/html": f'<div class="claim claim-{BADGES[verdict]}">{"".join(rows)}</div>',
            "text/plain": "\n".join(
                [f"{word(verdict, own)}: {one.says}", *(text for _, text in shown)]
            ),
        },
        raw=True,
    )
    _glue(name, word(verdict, own))


def numbers(data: xr.Dataset) -> None:
    """Store the numbers and words that the chapter's prose gives, without showing them.

    The prose finds a float rounded to four significant digits; the rest may depend on the machine.

    Parameters
    ----------
    data : xarray.Dataset
        Of the experiment; the function `numbers` of its chapter is called with it.

    Raises
    ------
    TypeError
        If one of them is no int, float or str.
    ValueError
        If one is not finite: a sentence with "nan" in it is a fault of the run.
    """
    for name, value in chapter(data.attrs["experiment"]).numbers(data).items():
        _glue(name, value)


def our_versions() -> str:
    """Return the versions of Python and of packages that this process finds, as JSON."""
    return json.dumps({**provenance.machine(), **provenance.versions()})


def _require_our_versions() -> None:
    if os.environ.get(RUN_VERSIONS, our_versions()) != our_versions():
        raise RuntimeError(
            "the kernel found other versions than the program that runs it; start the program "
            "again if the environment was changed meanwhile"
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


def _glue(name: str, value: object) -> None:
    """Write what ``myst_nb.glue(name, value, display=False)`` writes, without needing MyST-NB.

    The prose finds it by ``{glue:text}`figure1.ipynb::name:.2f```.
    """
    if type(value) not in (int, float, str):  # NumPy's scalars would be written otherwise
        raise TypeError(f"`{name}` must be an int, a float or a str, got {type(value).__name__}")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"`{name}` must be finite, got {value}")
        value = float(f"{value:.4g}")
    display(
        {f"{GLUE_PREFIX}text/plain": repr(value)},
        metadata={"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}},
        raw=True,
    )


def _rounded_text(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return "0" if float(text) == 0 else text  # no "-0"
