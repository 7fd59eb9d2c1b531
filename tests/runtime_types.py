"""The type checker that the tests lay over every function and dataclass of the package.

A module of its own because jaxtyping's import hook takes the checker by its importable name.
"""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, Self

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype

#: Checks of a function in a test, two a call: of what it is given, and of what it returns. In the
#: steps of a training they would take ten times as long as the steps.
CHECKS = 1000
#: Checks of every function in the test that is running; `conftest.py` empties it.
made: Counter[tuple[str, str]] = Counter()

_checked = beartype(
    conf=BeartypeConf(
        # `float` accepts an int, as in PEP 484 and mypy.
        is_pep484_tower=True,
        hint_overrides=FrozenDict(
            {
                # What comparing or counting with NumPy yields is as good as Python's own.
                bool: bool | np.bool_,
                int: int | np.integer,
                # beartype resolves Self only where it decorates whole classes, and the hook
                # decorates methods one by one; mypy checks it instead.
                Self: object,
            }
        ),
    )
)


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check the types of a function, up to `CHECKS` times a test, nested ones all together."""
    name = function.__module__, function.__qualname__
    if made[name] >= CHECKS:
        return function
    checking = _checked(function)

    @wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        made[name] += 1
        return (checking if made[name] <= CHECKS else function)(*args, **kwargs)

    return counted
