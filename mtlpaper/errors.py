"""Refusals: of an argument, by its name, value and what is accepted; of an unfinished result."""

from typing import Any


class NotConvergedError(ArithmeticError):
    """A solver ended before its result was good enough; nothing is returned.

    Attributes
    ----------
    residual : float
        How far it was from what was asked for, in the measure that the message names.
    """

    def __init__(self, message: str, residual: float) -> None:
        super().__init__(message, residual)  # both, or pickle could not make it anew
        self.residual = residual

    def __str__(self) -> str:
        return f"{self.args[0]}: {self.residual:.2g}"


def require(condition: bool, argument: str, value: Any, accepted: str) -> None:
    """Raise a ValueError naming the argument, the value seen and what is accepted.

    Parameters
    ----------
    condition : bool
        What must hold.
    argument : str
        Name of the argument.
    value : Any
        The value that was given.
    accepted : str
        Completes the sentence "`argument` must be …".

    Raises
    ------
    ValueError
        If `condition` is false.
    """
    if not condition:
        raise ValueError(f"`{argument}` must be {accepted}, got {value!r}")
