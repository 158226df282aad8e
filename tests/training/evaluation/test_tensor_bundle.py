"""A bundle is written here by the rules of LevelDB's tables, and read back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.training.evaluation.tensor_bundle import read_floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FLOAT, INT64 = 1, 9
MAGIC = bytes.fromhex("57fb808b247547db")


def varint(value: int) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


def entry(kind: int, shape: tuple[int, ...], offset: int) -> bytes:
    dimensions = b""
    for size in shape:
        dimension = b"\x08" + varint(size)
        dimensions += b"\x12" + varint(len(dimension)) + dimension
    message = b"\x08" + varint(kind) + b"\x12" + varint(len(dimensions)) + dimensions
    message += b"\x20" + varint(offset) + b"\x28" + varint(4 * math.prod(shape))
    return message + b"\x35" + b"\xab\xcd\xef\x01"  # a checksum, of fixed width


def block(items: list[tuple[bytes, bytes]]) -> bytes:
    """Keys share the beginning of the key before them; one restart, at the start."""
    content, last = b"", b""
    for key, value in items:
        shared = 0
        while shared < min(len(key), len(last)) and key[shared] == last[shared]:
            shared += 1
        content += varint(shared) + varint(len(key) - shared) + varint(len(value))
        content += key[shared:] + value
        last = key
    return content + bytes(4) + (1).to_bytes(4, "little")


def bundle(tensors: Mapping[str, NDArray[np.float32]], per_block: int = 3) -> tuple[bytes, bytes]:
    """Return index and data; the header's key is empty, as TensorFlow writes it."""
    data = b""
    items = [(b"", b"\x08\x01\x1a\x02\x08\x01")]
    for name in sorted(tensors):
        items.append((name.encode(), entry(FLOAT, tensors[name].shape, len(data))))
        data += tensors[name].astype("<f4").tobytes()
    index, handles = b"", []
    blocks = [items[i : i + per_block] for i in range(0, len(items), per_block)]
    for part in blocks:
        content = block(part)
        handles.append((part[-1][0] + b"~", varint(len(index)) + varint(len(content))))
        index += content + bytes(5)
    meta = block([])
    meta_handle = varint(len(index)) + varint(len(meta))
    index += meta + bytes(5)
    table = block(handles)
    footer = meta_handle + varint(len(index)) + varint(len(table))
    return index + table + bytes(5) + footer.ljust(40, b"\0") + MAGIC, data


SHAPES = st.lists(st.integers(1, 4), max_size=4).map(tuple)
NAMES = st.text("abc/_-0189", min_size=1, max_size=40)


@given(st.dictionaries(NAMES, SHAPES, min_size=1, max_size=12), st.integers(1, 5))
def test_every_tensor_comes_back_under_its_name_and_in_its_shape(
    shapes: dict[str, tuple[int, ...]], per_block: int
) -> None:
    random = np.random.default_rng(0)
    tensors = {name: random.random(shape, np.float32) for name, shape in shapes.items()}
    read = read_floats(*bundle(tensors, per_block))
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(read[name], tensor)
        assert read[name].dtype == np.float32


def test_a_value_longer_than_127_bytes_is_read_whole() -> None:
    tensors = {"a" * 300: np.arange(6, dtype=np.float32).reshape(1, 1, 1, 1, 1, 6)}
    np.testing.assert_array_equal(read_floats(*bundle(tensors))["a" * 300].ravel(), np.arange(6))


def test_tensors_of_other_types_are_left_out() -> None:
    index, data = bundle({"weight": np.ones(2, np.float32)})
    assert read_floats(index.replace(entry(FLOAT, (2,), 0), entry(INT64, (2,), 0)), data) == {}


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="does not end as a table does"):
        read_floats(b"nothing of the kind", b"")


def test_compressed_blocks_are_refused() -> None:
    index, data = bundle({"weight": np.ones(2, np.float32)})
    first = block([(b"", b"\x08\x01\x1a\x02\x08\x01"), (b"weight", entry(FLOAT, (2,), 0))])
    damaged = bytearray(index)
    damaged[len(first)] = 1
    with pytest.raises(InputError, match="compressed"):
        read_floats(bytes(damaged), data)


def test_data_that_end_too_early_are_refused_by_the_name_of_the_tensor() -> None:
    index, data = bundle({"weight": np.ones(2, np.float32)})
    with pytest.raises(InputError, match="weight lies beyond the end"):
        read_floats(index, data[:-1])


@given(st.binary(min_size=0, max_size=200))
def test_a_damaged_index_is_an_error_of_ours(noise: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_floats(noise.ljust(60, b"\xff") + MAGIC, b"")
