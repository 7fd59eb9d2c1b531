"""What a parameter's annotation says of it: its symbol, and the order of a list's values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field

#: Values of a list; a grid has several lists, and a program cannot want this many of each.
_LONGEST = 1000
T = TypeVar("T")


@dataclass(frozen=True)
class Symbol:
    """The entry of the glossary that a type carries: ``Annotated[int, Field(ge=1), Symbol(…)]``.

    Attributes
    ----------
    meaning : str
        One line in the field's words.
    unit : str
        ``"1"`` for a pure number.
    letter : str
        How formulas write it, in LaTeX; empty if none has it.
    equation : str
        Label of the book's equation that brings it in; empty if none does.
    """

    meaning: str
    unit: str = "1"
    letter: str = ""
    equation: str = ""


@dataclass(frozen=True)
class Order:
    """What holds between the values of a list, which has at most 1000 of them."""

    name: Literal["increasing", "distinct"]

    def __call__(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the values.

        Raises
        ------
        ValueError
            If they are too many, or not in this order.
        """
        if len(values) > _LONGEST:
            raise ValueError(f"must hold at most {_LONGEST} values")
        if self.name == "increasing" and any(a >= b for a, b in pairwise(values)):
            raise ValueError("must increase from value to value")
        if len(set(values)) < len(values):
            raise ValueError("must hold no value twice")
        return values


# At least one value, each larger than the one before it.
Increasing = Annotated[tuple[T, ...], Field(min_length=1), AfterValidator(Order("increasing"))]
# At least one value, each only once.
Distinct = Annotated[tuple[T, ...], Field(min_length=1), AfterValidator(Order("distinct"))]
