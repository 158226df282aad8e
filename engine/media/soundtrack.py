"""The sound of any file, films included, and where it lies against the pictures."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np
from av.error import FFmpegError
from av.stream import Disposition

from engine.errors import CancelledError, MediaError
from engine.media.reader import never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import numpy.typing as npt
    from av.audio.stream import AudioStream
    from av.container import InputContainer


class Sound(NamedTuple):
    """Decoded sound.

    Attributes:
        samples: float32 [channels, n], full scale +-1.
        sample_rate: Samples per second.
    """

    samples: npt.NDArray[np.float32]
    sample_rate: int


class Soundtrack(NamedTuple):
    """The first track of sound of a file.

    Attributes:
        sound: All of it.
        start: When its first sample is heard, in seconds on the file's clock.
        codec: FFmpeg's name of its codec, "pcm_s24le".
        tracks: How many tracks of sound the file has.
        pictures: Whether the file has moving pictures too.
        words: What the file says of itself, under FFmpeg's names.
    """

    sound: Sound
    start: Fraction
    codec: str
    tracks: int
    pictures: bool
    words: Mapping[str, str]

    def placed(self, origin: Fraction) -> npt.NDArray[np.float32]:
        """Return the samples as they are heard from ``origin`` (s) on the file's clock on.

        What comes before is cut off; where the sound begins later, silence comes first.
        """
        samples, rate = self.sound
        late = round((self.start - origin) * rate)
        return np.pad(samples, ((0, 0), (late, 0))) if late > 0 else samples[:, -late:]


def read_sound(path: Path) -> Sound:
    """Decode the sound of a take whole.

    Raises:
        MediaError: It is not there, damaged, or holds no sound.
    """
    try:
        return read_soundtrack(path).sound
    except MediaError as error:
        raise MediaError(error.what, "Make the take again: lumiphone inspect") from error


def read_soundtrack(path: Path, cancelled: Callable[[], bool] = never) -> Soundtrack:
    """Decode the first track of sound of a file whole.

    Raises:
        MediaError: It is not there, damaged, or holds no sound.
        CancelledError: ``cancelled`` returned True.
    """
    try:
        with av.open(
            path.absolute(), "r", options={"protocol_whitelist": "file"}, metadata_errors="replace"
        ) as container:
            if not container.streams.audio:
                raise MediaError(f"{path} holds no sound", "Give a file with sound")
            stream = container.streams.audio[0]
            blocks = _Blocks(container, stream, cancelled)
            samples = np.concatenate([*blocks], axis=1)
            return Soundtrack(
                Sound(samples, stream.rate),
                blocks.start,
                stream.codec_context.name,
                len(container.streams.audio),
                any(not s.disposition & Disposition.attached_pic for s in container.streams.video),
                dict(container.metadata),
            )
    except (FFmpegError, OSError, ValueError) as error:
        if isinstance(error, MediaError):
            raise
        raise MediaError(
            f"{path} cannot be read as sound: it is damaged, incomplete or no media file",
            "Check that the file plays, then export it again",
        ) from error


class _Blocks:
    """Decoded samples, float32 [channels, n] at a time."""

    def __init__(
        self, container: InputContainer, stream: AudioStream, cancelled: Callable[[], bool]
    ) -> None:
        self.start = Fraction(0)
        self._frames = container.decode(stream)
        self._cancelled = cancelled

    def __iter__(self) -> Iterator[npt.NDArray[np.float32]]:
        convert = av.AudioResampler("fltp")
        for number, frame in enumerate(self._frames):
            if self._cancelled():
                raise CancelledError
            if number == 0 and frame.pts is not None and frame.time_base:
                self.start = frame.pts * frame.time_base
            for block in convert.resample(frame):
                yield block.to_ndarray().astype(np.float32, copy=False)
        for block in convert.resample(None):
            yield block.to_ndarray().astype(np.float32, copy=False)
