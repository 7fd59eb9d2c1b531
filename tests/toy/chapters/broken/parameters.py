from typing import ClassVar

from mtlpaper.chapters.toy.parameters import Toy


class Broken(Toy):
    """The toy, which fails unless it is told not to."""

    name = "broken"
    title = "A broken toy"
    presets: ClassVar = {"paper": {}, "quick": {"n": 5, "sizes": (2, 3), "fault": "raise"}}
