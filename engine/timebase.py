"""Time as the engine knows it: integers and fractions, never float seconds.

A picture's place is (frame index, rate). A take for n frames at rate r has exactly
``round(n / r * sample_rate)`` samples. Timecode follows SMPTE ST 12-1, drop-frame included.
"""

from __future__ import annotations

import re
from fractions import Fraction

from engine.errors import InputError

MIN_RATE = Fraction(1)
MAX_RATE = Fraction(1000)

_NTSC_BASES = (24, 30, 48, 60, 96, 120, 240)
_TIMECODE = re.compile(r"^(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})$")
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)$")
_SECONDS = re.compile(r"^(\d+(?:\.\d+)?)s?$")


def sample_count(frames: int, rate: Fraction, sample_rate: int) -> int:
    """Return how many samples last exactly as long as ``frames`` pictures at ``rate``.

    Args:
        frames: Number of pictures, zero or more.
        rate: Pictures per second.
        sample_rate: Samples per second.
    """
    return round(frames / rate * sample_rate)


def snap_rate(rate: Fraction) -> Fraction:
    """Return the standard rate that a container's rounded number stands for, else ``rate`` itself.

    Containers write 23.976, 23.98 or 2997/125 where 24000/1001 is meant; likewise a measured
    average such as 24.9999. Only differences under 0.02 % (NTSC: 0.1 %) are taken as rounding.
    """
    candidates = [Fraction(n) for n in range(1, 241)]
    candidates += [Fraction(base * 1000, 1001) for base in _NTSC_BASES]
    candidates += [Fraction(25, 2), Fraction(50, 3), Fraction(15, 2)]
    nearest = min(candidates, key=lambda standard: abs(standard - rate))
    return nearest if abs(nearest - rate) / nearest < Fraction(2, 10_000) else rate


def checked_rate(rate: Fraction, what: str) -> Fraction:
    """Return ``rate`` if a person could mean it.

    Raises:
        InputError: Under 1 or over 1000 pictures a second.
    """
    if MIN_RATE <= rate <= MAX_RATE:
        return rate
    raise InputError(
        f"{what} has {float(rate):g} pictures a second",
        f"Use a rate from {MIN_RATE} to {MAX_RATE}; re-wrap the file with its true rate",
    )


def _timecode_base(rate: Fraction) -> int:
    return round(rate)


def _drops(rate: Fraction, *, drop_frame: bool) -> int:
    """Frame numbers skipped at each minute (not each tenth) in drop-frame counting."""
    base = _timecode_base(rate)
    if not drop_frame:
        return 0
    if rate.denominator != 1001 or base % 30:
        raise InputError(
            f"Drop-frame timecode does not exist at {float(rate):.3f} pictures a second",
            "Write it with colons only (HH:MM:SS:FF)",
        )
    return base // 15


def parse_time(text: str, rate: Fraction) -> int:
    """Return the frame index that ``text`` names at ``rate``.

    Accepts SMPTE timecode ``HH:MM:SS:FF`` (``HH:MM:SS;FF`` drop-frame), a clock
    ``[H:]MM:SS[.fff]``, seconds ``12.5`` or ``12.5s``, and a frame number ``240f``.

    Raises:
        InputError: Not any of these, or a frame number that this timecode does not have.
    """
    text = text.strip()
    if text.endswith("f") and text[:-1].isdigit():
        return int(text[:-1])
    if match := _TIMECODE.match(text):
        hours, minutes, seconds, frame = (int(match[i]) for i in (1, 2, 3, 5))
        drop_frame = match[4] in ";,"
        return _parse_timecode(text, (hours, minutes, seconds, frame), rate, drop_frame=drop_frame)
    if match := _CLOCK.match(text):
        whole = Fraction(int(match[1] or 0) * 3600 + int(match[2]) * 60)
        return round((whole + Fraction(match[3])) * rate)
    if match := _SECONDS.match(text):
        return round(Fraction(match[1]) * rate)
    raise InputError(
        f"'{text}' is no time",
        "Write HH:MM:SS:FF (or ;FF for drop-frame), MM:SS.s, seconds (12.5) or frames (240f)",
    )


def _parse_timecode(
    text: str, fields: tuple[int, int, int, int], rate: Fraction, *, drop_frame: bool
) -> int:
    hours, minutes, seconds, frame = fields
    base = _timecode_base(rate)
    drops = _drops(rate, drop_frame=drop_frame)
    dropped = minutes % 10 != 0 and seconds == 0 and frame < drops
    if minutes > 59 or seconds > 59 or frame >= base or dropped:
        raise InputError(
            f"Timecode '{text}' does not exist at {float(rate):.3f} pictures a second",
            f"Frames run from 0 to {base - 1}, minutes and seconds to 59"
            + (", and drop-frame skips the first numbers of most minutes" if drops else ""),
        )
    total_minutes = hours * 60 + minutes
    count = (total_minutes * 60 + seconds) * base + frame
    return count - drops * (total_minutes - total_minutes // 10)


def format_timecode(frame: int, rate: Fraction, *, drop_frame: bool = False) -> str:
    """Return SMPTE timecode for a frame index; the inverse of :func:`parse_time`.

    Raises:
        InputError: Drop-frame asked for at a rate that has none.
    """
    base = _timecode_base(rate)
    drops = _drops(rate, drop_frame=drop_frame)
    if drops:
        per_minute = base * 60 - drops
        per_ten = per_minute * 10 + drops
        tens, rest = divmod(frame, per_ten)
        frame += drops * 9 * tens
        if rest >= base * 60:
            frame += drops * (1 + (rest - base * 60) // per_minute)
    seconds, frames = divmod(frame, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    separator = ";" if drops else ":"
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{frames:02d}"
