"""The toy's parameters and drawing, for tests that need them before it is registered."""

from toy.registration import registered

with registered():
    from mtlpaper.chapters.toy.figures import points
    from mtlpaper.chapters.toy.parameters import Toy

__all__ = ["Toy", "points"]
