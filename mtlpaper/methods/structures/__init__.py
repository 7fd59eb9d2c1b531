"""Ways of sharing between two linear tasks, one a file; a new file is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from mtlpaper.methods.structure import Structure


def found() -> dict[str, Structure]:
    """Return what the modules of this package hold as `STRUCTURE`, by the modules' names."""
    return {
        module.name: import_module(f"{__name__}.{module.name}").STRUCTURE
        for module in iter_modules(__path__)
    }


STRUCTURES = found()
