from __future__ import annotations

import gzip
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MediaError
from engine.training.bank.groups import read_group

pytestmark = pytest.mark.training

Tree = dict[str, "bytes | Tree"]


def packed(tree: Tree) -> bytes:
    """Write a group as the format's description says."""
    header = bytearray(204)
    header[:24] = b"RedWolf Design GrpFolder"
    header[28:40] = struct.pack("<3i", 1, 2, len(tree))
    for i in range(0, 202, 3):
        header[i], header[i + 2] = header[i + 2], header[i]
    entries, content = b"", b""
    for name, body in tree.items():
        data = body if isinstance(body, bytes) else packed(body)
        numbers = struct.pack(
            "<5i", 0, int(not isinstance(body, bytes)), len(data), 0, len(content)
        )
        entries += (name.encode().ljust(260, b"\0") + numbers).ljust(316, b"\0")
        content += data
    return bytes(byte ^ 237 for byte in header) + entries + content


def compressed(data: bytes) -> bytes:
    return b"\x1e\x8c" + gzip.compress(data)[2:]


names = st.text("abcdefgh.", min_size=1, max_size=12)


@given(st.dictionaries(names, st.binary(max_size=50), max_size=5))
def test_every_file_of_a_group_is_read(files: dict[str, bytes]) -> None:
    assert dict(read_group(compressed(packed(dict(files))), "Sound.ocg")) == files


def test_groups_inside_groups_become_folders() -> None:
    group = packed({"Hits.ocg": {"Wood.ocg": {"Hit1.ogg": b"knock"}}, "authors.txt": b"us"})
    members = dict(read_group(group, "Sound.ocg"))
    assert members == {"Hits.ocg/Wood.ocg/Hit1.ogg": b"knock", "authors.txt": b"us"}


def test_something_else_is_refused_by_name() -> None:
    with pytest.raises(MediaError, match=r"Sound\.ocg"):
        list(read_group(b"RIFF" + bytes(400), "Sound.ocg"))


def test_a_group_that_is_cut_off_is_refused() -> None:
    with pytest.raises(MediaError, match="cut off"):
        list(read_group(packed({"a.ogg": b"0123456789"})[:-3], "Sound.ocg"))
