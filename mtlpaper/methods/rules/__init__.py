"""Rules that combine two tasks' gradients, a file each; the file's name is the rule's."""

import importlib
import pkgutil

from mtlpaper.methods.rule import Rule

#: All rules: every module of this folder holds one as `RULE`.
RULES: dict[str, type[Rule]] = {
    module.name: importlib.import_module(f"{__name__}.{module.name}").RULE
    for module in pkgutil.iter_modules(__path__)
}
