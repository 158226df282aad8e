"""Frozen dataclasses to and from JSON, driven by their annotations.

The dataclasses are the schema: what they declare is read, checked and written here, so no field is
named twice. Understood annotations: ``str`` (not empty), ``bool``, ``int``, ``float``, ``Fraction``
(written "375/8"), ``Literal``, ``X | Y``, ``tuple[X, ...]``, ``Mapping[str, X]``, dataclasses,
``Annotated`` with :class:`Bounds` or :class:`Shaped`, and ``Any`` (JSON values as they are).
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import re
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

T = TypeVar("T")
_LARGEST = sys.float_info.max
_FRACTION = re.compile(r"[+-]?[0-9]{1,100}(?:[/.][0-9]{1,100})?")  # no "1e999999999"


class FieldError(ValueError):
    """A field that does not hold what the schema wants.

    Attributes:
        field: Its place, such as ``audio.latent_rate``; empty for the whole.
        problem: What is wrong with it, to be read after the field's name.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"'{field}' {problem}" if field else problem)
        self.field = field
        self.problem = problem


class Open:
    """Base of dataclasses whose unknown fields are passed over: a newer version has added them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lowest and highest allowed number (for a list: of entries), both inclusive."""

    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Shaped:
    """Text that must match a regular expression as a whole."""

    pattern: str
    meaning: str


def decode(kind: type[T], data: object, field: str = "") -> T:
    """Return ``data`` (parsed JSON) as an instance of the dataclass ``kind``.

    Raises:
        FieldError: A field is missing, unknown (unless ``kind`` is :class:`Open`), of another type
            or out of bounds. A ``FieldError`` from the dataclass's own ``__post_init__`` comes
            through with its place put in front.
    """
    if not isinstance(data, dict):
        raise FieldError(field, "is not an object")
    hints = get_type_hints(kind, include_extras=True)
    fields = {f.name: f for f in dataclasses.fields(cast("Any", kind))}
    for name in data:
        if name not in fields and not issubclass(kind, Open):
            raise FieldError(_join(field, str(name)), "is not a field that this engine knows")
    values: dict[str, Any] = {}
    for name, declared in fields.items():
        place = _join(field, name)
        if name in data:
            values[name] = _value(hints[name], data[name], place)
        elif (
            declared.default is dataclasses.MISSING
            and declared.default_factory is dataclasses.MISSING
        ):
            raise FieldError(place, "is missing")
    try:
        return kind(**values)
    except FieldError as error:
        raise FieldError(_join(field, error.field), error.problem) from error


def encode(value: object) -> Any:  # noqa: ANN401 - JSON has no closer type
    """Return a value as plain JSON values; fields at their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: encode(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if getattr(value, f.name) != _default(f)
        }
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {key: encode(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [encode(entry) for entry in value]
    return value


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _join(field: str, name: str) -> str:
    return f"{field}.{name}" if field and name else field or name


def _value(hint: Any, data: object, place: str) -> Any:  # noqa: ANN401 - the hint says the type
    origin = get_origin(hint)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](get_args(hint), data, place)
    if hint is Any:
        return data
    if dataclasses.is_dataclass(hint):
        return decode(cast("type[Any]", hint), data, place)
    return _scalar(hint, data, place)


def _annotated(arguments: tuple[Any, ...], data: object, place: str) -> object:
    kind, *rules = arguments
    value = _value(kind, data, place)
    for rule in rules:
        _check(rule, value, place)
    return value


def _alternative(kinds: tuple[Any, ...], data: object, place: str) -> object:
    if data is None and type(None) in kinds:
        return None
    *others, last = (kind for kind in kinds if kind is not type(None))
    for kind in others:
        try:
            return cast("object", _value(kind, data, place))
        except FieldError:
            continue
    return cast("object", _value(last, data, place))


def _choice(choices: tuple[Any, ...], data: object, place: str) -> object:
    if data not in choices:
        raise FieldError(place, f"is {data!r}, not one of {', '.join(map(str, choices))}")
    return data


def _list(arguments: tuple[Any, ...], data: object, place: str) -> object:
    if not isinstance(data, list):
        raise FieldError(place, "is not a list")
    return tuple(_value(arguments[0], entry, f"{place}[{i}]") for i, entry in enumerate(data))


def _mapping(arguments: tuple[Any, ...], data: object, place: str) -> object:
    if not isinstance(data, dict):
        raise FieldError(place, "is not an object")
    key, kind = arguments
    return {
        _value(key, name, _join(place, name)): _value(kind, entry, _join(place, name))
        for name, entry in data.items()
    }


_CONTAINERS: dict[Any, Callable[[tuple[Any, ...], object, str], object]] = {
    Annotated: _annotated,
    Union: _alternative,
    types.UnionType: _alternative,
    Literal: _choice,
    tuple: _list,
    Mapping: _mapping,
}


def _scalar(kind: Any, data: object, place: str) -> object:  # noqa: ANN401 - the hint says the type
    if kind is str and isinstance(data, str) and data:
        return data
    if kind is bool and isinstance(data, bool):
        return data
    if isinstance(data, int | float) and not isinstance(data, bool) and abs(data) <= _LARGEST:
        if kind is float:
            return float(data)
        if kind is int and data == int(data):
            return int(data)
    if kind is Fraction:
        return fraction(data, place)
    wanted = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
    raise FieldError(place, f"is {data!r}, not {wanted[kind]}")


def fraction(data: object, field: str = "") -> Fraction:
    """Return a whole number, or a text such as "375/8" or "29.97", as a fraction.

    Raises:
        FieldError: It is something else.
    """
    whole = isinstance(data, int) and not isinstance(data, bool)
    if whole or (isinstance(data, str) and _FRACTION.fullmatch(data)):
        with contextlib.suppress(ZeroDivisionError):
            return Fraction(cast("int | str", data))
    raise FieldError(field, f'is {data!r}, not a fraction such as "375/8"')


def _check(rule: object, value: Any, place: str) -> None:  # noqa: ANN401 - numbers, texts, lists
    if isinstance(rule, Bounds):
        size = value if isinstance(value, int | float | Fraction) else len(value)
        unit = "" if size is value else " entries"
        if size < rule.low:
            raise FieldError(place, f"is {size}{unit}, less than {rule.low:g}")
        if size > rule.high:
            raise FieldError(place, f"is {size}{unit}, more than {rule.high:g}")
    if isinstance(rule, Shaped) and not re.fullmatch(rule.pattern, value):
        raise FieldError(place, f"is {value!r}, not {rule.meaning}")
