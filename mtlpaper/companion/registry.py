"""The chapters and documents at work, handed in by whoever starts: program, notebook or test.

A chapter is a package of a few modules with fixed names, and a document a package that says what
it is. Both are found by their folders, so that adding one changes no other file. Modules load when
they are first asked for: `mtlpaper list` needs no numerics.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from mtlpaper.companion import provenance
from mtlpaper.companion.parameters import ParameterError, Parameters, Symbol, nearest

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from mtlpaper.companion.claims import Claim
    from mtlpaper.companion.contract import Stage
    from mtlpaper.companion.contract.tolerances import Tolerance

T = TypeVar("T")

#: What prose can show.
Number = int | float | str
#: What chapters share, and no chapter.
_COMMON = "common"
_PAGES = re.compile(r"^\s*-?\s*file:\s*notebooks/(\w+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a document's abstract that claims a result.

    Attributes
    ----------
    says : str
        Paraphrase.
    claims : tuple of str
        Names of the claims it rests on.
    """

    says: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A document whose claims are judged.

    Its package may have two more modules: ``claims``, with claims that no data decide in
    ``CLAIMS``, and ``published``, with tables of numbers by name in ``TABLES``.

    Attributes
    ----------
    authors : str
    title : str
    year : int
    venue, link : str
        Where it was published, and where it can be read; empty for what is no publication.
    sections : tuple of str
        Subjects of its claims, in the order of the scorecard.
    abstract : tuple of Sentence
    main : bool
        Whether it comes first; the others follow, the oldest first.
    """

    authors: str
    title: str
    year: int
    venue: str = ""
    link: str = ""
    sections: tuple[str, ...] = ()
    abstract: tuple[Sentence, ...] = ()
    main: bool = False

    @property
    def own(self) -> bool:
        """Whether it is this companion, whose claims nobody else made."""
        return not self.link

    @property
    def cited(self) -> str:
        """How prose names it: authors and year."""
        return f"{self.authors} ({self.year})"


@dataclass(frozen=True)
class PublishedTable:
    """Numbers that a document publishes, for use beside ours.

    Attributes
    ----------
    experiments : tuple of str
        Those that measure the same.
    load : callable
        Returns the numbers. The attributes of the dataset say what they are (``title``,
        ``comment``) and where they are from (``source``, ``commit``, ``licence``).
    from_rows : callable
        Computes the same variables anew from a folder of the files they were computed from.
    tolerance : Tolerance
        How close the two have to be.
    """

    experiments: tuple[str, ...]
    load: Callable[[], xr.Dataset]
    from_rows: Callable[[Path], xr.Dataset]
    tolerance: Tolerance


@dataclass(frozen=True)
class Chapter:
    """The room of one experiment: a package whose last name is the experiment's.

    Its modules: ``parameters`` has one subclass of `Parameters` of that name, ``experiment`` the
    stages in ``STAGES``, ``figures`` the drawings in ``FIGURES``. Others it may have or not:
    ``numbers`` has the function ``numbers`` and the page's row on the front page in ``QUESTION``
    and ``ANSWER``, ``claims`` what a document says of it in ``CLAIMS``, ``fragments`` parts of
    pages in ``FRAGMENTS``, ``remarks`` in the function of that name what its data say of claims on
    other chapters.
    """

    package: str

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.package.rpartition(".")[2]

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """Dotted names of all its modules."""
        folders = importlib.import_module(self.package).__path__
        return tuple(f"{self.package}.{found.name}" for found in pkgutil.iter_modules(folders))

    @cached_property
    def parameters(self) -> type[Parameters]:
        """Class of its parameters.

        Raises
        ------
        TypeError
            If the module ``parameters`` defines no class of the experiment's name, or several.
        """
        module = self._module("parameters")
        own = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Parameters)
            and value.__dict__.get("name") == self.name
        ]
        if len(own) != 1:
            raise TypeError(
                f"{module.__name__} must define one class of parameters whose `name` is "
                f"{self.name!r}, got {len(own)}"
            )
        return own[0]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What it measures and derives."""
        found: tuple[Stage, ...] = self._module("experiment").STAGES
        return found

    @property
    def figures(self) -> Mapping[str, Callable[[xr.Dataset], np.ndarray]]:
        """Its drawings, from a dataset to an array of Axes, by the name of the file."""
        found: Mapping[str, Callable[[xr.Dataset], np.ndarray]] = self._module("figures").FIGURES
        return found

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What its dataset decides."""
        return _claims(self.package)

    @property
    def fragments(self) -> Mapping[str, Callable[[xr.Dataset], str]]:
        """Parts of the book's pages made of its dataset, as Markdown by the name of the file."""
        found: Mapping[str, Callable[[xr.Dataset], str]] = self._given("fragments", "FRAGMENTS", {})
        return found

    @property
    def question(self) -> str:
        """What its page asks; empty if there is no row for it on the front page."""
        return str(self._given("numbers", "QUESTION", ""))

    @property
    def answer(self) -> str:
        """The answer as Markdown; ``{name}``, ``{name:format}`` stand for numbers and verdicts."""
        return str(self._given("numbers", "ANSWER", ""))

    def numbers(self, data: xr.Dataset) -> dict[str, Number]:
        """Return the numbers and words that prose shows of its dataset, by name."""
        found: dict[str, Number] = self._given("numbers", "numbers", lambda _: {})(data)
        return found

    @property
    def remarks(self) -> Callable[[xr.Dataset], Mapping[str, str]] | None:
        """From its dataset to sentences on claims of other chapters, by the claim's name."""
        found: Callable[[xr.Dataset], Mapping[str, str]] | None
        found = self._given("remarks", "remarks", None)
        return found

    def _module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{name}")

    def _given(self, module: str, name: str, otherwise: Any) -> Any:
        """Return what a module defines that a chapter may have or not."""
        return _defined(f"{self.package}.{module}", name, otherwise)


