"""The check of arguments: an error that names the argument, its value and what is accepted."""

from typing import Any


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
