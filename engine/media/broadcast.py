"""What a Broadcast Wave file says of its sound, in bext and in iXML."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.media.programme_loudness import Loudness


@dataclass(frozen=True, slots=True)
class BroadcastInfo:
    """Words and times for one file; what is left out is left empty.

    Attributes:
        description: What is heard; bext keeps 256 ASCII characters of it, iXML all.
        start: Where it belongs, in seconds since midnight of the timecode: (frame number of the
            timecode) / rate, so that 01:00:00:00 at 24000/1001 is 3603.6 s.
        rate: Frames per second of that timecode; None if there is none.
        drop_frame: Whether that timecode is drop-frame.
        originated: When it was made; None leaves the date empty, and the same sound gives the same
            bytes.
        reference: Unique name of the sound for its originator, up to 32 characters.
        originator: Who made it.
        maker: Program (and pack), for the coding history.
        loudness: As measured; None if it was not.
        project: Title of the production.
        scene: Scene or clip.
        take: Take's number or name.
        tape: Reel or source's name.
        tracks: Name of each channel, such as "FX L", "FX R".
        provenance: What made it, plain JSON values; iXML carries it.
    """

    description: str = ""
    start: Fraction = Fraction(0)
    rate: Fraction | None = None
    drop_frame: bool = False
    originated: datetime | None = None
    reference: str = ""
    originator: str = "Lumiphone"
    maker: str = f"Lumiphone {__version__}"
    loudness: Loudness | None = None
    project: str = ""
    scene: str = ""
    take: str = ""
    tape: str = ""
    tracks: tuple[str, ...] = ()
    provenance: Mapping[str, Any] | None = None