_packages: list[ModuleType] = []
_found: dict[tuple[str, ...], dict[str, Chapter]] = {}


def register(chapters: ModuleType, documents: ModuleType) -> None:
    """Hand in the packages whose subpackages are the chapters and the documents."""
    _packages[:] = [chapters, documents]


def chapters() -> dict[str, Chapter]:
    """Return the chapters by name, in the order of the book; those that are not in it come last."""
    package = _registered()[0]
    key = tuple(package.__path__)
    if key not in _found:
        names = [name for name in _subpackages(package) if name != _COMMON]
        places = {name: place for place, name in enumerate(_in_book())}
        names.sort(key=lambda name: (places.get(name, len(places)), name))
        _found[key] = {name: Chapter(f"{package.__name__}.{name}") for name in names}
    return _found[key]


def chapter(name: str) -> Chapter:
    """Return an experiment's chapter.

    Raises
    ------
    ParameterError
        If there is no experiment `name`; the message offers the nearest one.
    """
    return _named("experiment", name, chapters())


def settings(name: str) -> type[Parameters]:
    """Return the parameters class of an experiment; see `chapter`."""
    return chapter(name).parameters


def glossary() -> dict[str, Any]:
    """Return the annotated types of the chapters' module ``glossary``, in the order written there.

    They are those with a `Symbol`; parameters are named as they are.
    """
    module = importlib.import_module(f"{_registered()[0].__name__}.glossary")
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and any(isinstance(item, Symbol) for item in getattr(value, "__metadata__", ()))
    }


def documents() -> dict[str, Document]:
    """Return the documents by name: the main one, then the others, the oldest first."""
    package = _registered()[1]
    names = _subpackages(package)
    found = {n: importlib.import_module(f"{package.__name__}.{n}").DOCUMENT for n in names}
    return dict(sorted(found.items(), key=lambda item: (not item[1].main, item[1].year, item[0])))


def claims() -> list[Claim]:
    """Return all claims: those of the chapters, in the book's order, then the documents' own."""
    package = _registered()[1]
    found = [claim for one in chapters().values() for claim in one.claims]
    return found + [
        claim for name in documents() for claim in _claims(f"{package.__name__}.{name}")
    ]


def published() -> dict[str, PublishedTable]:
    """Return the tables of numbers that documents publish, by name."""
    package = _registered()[1]
    found: dict[str, PublishedTable] = {}
    for name in documents():
        found |= _defined(f"{package.__name__}.{name}.published", "TABLES", {})
    return found


def published_table(name: str) -> PublishedTable:
    """Return a table of numbers that a document publishes.

    Raises
    ------
    ParameterError
        If there is no table `name`; the message offers the nearest one.
    """
    return _named("table", name, published())


def _named(what: str, name: str, known: Mapping[str, T]) -> T:
    if name in known:
        return known[name]
    guess = nearest(name, known)
    hint = f"did you mean {guess}?" if guess else f"there are {', '.join(known) or 'none yet'}"
    raise ParameterError(f"there is no {what} {name!r}; {hint}")


def _claims(package: str) -> tuple[Any, ...]:
    return tuple(_defined(f"{package}.claims", "CLAIMS", ()))


def _defined(module: str, name: str, otherwise: Any) -> Any:
    """Return what a module defines, if there is that module."""
    return (
        otherwise if find_spec(module) is None else getattr(importlib.import_module(module), name)
    )


def _registered() -> list[ModuleType]:
    if not _packages:
        raise RuntimeError("no chapters are registered; call `registry.register` first")
    return _packages


def _subpackages(package: ModuleType) -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(package.__path__) if found.ispkg)


def _in_book() -> list[str]:
    """Names of the notebooks in the table of contents, where there is one."""
    path = provenance.source_tree() / "_toc.yml"
    return _PAGES.findall(path.read_text(encoding="utf-8")) if path.is_file() else []
