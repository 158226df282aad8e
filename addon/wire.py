"""Messages as bytes: one JSON object each, read against the dataclass's own annotations.

Understood: ``str``, ``bool``, ``int``, ``float``, ``Fraction`` (as text), ``X | None``,
``tuple[X, ...]``, ``Mapping[str, X]``, dataclasses, and ``Mapping[str, Any]`` for a JSON object
that is passed on as it is.
Unknown keys are ignored. The engine's own codec does more, but an editor's Python cannot reach it.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from fractions import Fraction
from types import NoneType
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints

from .errors import LinkError
from .messages import TYPES

if TYPE_CHECKING:
    from .messages import Message

MAX_BYTES = 16 * 2**20
_REMEDY = "Update Lumiphone in the editor and open the panel again"
_NAMES = {kind: name for name, kind in TYPES.items()}
_FRACTION = re.compile(r"-?\d{1,20}(/\d{1,20}|\.\d{1,20})?")


def to_bytes(message: Message) -> bytes:
    """Return a message as it goes over the link.

    Raises:
        LinkError: It is longer than 16 MB, or holds a number that JSON does not have.
    """
    content = {"type": _NAMES[type(message)]} | dataclasses.asdict(message)
    try:
        data = json.dumps(content, default=str, allow_nan=False).encode()
    except ValueError as error:
        raise LinkError(
            f"A '{content['type']}' message cannot be sent ({error})", "Report this as a fault"
        ) from error
    if len(data) > MAX_BYTES:
        raise LinkError(
            f"A '{content['type']}' message of {len(data) / 2**20:.1f} MB is too long",
            "Select fewer clips at once",
        )
    return data


def from_bytes(data: bytes) -> Message:
    """Return the message that :func:`to_bytes` wrote.

    Raises:
        LinkError: It is no message of ours; says what is wrong with it.
    """
    try:
        content = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _garbage("it is no JSON") from error
    if not isinstance(content, dict):
        raise _garbage("it is no JSON object")
    kind = TYPES.get(str(content.get("type")))
    if kind is None:
        raise _garbage(f"its type is {content.get('type')!r:.40}")
    return cast("Message", _read(kind, content, str(content["type"])))


def _no_number(name: str) -> None:
    raise ValueError(name)  # NaN and infinities are Python's, not JSON's


def _garbage(problem: str) -> LinkError:
    return LinkError(f"A message over the link is not understood: {problem}", _REMEDY)


def _read(kind: type[Any], data: object, place: str) -> object:
    if not isinstance(data, dict):
        raise _garbage(f"'{place}' is no object")
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for field in dataclasses.fields(kind):
        if field.name in data:
            values[field.name] = _value(
                hints[field.name], data[field.name], f"{place}.{field.name}"
            )
        elif field.default is field.default_factory:  # both missing: it must be said
            raise _garbage(f"'{place}.{field.name}' is missing")
    return kind(**values)


def _value(hint: Any, data: object, place: str) -> object:  # noqa: ANN401 - the hint says the type
    kinds = get_args(hint) if NoneType in get_args(hint) else (hint,)
    if data is None and NoneType in kinds:
        return None
    kind = kinds[0]
    if dataclasses.is_dataclass(kind):
        return _read(cast("type[Any]", kind), data, place)
    if get_origin(kind) is tuple and isinstance(data, list):
        return tuple(_value(get_args(kind)[0], entry, place) for entry in data)
    if get_origin(kind) is Mapping and isinstance(data, dict):
        inner = get_args(kind)[1]
        return data if inner is Any else {n: _value(inner, x, place) for n, x in data.items()}
    return _scalar(kind, data, place)


def _scalar(kind: Any, data: object, place: str) -> object:  # noqa: ANN401 - the hint says the type
    if kind in {str, bool, int} and type(data) is kind:
        return data
    try:
        if kind is float and type(data) in {int, float} and math.isfinite(cast("float", data)):
            return float(cast("float", data))
        if kind is Fraction and isinstance(data, str) and _FRACTION.fullmatch(data):
            return Fraction(data)
    except (OverflowError, ZeroDivisionError):
        pass
    raise _garbage(f"'{place}' holds {data!r:.40}")
