"""Adds the toys to the package's experiments without touching its sources."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import spec_from_file_location
from pathlib import Path

from mtlpaper.settings import SETTINGS
from toy.settings import Broken, Toy

HERE = Path(__file__).parent
MODULES = {
    "mtlpaper.experiments.toy": HERE / "experiment.py",
    "mtlpaper.experiments.broken": HERE / "experiment.py",
    "mtlpaper.figures.toy": HERE / "figures.py",
    "mtlpaper.figures.broken": HERE / "figures.py",
}


class ToyFinder:
    @staticmethod
    def find_spec(name, _path=None, _target=None):
        return spec_from_file_location(name, MODULES[name]) if name in MODULES else None


def register() -> None:
    SETTINGS.update({"toy": Toy, "broken": Broken})
    sys.meta_path.append(ToyFinder)


def unregister() -> None:
    del SETTINGS["toy"], SETTINGS["broken"]
    sys.meta_path.remove(ToyFinder)
    for name in MODULES:
        sys.modules.pop(name, None)


@contextmanager
def registered() -> Iterator[None]:
    register()
    try:
        yield
    finally:
        unregister()
