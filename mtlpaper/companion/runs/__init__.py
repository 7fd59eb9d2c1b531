"""Runs: a notebook executed with given parameters into a folder of its own.

A run folder holds the executed notebook, the data, the figures and ``run.json``. A folder that
already holds the results asked for, unchanged and made by the same code, is not computed again.
"""

from mtlpaper.companion.runs.batch import run_all
from mtlpaper.companion.runs.cell import cell_values, parameters_cell
from mtlpaper.companion.runs.errors import RunError, SetupError
from mtlpaper.companion.runs.execution import Outcome, execute
from mtlpaper.companion.runs.figure_status import FigureStatus, status
from mtlpaper.companion.runs.folder import make_folder
from mtlpaper.companion.runs.means import Means
from mtlpaper.companion.runs.planning import Run, book_runs, find_root, plan
from mtlpaper.companion.runs.publication import published_result
from mtlpaper.companion.runs.record import (
    RECORD,
    Components,
    Origin,
    RunRecord,
    read_record,
    require_record,
    require_unaltered,
)
from mtlpaper.companion.runs.staleness import Reason, State, in_words, inspect

__all__ = [
    "RECORD",
    "Components",
    "FigureStatus",
    "Means",
    "Origin",
    "Outcome",
    "Reason",
    "Run",
    "RunError",
    "RunRecord",
    "SetupError",
    "State",
    "book_runs",
    "cell_values",
    "execute",
    "find_root",
    "in_words",
    "inspect",
    "make_folder",
    "parameters_cell",
    "plan",
    "published_result",
    "read_record",
    "require_record",
    "require_unaltered",
    "run_all",
    "status",
]
