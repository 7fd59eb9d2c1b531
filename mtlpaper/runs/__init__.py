"""Runs: a notebook executed with given parameters into a folder of its own.

A run folder holds the executed notebook, the data, the figures and ``run.json``. A folder that
already holds the results asked for, unchanged and made by the same code, is not computed again.
"""

from mtlpaper.runs.batch import run_all
from mtlpaper.runs.cell import cell_values, parameters_cell
from mtlpaper.runs.errors import RunError, SetupError
from mtlpaper.runs.execution import Outcome, execute
from mtlpaper.runs.folder import State, inspect, read_record, require_unaltered
from mtlpaper.runs.means import Means
from mtlpaper.runs.planning import Run, find_root, fingerprint, plan

__all__ = [
    "Means",
    "Outcome",
    "Run",
    "RunError",
    "SetupError",
    "State",
    "cell_values",
    "execute",
    "find_root",
    "fingerprint",
    "inspect",
    "parameters_cell",
    "plan",
    "read_record",
    "require_unaltered",
    "run_all",
]
