"""Tables of this chapter, which others show too."""

from mtlpaper.chapters.common.two_tasks.tables import closeness, effects, minima

__all__ = ["closeness", "effects", "minima"]
