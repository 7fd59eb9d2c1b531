"""The two ways in which a run can fail: before it starts, and while it computes."""

from __future__ import annotations


class SetupError(RuntimeError):
    """The run cannot start: no notebook, no place to write to, another run at work there."""

    exit_code = 2


class RunError(RuntimeError):
    """A notebook failed.

    Parameters
    ----------
    message : str
        One line: which experiment, which cell, what went wrong.
    traceback : str
        What the kernel told, if it told anything.
    """

    exit_code = 1

    def __init__(self, message: str, traceback: str = "") -> None:
        self.traceback = traceback
        super().__init__(message)
