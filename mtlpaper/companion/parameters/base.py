"""Typed parameters of an experiment: declaration, strict validation, and readable complaints.

Values reach an experiment from three places, the command line, a notebook's parameters cell and a
preset. All three pass through :meth:`Parameters.checked`, so that a wrong name, type or range is
told before any kernel starts.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic.config import JsonDict

from mtlpaper.companion.parameters.readable import (
    accepted,
    readable_order,
    readable_range,
    readable_type,
    symbol_of,
)

Status = Literal["stated", "script", "inferred", "unknown", "ours"]
_ANYTHING = TypeAdapter(Any)


class ParameterError(ValueError):
    """A parameter with an unknown name, or a value of the wrong type or out of range.

    Parameters
    ----------
    faults : iterable of str
        One line for each fault; all of them make up the message.
    """

    exit_code = 2

    def __init__(self, faults: Iterable[str] | str) -> None:
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class ParameterInfo:
    """What a reader has to know of one parameter (a row of ``mtlpaper show``)."""

    name: str
    type: str
    default: Any
    range: str
    unit: str
    meaning: str
    status: Status
    source: str
    values: Mapping[str, Any]
    """The value under every preset."""


def parameter(default: Any, status: Status, source: str, *, meaning: str = "") -> Any:
    """Declare one parameter of an experiment; its annotation says the rest: symbol, type and range.

    The range of a symbol is narrowed there too: ``N1: Annotated[g.N1, Field(ge=3)]``.

    Parameters
    ----------
    default
        The value of the preset ``paper``.
    status : {"stated", "script", "inferred", "unknown", "ours"}
        Whether the paper states the value, the authors' script sets it, it follows from what the
        paper shows, nobody can tell, or the quantity is of our own making.
    source : str
        Where the value comes from, e.g. ``"Figure 1, caption"``.
    meaning : str
        Where the experiment uses the symbol in a more special sense than the glossary says.

    Returns
    -------
    pydantic.fields.FieldInfo
        The right-hand side of ``N1: Annotated[int, Symbol("inputs")] = parameter(…)``.

    Raises
    ------
    ValueError
        If `source` is empty.
    """
    if not source.strip():
        raise ValueError(f"`source` must say something, got {source!r}")
    extra: JsonDict = {"status": status, "source": source, "meaning": meaning}
    return Field(default, json_schema_extra=extra)


class Parameters(BaseModel):
    """Base of every experiment's parameters; a field's default is its value in the paper.

    Subclasses set ``name`` (also the name of the notebook), ``title`` (one line) and ``presets``:
    for each preset the values that differ from the defaults, ``{"paper": {}, "quick": {…}}``.
    A preset says how much is computed; ``settings`` say what: for each named setting the values
    that differ from the defaults, ``{"authors": {}, "text": {…}}``, the first being the defaults.
    Conditions between several parameters go into a ``model_validator(mode="after")`` that raises
    ``ValueError`` with a message that names them.
    """

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    name: ClassVar[str]
    title: ClassVar[str]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]]
    settings: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Validate `values` strictly; names left out keep their defaults.

        Lists serve as tuples and integers as numbers, but nothing else is converted: ``"12"`` is
        not 12 and ``1.5`` is not an integer.

        Raises
        ------
        ParameterError
            With one line for each fault.
        """
        faults = [_unknown(cls, name) for name in values if name not in cls.model_fields]
        known = {name: value for name, value in values.items() if name in cls.model_fields}
        plain = {name: value for name, value in known.items() if _is_plain(value)}
        for name in (name for name in known if name not in plain):
            value, wanted = known[name], accepted(cls.model_fields[name])
            # Not the repr of any object, which may hold a memory address.
            text = isinstance(value, str)
            seen = _shown(value) if text else f"an object of type {type(value).__name__}"
            faults.append(f"`{name}` must be {wanted}, got {seen}")
        parameters = None
        try:
            # Strict validation of Python objects would refuse a list for a tuple; JSON has lists
            # only, and pydantic's strict mode for it is exactly as strict as we want.
            parameters = cls.model_validate_json(json.dumps(plain))
        except ValidationError as error:
            faults += _readable(cls, error, known)
        if parameters is None or faults:
            raise ParameterError(faults)
        return parameters

    @classmethod
    def preset(cls, preset: str, /, **changes: Any) -> Self:
        """Return the parameters of a preset, with `changes` on top.

        Raises
        ------
        ParameterError
            If there is no such preset, or a change is not acceptable.
        """
        if preset not in cls.presets:
            known = ", ".join(cls.presets)
            raise ParameterError(f"`preset` must be one of {known}, got {preset!r}")
        return cls.checked({**cls.presets[preset], **changes})

    @classmethod
    def from_namespace(cls, namespace: Mapping[str, Any]) -> Self:
        """Pick the parameters out of a notebook's ``globals()``.

        Every parameter has to be there: a default that steps in silently would hide a parameter
        that the notebook forgot to show.

        Raises
        ------
        ParameterError
            If a parameter is missing or not acceptable.
        """
        missing = [name for name in cls.model_fields if name not in namespace]
        if missing:
            names = ", ".join(f"`{name}`" for name in missing)
            raise ParameterError(f"the parameters cell of {cls.name} lacks {names}")
        return cls.checked({name: namespace[name] for name in cls.model_fields})

    def at(self, setting: str) -> Self:
        """Return the same parameters with the values of a named setting on top.

        Raises
        ------
        ParameterError
            If there is no such setting, or its values do not go with the others.
        """
        return type(self).checked({**self.plain(), **self.setting(setting)})

    @classmethod
    def setting(cls, name: str) -> Mapping[str, Any]:
        """Return the values by which a named setting differs from the defaults.

        Raises
        ------
        ParameterError
            If there is no such setting.
        """
        if not cls.settings:
            raise ParameterError(f"{cls.name} has no named settings, got {name!r}")
        if name not in cls.settings:
            known = " or ".join(cls.settings)
            raise ParameterError(f"`settings` of {cls.name} must be {known}, got {name!r}")
        return cls.settings[name]

    def plain(self) -> dict[str, Any]:
        """Return the values as JSON knows them (tuples become lists)."""
        return self.model_dump(mode="json")


