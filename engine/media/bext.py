"""The ``bext`` chunk of Broadcast Wave, version 2 (EBU Tech 3285): where sound belongs in time."""

from __future__ import annotations

import math
import struct
import unicodedata
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.media.riff import Chunk

if TYPE_CHECKING:
    from engine.media.broadcast import BroadcastInfo

_VERSION = 2
_LAYOUT = struct.Struct("<256s32s32s10s8sQH64s5h180s")
_UNKNOWN = 0x7FFF  # a loudness that was not measured


def bext_chunk(info: BroadcastInfo, channels: int, sample_rate: int) -> Chunk:
    """Return the chunk.

    Args:
        info: What to say.
        channels: Of the sound, for the coding history.
        sample_rate: Samples per second, in which the start is counted.

    Raises:
        InputError: The start lies before midnight.
    """
    made = info.originated
    fixed = _LAYOUT.pack(
        ascii_text(info.description, 256),
        ascii_text(info.originator, 32),
        ascii_text(info.reference, 32),
        made.strftime("%Y-%m-%d").encode() if made else b"",
        made.strftime("%H:%M:%S").encode() if made else b"",
        time_reference(info, sample_rate),
        _VERSION,
        b"",  # no UMID: those are given out by registered systems
        *_loudness_fields(info),
        b"",
    )
    return Chunk(b"bext", fixed + _coding_history(info, channels, sample_rate))


def time_reference(info: BroadcastInfo, sample_rate: int) -> int:
    """Return the sample since midnight at which the sound begins.

    Raises:
        InputError: That is before midnight.
    """
    if info.start < 0:
        raise InputError(
            f"The sound begins {float(-info.start):g} s before midnight",
            "Give the timeline a later start timecode, such as 01:00:00:00",
        )
    return round(info.start * sample_rate)


def ascii_text(text: str, length: int) -> bytes:
    """Return at most ``length`` ASCII characters: accents go, what has no letter becomes "?"."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace")[:length]


def _loudness_fields(info: BroadcastInfo) -> tuple[int, ...]:
    """Hundredths, in the order of the standard."""
    if info.loudness is None:
        return (_UNKNOWN,) * 5
    measured = info.loudness
    values = (
        *(measured.integrated, measured.range, measured.true_peak),
        *(measured.max_momentary, measured.max_short_term),
    )
    return tuple(_hundredths(value) for value in values)


def _hundredths(value: float) -> int:
    """Silence has no loudness: it is marked as not measured."""
    return round(100 * value) if math.isfinite(value) and abs(value) < 100 else _UNKNOWN


def _coding_history(info: BroadcastInfo, channels: int, sample_rate: int) -> bytes:
    """One line in the form of EBU R 98."""
    mode = {1: "mono", 2: "stereo"}.get(channels, "multitrack")
    maker = ascii_text(info.maker.replace(",", " "), 128).decode()
    return f"A=PCM,F={sample_rate},W=24,M={mode},T={maker}\r\n".encode()
