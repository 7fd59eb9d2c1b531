"""The type checker that the tests lay over every function and dataclass of the package.

A module of its own because jaxtyping's import hook takes the checker by its importable name.
"""

from typing import Self

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype

checked = beartype(
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
