"""OpenClonk group files (.ocg): a gzip stream with its own magic, holding a scrambled directory.

Format: https://wiki.openclonk.org (C4Group): a 204-byte header whose bytes are XORed with 237 and
whose triples have their outer bytes swapped, 316-byte entries, then the members end to end. Members
may be groups themselves.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING

from engine.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"\x1e\x8c"
_HEADER = 204
_ENTRY = 316
_NAME = 260
_TITLE = b"RedWolf Design GrpFolder"


def read_group(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield (path inside the group, content) of every file in a group, nested groups included.

    Args:
        data: The group file's bytes.
        name: Its file name, for messages.

    Raises:
        MediaError: Not a group file, or one that is cut off.
    """
    try:
        yield from _members(_inflated(data), "")
    except (struct.error, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise MediaError(f"{name} is no readable group file ({error})", "Fetch it again") from error


def _inflated(data: bytes) -> bytes:
    return gzip.decompress(b"\x1f\x8b" + data[2:]) if data[:2] == _MAGIC else data


def _members(data: bytes, prefix: str) -> Iterator[tuple[str, bytes]]:
    header = bytearray(byte ^ 237 for byte in data[:_HEADER])
    for i in range(0, _HEADER - 2, 3):
        header[i], header[i + 2] = header[i + 2], header[i]
    if not header.startswith(_TITLE):
        raise OSError("wrong title")
    (count,) = struct.unpack_from("<i", header, 36)
    content = _HEADER + _ENTRY * count
    for k in range(count):
        start = _HEADER + _ENTRY * k
        name = data[start : start + _NAME].split(b"\0")[0].decode("latin-1")
        _, nested, size, _, offset = struct.unpack_from("<5i", data, start + _NAME)
        body = data[content + offset : content + offset + size]
        if len(body) != size:
            raise EOFError(f"{prefix}{name} is cut off")
        if nested:
            yield from _members(_inflated(body), f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", body
