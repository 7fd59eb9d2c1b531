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

__all__ = [
    "ParameterError",
    "ParameterInfo",
    "Parameters",
    "describe",
    "nearest",
    "parameter",
    "parse_value",
]
