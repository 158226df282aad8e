"""Reads the variables of a TensorFlow SavedModel without TensorFlow.

A tensor bundle is an index and a data file. The index is a sorted table in LevelDB's format
(LevelDB's doc/table_format.md) of BundleEntryProto messages (tensorflow/core/protobuf/
tensor_bundle.proto); the data are raw little-endian tensors at the places that these give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_MAGIC = bytes.fromhex("57fb808b247547db")
_FOOTER = 48
_TRAILER = 5  # a byte that tells the compression, and a checksum
_FLOAT = 1  # DT_FLOAT of TensorFlow's types.proto
_VARINT, _LENGTH_DELIMITED, _FIXED_32 = 0, 2, 5


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    shape: tuple[int, ...]
    offset: int


def read_floats(index: bytes, data: bytes) -> dict[str, NDArray[np.float32]]:
    """Return the float32 tensors of a bundle by name; other types are left out.

    Args:
        index: Content of ``variables.index``.
        data: Content of ``variables.data-00000-of-00001``.

    Raises:
        InputError: The index is damaged, compressed, or points beyond the data.
    """
    if len(index) < _FOOTER or index[-len(_MAGIC) :] != _MAGIC:
        raise _damaged("it does not end as a table does")
    try:
        entries = {key.decode(): _entry(value) for key, value in _table(index) if key}
    except (IndexError, UnicodeDecodeError) as error:
        raise _damaged("a block ends before its content") from error
    return {
        name: _tensor(name, entry, data) for name, entry in entries.items() if entry.kind == _FLOAT
    }


def _damaged(why: str) -> InputError:
    return InputError(f"The index of a tensor bundle cannot be read: {why}", "Get its package anew")


def _tensor(name: str, entry: _Entry, data: bytes) -> NDArray[np.float32]:
    count = math.prod(entry.shape)
    if entry.offset + 4 * count > len(data):
        raise _damaged(f"{name} lies beyond the end of the data")
    values = np.frombuffer(data, "<f4", count, entry.offset)
    return values.reshape(entry.shape).astype(np.float32)


def _table(index: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every key and value of the table, in order."""
    footer = index[-_FOOTER:]
    _, after_offset = _varint(footer, 0)
    _, after_meta = _varint(footer, after_offset)
    for _, handle in _block(index, footer[after_meta:]):
        yield from _block(index, handle)


def _block(index: bytes, handle: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The entries of the block that a handle (two varints) points to."""
    offset, used = _varint(handle, 0)
    size, _ = _varint(handle, used)
    if offset + size + _TRAILER > len(index):
        raise _damaged("a block lies beyond its end")
    if index[offset + size]:
        raise _damaged("it is compressed, which TensorFlow does not do")
    content = index[offset : offset + size]
    restarts = int.from_bytes(content[-4:], "little")
    end = size - 4 * (restarts + 1)
    key, at = b"", 0
    while at < end:
        shared, at = _varint(content, at)
        unshared, at = _varint(content, at)
        length, at = _varint(content, at)
        key = key[:shared] + content[at : at + unshared]
        at += unshared
        yield key, content[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, lowest first, and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: number and value."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif wire in (_LENGTH_DELIMITED, _FIXED_32):
            size, at = _varint(message, at) if wire == _LENGTH_DELIMITED else (4, at)
            yield number, message[at : at + size]
            at += size
        else:
            raise _damaged(f"field {number} is of an unknown kind")


def _entry(message: bytes) -> _Entry:
    """BundleEntryProto: dtype 1, shape 2, offset 4 (a single shard, so 3 is always 0)."""
    values = dict(_fields(message))
    shape = values.get(2, b"")
    kind, offset = values.get(1, 0), values.get(4, 0)
    if not (isinstance(shape, bytes) and isinstance(kind, int) and isinstance(offset, int)):
        raise _damaged("an entry has fields of the wrong kind")
    return _Entry(kind, _shape(shape), offset)


def _shape(message: bytes) -> tuple[int, ...]:
    """TensorShapeProto: repeated dimension 2, each with its size 1."""
    sizes = []
    for number, dimension in _fields(message):
        if number == 2 and isinstance(dimension, bytes):
            size = dict(_fields(dimension)).get(1, 0)
            sizes.append(size if isinstance(size, int) else 0)
    return tuple(sizes)
