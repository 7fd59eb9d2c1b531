"""Why two results cannot be compared."""

from __future__ import annotations


class ComparisonError(ValueError):
    """What was named is no result of an experiment, or the two are of different experiments."""

    exit_code = 2
