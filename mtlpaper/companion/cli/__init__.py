"""The command-line program ``mtlpaper``.

Results go to standard output, progress and complaints to standard error. Exit codes: 0 all well,
1 a run, a build or a check failed, 2 the input cannot be accepted, 130 interrupted, 141 whoever
read the output has gone.

Each module below adds its commands to the program when it is imported. Numerics, plotting and
Jupyter are imported inside the commands that need them: `list`, `show` and a complaint about a
parameter have to come at once.
"""

from mtlpaper.companion.cli import book as book
from mtlpaper.companion.cli import claims as claims
from mtlpaper.companion.cli import compare as compare
from mtlpaper.companion.cli import listing as listing
from mtlpaper.companion.cli import published as published
from mtlpaper.companion.cli import run as run
from mtlpaper.companion.cli import status as status
from mtlpaper.companion.cli import verify as verify
from mtlpaper.companion.cli.program import app, main

__all__ = ["app", "main"]
