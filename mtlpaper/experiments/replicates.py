"""Datasets of Figure 1's kind, for experiments that have not moved to `mtlpaper.dynamics`."""

from mtlpaper.dynamics import Setting, draw_all

__all__ = ["Setting", "draw_all"]
