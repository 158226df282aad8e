"""The iXML chunk (www.ixml.info): what bext has no room for, as XML that editors read.

Our own element in it holds the sound's provenance, so that a WAV alone says what made it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from engine.media.bext import time_reference
from engine.media.riff import Chunk

if TYPE_CHECKING:
    from engine.media.broadcast import BroadcastInfo

NAME = b"iXML"

_VERSION = "2.10"
_PROVENANCE = "LUMIPHONE_PROVENANCE"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def ixml_chunk(info: BroadcastInfo, channels: int, sample_rate: int) -> Chunk:
    """Return the chunk.

    Args:
        info: What to say.
        channels: Of the sound.
        sample_rate: Samples per second.

    Raises:
        InputError: The start lies before midnight.
    """
    root = ET.Element("BWFXML")
    words = {
        "IXML_VERSION": _VERSION,
        "PROJECT": info.project,
        "SCENE": info.scene,
        "TAKE": info.take,
        "TAPE": info.tape,
        "NOTE": info.description,
        "FILE_UID": info.reference,
    }
    _add(root, {name: text for name, text in words.items() if text})
    _add(ET.SubElement(root, "SPEED"), _speed(info, sample_rate))
    tracks = ET.SubElement(root, "TRACK_LIST")
    _add(tracks, {"TRACK_COUNT": str(channels)})
    for channel in range(channels):
        name = info.tracks[channel] if channel < len(info.tracks) else ""
        index = str(channel + 1)
        track = {"CHANNEL_INDEX": index, "INTERLEAVE_INDEX": index, "NAME": name}
        _add(ET.SubElement(tracks, "TRACK"), track)
    if info.provenance is not None:
        _add(root, {_PROVENANCE: json.dumps(info.provenance)})
    return Chunk(NAME, ET.tostring(root, "UTF-8", xml_declaration=True))


def _speed(info: BroadcastInfo, sample_rate: int) -> dict[str, str]:
    start = time_reference(info, sample_rate)
    speed = {
        "FILE_SAMPLE_RATE": str(sample_rate),
        "AUDIO_BIT_DEPTH": "24",
        "DIGITIZER_SAMPLE_RATE": str(sample_rate),
        "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI": str(start >> 32),
        "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO": str(start & 0xFFFFFFFF),
        "TIMESTAMP_SAMPLE_RATE": str(sample_rate),
    }
    if info.rate is None:
        return speed
    rate = f"{info.rate.numerator}/{info.rate.denominator}"
    flag = "DF" if info.drop_frame else "NDF"
    return {
        "MASTER_SPEED": rate,
        "CURRENT_SPEED": rate,
        "TIMECODE_RATE": rate,
        "TIMECODE_FLAG": flag,
    } | speed


def _add(parent: ET.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = _FORBIDDEN.sub("", text)


def read_provenance(data: bytes) -> dict[str, Any] | None:
    """Return what our element of an iXML chunk holds; None if there is none that can be read."""
    try:
        # Expat bounds what entities may blow up to; nothing outside the chunk is ever loaded.
        root = ET.fromstring(data.rstrip(b"\0"))  # noqa: S314
        found = json.loads(root.findtext(_PROVENANCE, ""))
    except (ET.ParseError, ValueError):
        return None
    return found if isinstance(found, dict) else None