def describe(cls: type[Parameters]) -> list[ParameterInfo]:
    """List what there is to know of an experiment's parameters, in the order of declaration.

    Raises
    ------
    TypeError
        If one of them has no symbol, or is not declared by `parameter`.
    """
    presets = {preset: cls.preset(preset) for preset in cls.presets}
    rows = []
    for name, field in cls.model_fields.items():
        extra: Any = field.json_schema_extra
        if not isinstance(extra, dict) or "source" not in extra:
            raise TypeError(f"`{cls.__name__}.{name}` must be declared by parameter(…)")
        try:
            symbol = symbol_of(field.annotation, field.metadata)
        except TypeError as error:
            raise TypeError(f"`{cls.__name__}.{name}` {error}") from None
        limits = readable_range(field.annotation, field.metadata)
        order = readable_order(field.metadata)
        rows.append(
            ParameterInfo(
                name=name,
                type=readable_type(field.annotation),
                default=field.default,
                range=f"{limits}, {order}" if order else limits,
                unit=symbol.unit,
                meaning=extra["meaning"] or symbol.meaning,
                status=extra["status"],
                source=extra["source"],
                values={preset: getattr(values, name) for preset, values in presets.items()},
            )
        )
    return rows


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name in `known` that `name` was most likely meant to be, if any comes close."""
    # Case is ignored (`n1` for `N1`), which difflib by itself counts as a difference.
    folded = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[matches[0]] if matches else None


def parse_value(text: str) -> Any:
    """Read a value as typed on the command line: JSON first, then bare words.

    ``1e-3``, ``[1, 2]``, ``true`` and ``null`` mean what they mean in JSON; ``soft`` is a string
    and ``[soft, argmax]`` a list of strings.
    """
    text = text.strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a number may have too many digits, brackets go too deep
        pass
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1].strip()
        return [_item(item.strip()) for item in inner.split(",")] if inner else []
    return text


def _item(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _unknown(cls: type[Parameters], name: str) -> str:
    guess = nearest(name, cls.model_fields)
    if guess is not None:
        return f"{cls.name} has no parameter `{name}`; did you mean `{guess}`?"
    return f"{cls.name} has no parameter `{name}`; it has {', '.join(cls.model_fields)}"


def _is_plain(value: Any) -> bool:
    try:
        # pydantic's reader is stricter than Python's: it has limits to digits and depth.
        _ANYTHING.validate_json(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _readable(
    cls: type[Parameters], error: ValidationError, values: Mapping[str, Any]
) -> list[str]:
    """Turn pydantic's complaints into one line for each parameter."""
    faults: dict[str, str] = {}
    for item in error.errors(include_url=False):
        message = item["msg"].removeprefix("Value error, ")
        if not item["loc"]:  # a condition between parameters: its message names them
            faults.setdefault(message, message)
            continue
        name = str(item["loc"][0])
        field = cls.model_fields[name]
        seen = _shown(values.get(name, field.default))
        own = item["type"] == "value_error"  # a validator of the field, with words of its own
        wanted = message if own else f"must be {accepted(field)}"
        faults.setdefault(name, f"`{name}` {wanted}, got {seen}")
    return list(faults.values())


def _shown(value: Any, width: int = 80) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= width else f"{text[: width - 1]}…"
