"""Tables of this chapter, which others show too."""

from mtlpaper.chapters.common.two_tasks.tables import effects, minima

__all__ = ["effects", "minima"]
