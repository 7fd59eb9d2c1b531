"""Tables of this chapter, which others show too."""

from mtlpaper.chapters.common.two_tasks.tables import axes, effects, minima

__all__ = ["axes", "effects", "minima"]
