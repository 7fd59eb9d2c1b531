"""A parameter's symbol, and words for its type and range, read off annotation and constraints."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from mtlpaper.companion.parameters.symbols import Order, Symbol

_SINGULAR = {int: "integer", float: "number", str: "text", bool: "true or false"}
_PLURAL = {int: "integers", float: "numbers", str: "words", bool: "true or false"}


def readable_type(annotation: Any, *, plural: bool = False) -> str:
    """Name a parameter's type: ``integer``, ``choice``, ``list of integers`` and the like."""
    annotation, _ = _unwrap(annotation)
    if _is_optional(annotation):
        return f"{readable_type(_without_none(annotation), plural=plural)} or null"
    origin = get_origin(annotation)
    if origin is Literal:
        return "choices" if plural else "choice"
    if origin is tuple:
        items = _item_types(annotation)
        length = "" if Ellipsis in get_args(annotation) else f"{len(get_args(annotation))} "
        return f"list{'s' if plural else ''} of {length}{readable_type(items[0], plural=True)}"
    return (_PLURAL if plural else _SINGULAR).get(annotation, str(annotation))


def readable_range(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """State the accepted values: ``[0, 1]``, ``>= 1``, ``soft, argmax``; empty if unlimited."""
    annotation, inner = _unwrap(annotation)
    constraints = [*inner, *_flatten(metadata)]
    if _is_optional(annotation):
        return readable_range(_without_none(annotation), constraints)
    if get_origin(annotation) is Literal:
        return ", ".join(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) is tuple:
        item = _item_types(annotation)[0]
        each = readable_range(item)
        one_of = "one of " if get_origin(_unwrap(item)[0]) is Literal else ""
        parts = [f"each {one_of}{each}" if each else "", _length(constraints)]
        return ", ".join(part for part in parts if part)
    parts = [_interval(constraints), _multiple(constraints), _length(constraints)]
    return ", ".join(part for part in parts if part)


def readable_order(metadata: Iterable[Any]) -> str:
    """Say what order a list's values keep: ``increasing``, ``distinct``; empty if none."""
    for item in metadata:
        if isinstance(item, AfterValidator) and isinstance(item.func, Order):
            return item.func.name
    return ""


def symbol_of(annotation: Any, metadata: Iterable[Any] = ()) -> Symbol:
    """Return the symbol that a type carries, the outermost of several; a list's is its values'.

    Raises
    ------
    TypeError
        If it carries none.
    """
    annotation, inner = _unwrap(annotation)
    if found := [item for item in (*inner, *metadata) if isinstance(item, Symbol)]:
        return found[-1]
    if get_origin(annotation) is tuple:
        return symbol_of(_item_types(annotation)[0])
    raise TypeError(f"must have a `Symbol` in its annotation, got {annotation}")


def accepted(field: FieldInfo) -> str:
    """Say in one phrase what a field takes, for use after "must be"."""
    annotation, inner = _unwrap(field.annotation)
    metadata = [*inner, *field.metadata]
    limits = readable_range(annotation, metadata)
    if _is_optional(annotation):
        inside = FieldInfo(annotation=_without_none(annotation))
        inside.metadata = metadata
        return f"{accepted(inside)}, or null"
    if get_origin(annotation) is Literal:
        return f"one of {limits}"
    name = readable_type(annotation)
    if annotation is not bool:
        name = f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    if not limits:
        return name
    if get_origin(annotation) is tuple:
        return f"{name}, {limits}"
    return f"{name} in {limits}" if limits[0] in "[(" else f"{name} {limits}"


def _unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """Split ``Annotated[X, …]`` into X and its constraints."""
    if get_origin(annotation) is Annotated:
        base, *extra = get_args(annotation)
        return base, _flatten(extra)
    return annotation, []


def _flatten(metadata: Iterable[Any]) -> list[Any]:
    """Replace nested pydantic fields and grouped constraints by the single constraints in them."""
    flat: list[Any] = []
    for item in metadata:
        if isinstance(item, FieldInfo):
            flat.extend(_flatten(item.metadata))
        elif isinstance(item, annotated_types.GroupedMetadata):
            flat.extend(item)
        else:
            flat.append(item)
    return flat


def _is_optional(annotation: Any) -> bool:
    is_union = get_origin(annotation) in (Union, types.UnionType)
    return is_union and types.NoneType in get_args(annotation)


def _without_none(annotation: Any) -> Any:
    rest = [arg for arg in get_args(annotation) if arg is not types.NoneType]
    return rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007 (built at run time)


def _item_types(annotation: Any) -> list[Any]:
    return [arg for arg in get_args(annotation) if arg is not Ellipsis]


def _interval(constraints: list[Any]) -> str:
    """Write the tightest limits: a parameter may narrow those of its symbol."""
    lower: list[tuple[Any, bool]] = []
    upper: list[tuple[Any, bool]] = []
    for item in constraints:
        if isinstance(item, annotated_types.Ge):
            lower.append((item.ge, False))
        elif isinstance(item, annotated_types.Gt):
            lower.append((item.gt, True))
        elif isinstance(item, annotated_types.Le):
            upper.append((item.le, True))
        elif isinstance(item, annotated_types.Lt):
            upper.append((item.lt, False))
    low, above = max(lower, default=(None, False))
    high, up_to = min(upper, default=(None, False))
    if lower and upper:
        return f"{'(' if above else '['}{low}, {high}{']' if up_to else ')'}"
    if lower:
        return f"{'>' if above else '>='} {low}"
    if upper:
        return f"{'<=' if up_to else '<'} {high}"
    return ""


def _multiple(constraints: list[Any]) -> str:
    of = [item.multiple_of for item in constraints if isinstance(item, annotated_types.MultipleOf)]
    return ", ".join(f"a multiple of {number}" for number in of)


def _length(constraints: list[Any]) -> str:
    least = [item.min_length for item in constraints if isinstance(item, annotated_types.MinLen)]
    most = [item.max_length for item in constraints if isinstance(item, annotated_types.MaxLen)]
    parts = []
    if least:
        parts.append("not empty" if max(least) == 1 else f"at least {max(least)} long")
    if most:
        parts.append(f"at most {min(most)} long")
    return ", ".join(parts)
