"""Makes real films for the tests: every frame carries its own number as a pattern of blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream

Bytes = npt.NDArray[np.uint8]
_GRID = 4  # 4 x 4 blocks: sixteen bits, the first always set, the last always clear
_BITS = _GRID * _GRID - 2


def numbered_picture(number: int, width: int, height: int) -> Bytes:
    """RGB picture [height, width, 3] whose blocks spell ``number`` in binary."""
    bits = [1, *((number >> bit) & 1 for bit in range(_BITS)), 0]
    rows = np.array(bits, np.uint8).reshape(_GRID, _GRID) * 200 + 28
    y = np.arange(height) * _GRID // height
    x = np.arange(width) * _GRID // width
    return np.repeat(rows[y][:, x][..., None], 3, axis=2)


def number_in(pixels: Bytes) -> int:
    """The number that :func:`numbered_picture` wrote, read from a picture of any size."""
    grey = pixels.astype(np.float32).mean(axis=2)
    height, width = grey.shape
    blocks = [
        grey[height * (2 * j + 1) // (2 * _GRID), width * (2 * i + 1) // (2 * _GRID)] > 128
        for j in range(_GRID)
        for i in range(_GRID)
    ]
    assert blocks[0], "the picture is turned, mirrored or no numbered picture"
    assert not blocks[-1], "the picture is turned, mirrored or no numbered picture"
    return sum(int(bit) << place for place, bit in enumerate(blocks[1:-1]))


@dataclass(frozen=True, slots=True)
class Film:
    """How a test film is made. Frame k shows number k at ``stamps[k]`` (or k / rate)."""

    name: str = "clip.mp4"
    codec: str = "libx264"
    rate: Fraction = Fraction(25)
    frames: int = 25
    size: tuple[int, int] = (128, 96)
    pix_fmt: str = "yuv420p"
    time_base: Fraction | None = None
    stamps: Sequence[int] | None = None  # in time_base units
    matrix: Sequence[int] | None = None  # display matrix, ISO 14496-12
    pixel_aspect: Fraction | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    pictures: Iterable[Bytes] | None = None
    audio: bool = False
    cover: bytes | None = None  # a PNG, in Matroska only

    def write(self, folder: Path) -> Path:
        """Make the film in ``folder`` and return its path."""
        path = folder / self.name
        with av.open(path, "w", options=dict(self.container_options)) as container:
            container.metadata.update(self.metadata)
            if self.cover:
                container.add_attachment("cover.png", "image/png", self.cover)
            stream = self._stream(container)
            sound = container.add_stream("aac", rate=48000) if self.audio else None
            if sound is not None:
                tone = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.float32), "fltp", "mono")
                tone.sample_rate = 48000
                container.mux([*sound.encode(tone), *sound.encode(None)])
            for index, pixels in enumerate(self._pictures()):
                frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
                frame.pts = self.stamps[index] if self.stamps else index
                frame.time_base = stream.codec_context.time_base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    def _pictures(self) -> Iterable[Bytes]:
        if self.pictures is not None:
            return self.pictures
        count = len(self.stamps) if self.stamps else self.frames
        return (numbered_picture(number, *self.size) for number in range(count))

    def _stream(self, container: OutputContainer) -> VideoStream:
        stream: VideoStream = container.add_stream(  # type: ignore[assignment] # a codec of pictures
            self.codec, rate=self.rate, options=self._options()
        )
        stream.width, stream.height = self.size
        stream.pix_fmt = self.pix_fmt
        stream.codec_context.time_base = self.time_base or 1 / self.rate
        if self.pixel_aspect:
            stream.codec_context.sample_aspect_ratio = self.pixel_aspect
        if self.matrix:
            stream.set_display_matrix(self.matrix)
        return stream

    def _options(self) -> dict[str, str]:
        quick = {"preset": "ultrafast", "bf": "2", "g": "12"} if self.codec == "libx264" else {}
        if self.codec == "libx265":
            quick = {"preset": "ultrafast", "x265-params": "log-level=none"}
        return quick | dict(self.options)
