"""Tables of this chapter, which others show too."""

from mtlpaper.chapters.common.two_tasks.tables import axes, closeness, effects, minima

__all__ = ["axes", "closeness", "effects", "minima"]
