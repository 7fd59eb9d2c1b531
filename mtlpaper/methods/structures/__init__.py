"""Ways of sharing between two linear tasks, a file each; the file's name is the structure's."""

import importlib
import pkgutil

from mtlpaper.methods.structure import Structure

#: All structures: every module of this folder holds one as `STRUCTURE`.
STRUCTURES: dict[str, Structure] = {
    module.name: importlib.import_module(f"{__name__}.{module.name}").STRUCTURE
    for module in pkgutil.iter_modules(__path__)
}
