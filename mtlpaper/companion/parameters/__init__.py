"""Typed parameters of experiments; no numerics here, so that `mtlpaper list` answers at once."""

from mtlpaper.companion.parameters.base import (
    ParameterError,
    ParameterInfo,
    Parameters,
    describe,
    nearest,
    parameter,
    parse_value,
)
from mtlpaper.companion.parameters.readable import readable_range, symbol_of
from mtlpaper.companion.parameters.symbols import Distinct, Increasing, Symbol

__all__ = [
    "Distinct",
    "Increasing",
    "ParameterError",
    "ParameterInfo",
    "Parameters",
    "Symbol",
    "describe",
    "nearest",
    "parameter",
    "parse_value",
    "readable_range",
    "symbol_of",
]
