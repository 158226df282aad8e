"""Making small pictures out of decoded frames: orientation, fields, scale, fit, colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.sidedata.sidedata import Type as SideDataType
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Fit = Literal["squash", "centre-crop", "letterbox"]
Colour = Literal["rgb", "grey"]
Scaling = Literal["bilinear", "bicubic"]
Pixels = npt.NDArray[np.uint8]

_BOTTOM_FIRST = (3, 4)  # AVFieldOrder BB and TB: the bottom field is shown first
_FIELDS = (2, *_BOTTOM_FIRST, 5)
_PAR_LIMIT = 8  # a pixel more oblong than this is a broken header
_FILTERS: dict[Scaling, Interpolation] = {
    "bilinear": Interpolation.BILINEAR,
    "bicubic": Interpolation.BICUBIC,
}


class Orientation(NamedTuple):
    """How a stored picture is shown: mirrored left to right first, then turned clockwise."""

    mirrored: bool
    turns: int  # quarter turns, 0 to 3

    @classmethod
    def of(cls, frame: VideoFrame) -> Self:
        """Read the display matrix (ISO 14496-12 8.3.2) that came with the frame.

        Ask once per file: PyAV ties a frame and its side data into a cycle, and frames that wait
        for the garbage collector fill gigabytes.
        """
        side_data: Any = frame.side_data  # PyAV's stub knows fewer kinds than PyAV
        try:
            matrix = bytes(side_data[SideDataType.DISPLAYMATRIX])
        except KeyError:
            return cls(mirrored=False, turns=0)
        a, b, _, c, d = (float(value) for value in np.frombuffer(matrix, np.int32)[:5])
        # Mirroring changes only a and b, so the angle is read from c and d.
        turns = round(math.atan2(-c, d) / (math.pi / 2)) % 4
        return cls(mirrored=a * d - b * c < 0, turns=turns)

    def apply(self, pixels: Pixels) -> Pixels:
        """Return ``pixels`` [height, width, channels] as they are shown."""
        return np.rot90(pixels[:, ::-1] if self.mirrored else pixels, -self.turns)


def is_interlaced(frame: VideoFrame, stream: VideoStream) -> bool:
    """Whether the frame weaves two fields that were taken one after the other."""
    return frame.interlaced_frame or stream.codec_context.field_order in _FIELDS


def shown_size(frame: VideoFrame, stream: VideoStream, orientation: Orientation) -> tuple[int, int]:
    """Return width and height in square pixels, the way round in which the frame is shown."""
    aspect = Fraction(stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1)
    if not Fraction(1, _PAR_LIMIT) <= aspect <= _PAR_LIMIT:
        aspect = Fraction(1)
    size = (max(1, round(frame.width * aspect)), frame.height)
    return size[::-1] if orientation.turns % 2 else size


@dataclass(slots=True)
class _FieldFilter:
    """Takes the first-shown field of a frame: no combing, no cost, and the right moment."""

    shape: tuple[int, int, str] | None = None
    graph: Graph | None = None

    def first_field(self, frame: VideoFrame, stream: VideoStream) -> VideoFrame:
        shape = (frame.width, frame.height, frame.format.name)
        if self.shape != shape or self.graph is None:
            bottom = stream.codec_context.field_order in _BOTTOM_FIRST
            self.graph = Graph()
            source = self.graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=frame.time_base,
            )
            field = self.graph.add("field", "bottom" if bottom else "top")
            self.graph.link_nodes(source, field, self.graph.add("buffersink")).configure()
            self.shape = shape
        self.graph.vpush(frame)
        return self.graph.vpull()


class Fitter:
    """Turns frames into pictures of one size; keeps the scaler between frames.

    Args:
        width: Pixels across.
        height: Pixels down.
        fit: "squash" ignores the aspect ratio, "centre-crop" fills the picture and cuts off the
            rest, "letterbox" shows all of it between black bars.
        colour: "rgb" or "grey".
        orientation: How the file wants its pictures turned.
        scaling: The filter; libswscale widens both where pictures are made smaller.
    """

    def __init__(
        self,
        width: int,
        height: int,
        fit: Fit,
        colour: Colour,
        orientation: Orientation,
        *,
        scaling: Scaling = "bilinear",
    ) -> None:
        self._orientation = orientation
        self._size = (width, height)
        self._fit = fit
        self._filter = _FILTERS[scaling]
        self._format = "rgb24" if colour == "rgb" else "gray"
        self._scaler = VideoReformatter()
        self._fields = _FieldFilter()

    def pixels(self, frame: VideoFrame, stream: VideoStream) -> Pixels:
        """Return the frame as uint8 [height, width, 3 or 1], read-only.

        libswscale scales and converts in one pass, straight to the small size.
        """
        shown = self._scaled_size(*shown_size(frame, stream, self._orientation))
        width, height = shown[::-1] if self._orientation.turns % 2 else shown
        if is_interlaced(frame, stream) and frame.height > 1:
            frame = self._fields.first_field(frame, stream)
        small = self._scaler.reformat(
            frame,
            width,
            height,
            self._format,
            interpolation=self._filter,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        ).to_ndarray()
        upright = self._orientation.apply(
            small.reshape(height, width, -1).astype(np.uint8, copy=False)
        )
        pixels = np.ascontiguousarray(self._framed(upright))
        pixels.flags.writeable = False
        return pixels

    def _scaled_size(self, shown_width: int, shown_height: int) -> tuple[int, int]:
        """Size of the whole picture after scaling, before cropping or padding."""
        width, height = self._size
        if self._fit == "squash":
            return self._size
        across, down = Fraction(width, shown_width), Fraction(height, shown_height)
        if self._fit == "letterbox":
            scale = min(across, down)
            return max(1, round(shown_width * scale)), max(1, round(shown_height * scale))
        scale = max(across, down)
        return max(width, round(shown_width * scale)), max(height, round(shown_height * scale))

    def _framed(self, pixels: Pixels) -> Pixels:
        """Cut or pad around the centre."""
        width, height = self._size
        down, across = pixels.shape[0] - height, pixels.shape[1] - width
        top, left = max(down, 0) // 2, max(across, 0) // 2
        pixels = pixels[top : top + height, left : left + width]
        above, before = max(-down, 0) // 2, max(-across, 0) // 2
        below, after = max(-down, 0) - above, max(-across, 0) - before
        if not (above or below or before or after):
            return pixels
        return np.pad(pixels, ((above, below), (before, after), (0, 0)))
