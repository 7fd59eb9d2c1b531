"""Parameters of every experiment, in the order of the book.

To add an experiment, write ``settings/<name>.py`` with a subclass of :class:`Parameters` and list
it here. Nothing in this package imports numerics: ``mtlpaper list`` has to answer at once.
"""

from mtlpaper.settings.aligned import Aligned
from mtlpaper.settings.auxiliary_data import AuxiliaryData
from mtlpaper.settings.base import (
    ParameterError,
    ParameterInfo,
    Parameters,
    describe,
    nearest,
    parameter,
    parse_value,
)
from mtlpaper.settings.bound import BoundOnBenefit
from mtlpaper.settings.depth import Depth
from mtlpaper.settings.figure1 import Figure1
from mtlpaper.settings.figure2 import Figure2
from mtlpaper.settings.finite_data import FiniteData
from mtlpaper.settings.interactions import Interactions
from mtlpaper.settings.label_rules import LabelRules
from mtlpaper.settings.learning_rate import LearningRate
from mtlpaper.settings.multiverse import Multiverse
from mtlpaper.settings.rank_three import RankThree
from mtlpaper.settings.relatedness import Relatedness
from mtlpaper.settings.rem import REM
from mtlpaper.settings.spectrum import Spectrum
from mtlpaper.settings.stopping import Stopping
from mtlpaper.settings.table1 import Table1
from mtlpaper.settings.unstated import Unstated

_IN_BOOK_ORDER: tuple[type[Parameters], ...] = (
    Figure1,
    LabelRules,
    FiniteData,
    Spectrum,
    LearningRate,
    REM,
    Figure2,
    AuxiliaryData,
    Depth,
    Interactions,
    Table1,
    Aligned,
    BoundOnBenefit,
    RankThree,
    Relatedness,
    Stopping,
    Unstated,
    Multiverse,
)

SETTINGS: dict[str, type[Parameters]] = {cls.name: cls for cls in _IN_BOOK_ORDER}


def settings(name: str) -> type[Parameters]:
    """Return the parameters class of an experiment.

    Raises
    ------
    ParameterError
        If there is no experiment `name`; the message offers the nearest one.
    """
    if name in SETTINGS:
        return SETTINGS[name]
    guess = nearest(name, SETTINGS)
    hint = f"did you mean {guess}?" if guess else f"there are {', '.join(SETTINGS) or 'none yet'}"
    raise ParameterError(f"there is no experiment {name!r}; {hint}")


__all__ = [
    "SETTINGS",
    "ParameterError",
    "ParameterInfo",
    "Parameters",
    "describe",
    "nearest",
    "parameter",
    "parse_value",
    "settings",
]
