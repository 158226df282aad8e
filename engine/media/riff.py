"""RIFF/WAVE files of 24-bit PCM with any chunks beside the sound; RF64 where 4 GB do not suffice.

RF64 (EBU Tech 3306) is WAVE whose sizes have moved into a ``ds64`` chunk of 64-bit numbers. How
long a file becomes is known before it is written, so a file is RF64 from its first byte or never.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.errors import MediaError
from engine.media.staging import staged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    import numpy.typing as npt

SAMPLE_BYTES = 3
LARGEST_RIFF = (1 << 32) - 2  # its size field; the number above stands for "see ds64"

_ELSEWHERE = (1 << 32) - 1
_FULL_SCALE = 1 << 23
_BLOCK = 1 << 16  # frames converted at a time
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_DS64 = struct.Struct("<QQQI")
_MOST_READ = 64 << 20  # no chunk of words is larger; a damaged size must not fill the memory


class Chunk(NamedTuple):
    """A named block of bytes, such as bext."""

    name: bytes
    data: bytes

    def packed(self) -> bytes:
        """Return it with its header, padded to an even length as RIFF wants."""
        return _CHUNK.pack(self.name, len(self.data)) + self.data + bytes(len(self.data) % 2)


def wave_header(channels: int, count: int, sample_rate: int, chunks: Sequence[Chunk] = ()) -> bytes:
    """Return all that comes before the first sample of a 24-bit file.

    Args:
        channels: Interleaved.
        count: Samples per channel.
        sample_rate: Samples per second.
        chunks: Written between the header and the format, as EBU Tech 3285 has bext.
    """
    frame = channels * SAMPLE_BYTES
    size = count * frame
    form = _FORMAT.pack(1, channels, sample_rate, sample_rate * frame, frame, 8 * SAMPLE_BYTES)
    middle = b"".join(chunk.packed() for chunk in (*chunks, Chunk(b"fmt ", form)))
    rest = len(middle) + _CHUNK.size + size + size % 2  # what follows "WAVE", without ds64
    if 4 + rest <= LARGEST_RIFF:
        head = _CHUNK.pack(b"RIFF", 4 + rest) + b"WAVE"
        return head + middle + _CHUNK.pack(b"data", size)
    whole = 4 + _CHUNK.size + _DS64.size + rest
    ds64 = Chunk(b"ds64", _DS64.pack(whole, size, count, 0)).packed()
    head = _CHUNK.pack(b"RF64", _ELSEWHERE) + b"WAVE" + ds64
    return head + middle + _CHUNK.pack(b"data", _ELSEWHERE)


def write_wave(
    path: Path, samples: npt.NDArray[np.float32], sample_rate: int, chunks: Sequence[Chunk] = ()
) -> None:
    """Write 24-bit PCM; the file appears whole or not at all, RF64 if it is too long for RIFF.

    Args:
        path: The file, replaced if it exists.
        samples: float32 [channels, n], full scale +-1; what lies beyond is clipped.
        sample_rate: Samples per second.
        chunks: Written before the sound.

    Raises:
        OutputError: Folder missing or read-only, disk full.
    """
    channels, count = samples.shape
    with staged(path) as draft, draft.open("xb") as file:
        file.write(wave_header(channels, count, sample_rate, chunks))
        for start in range(0, count, _BLOCK):
            file.write(_pcm24(samples[:, start : start + _BLOCK]))
        file.write(bytes(count * channels * SAMPLE_BYTES % 2))


def _pcm24(samples: npt.NDArray[np.float32]) -> bytes:
    """Interleaved little-endian 24-bit integers."""
    scaled = np.rint(samples.T.astype(np.float64) * _FULL_SCALE)
    whole = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :SAMPLE_BYTES].tobytes()


def read_chunks(path: Path, names: Collection[bytes]) -> dict[bytes, bytes]:
    """Return the first chunk of each of these names that a WAVE or RF64 file has.

    A file that is cut off gives what lies before its end.

    Raises:
        MediaError: It cannot be read, or is no WAVE file.
    """
    found: dict[bytes, bytes] = {}
    try:
        with path.open("rb") as file:
            if file.read(4) not in {b"RIFF", b"RF64"} or file.read(8)[4:] != b"WAVE":
                raise MediaError(f"{path} is no WAVE file", "Give a .wav file")
            for name, size in _chunks(file):
                if name in names and name not in found and size <= _MOST_READ:
                    data = file.read(size)
                    found |= {name: data} if len(data) == size else {}
    except OSError as error:
        raise MediaError(f"{path} cannot be read ({error.strerror})", "Check its drive") from error
    return found


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield name and size of each chunk, with the file at its first byte."""
    data_size = 0
    while len(head := file.read(_CHUNK.size)) == _CHUNK.size:
        name, size = _CHUNK.unpack(head)
        start = file.tell()
        if name == b"ds64":
            data_size = int.from_bytes(file.read(16)[8:], "little")
            file.seek(start)
        elif name == b"data" and size == _ELSEWHERE:
            size = data_size
        yield name, size
        file.seek(start + size + size % 2)
