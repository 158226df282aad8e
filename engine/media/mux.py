"""The clip with its new sound: pictures copied bit for bit, the take beside them.

Compressed video can only begin at a key frame. Where a span begins between two, copying starts at
the key frame before it and the pictures up to the span lie before time zero. MP4 and MOV then carry
an edit list that skips them, so that the file shows exactly the span; Matroska has no edit lists,
so there the pictures begin earlier and the sound waits for its place. In sync either way. At the
end a few pictures past the span may remain, which those before them are predicted from.
"""

from __future__ import annotations

import heapq
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain, dropwhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import av
from av.error import FFmpegError

from engine.errors import CancelledError, InputError, MediaError
from engine.media.container import opened
from engine.media.frames import opened_frames
from engine.media.staging import staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from engine.span import Span

SoundCodec = Literal["aac", "pcm"]

_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
# What players expect in each; Matroska takes everything.
_VIDEO = {
    "mp4": frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg"}),
    "mov": frozenset(
        {"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd"}
        | {"cfhd", "dvvideo", "png", "qtrle", "rawvideo", "v210"}
    ),
}
_AAC_BITS = 128_000  # per second and channel: transparent
_STEPS_BACK = (0, 1, 5, 30)  # seconds, in search of a key frame
_REORDERED = 16  # the longest wait of a picture for its turn (H.264, H.265)


def refuse_retimed(span: Span) -> None:
    """Refuse a span whose pictures cannot be copied because they are shown at another speed.

    Raises:
        InputError: The span changes the speed.
    """
    if span.speed != 1:
        raise InputError(
            f"{span.media} plays at {float(span.speed):g} times its speed, "
            "which a copy of its pictures cannot",
            "Take the WAV file, or export the clip at its new speed first",
        )


def mux(
    span: Span,
    wav: Path,
    out: Path,
    codec: SoundCodec = "aac",
    cancelled: Callable[[], bool] = lambda: False,
    *,
    tags: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Write the span's pictures with the sound of ``wav`` and return the path written.

    The path has another suffix than ``out`` where that container cannot hold the pictures (VP8,
    ProRes in MP4) or the sound (PCM in MP4). Rotation, pixel aspect and colour stay as they are;
    so does the timecode of a span that begins where the clip does.

    Args:
        span: Which stretch of which clip; its speed must be 1.
        wav: The take, which begins where the span begins.
        out: Where to write.
        codec: "aac", or "pcm" for 24-bit samples in MOV or Matroska.
        cancelled: Asked for each packet.
        tags: Words for the file, under names of ours or the format's.

    Raises:
        InputError: The span changes the speed.
        MediaError: The clip or the take cannot be read, or the clip's stream cannot be copied.
        OutputError: The file cannot be written.
        CancelledError: ``cancelled`` returned True.
    """
    refuse_retimed(span)
    with opened_frames(span.media) as reader:
        begin = reader.origin + span.media_start
        clock = _Clock(begin, begin + span.duration, reader.interval, reader.tolerance)
    with opened(span.media) as (source, video):
        target = _target(out, video.codec_context.codec.canonical_name, codec)
        pictures = _Pictures(span, source, video, clock)
        with staged(target) as draft, _written(draft, target, tags) as result:
            for packet in _interleaved(result, pictures, wav, codec):
                if cancelled():
                    raise CancelledError
                result.mux(packet)
    return target


def _target(out: Path, video: str, sound: SoundCodec) -> Path:
    """Return ``out``, with another suffix if its container does not fit the streams."""
    for suffix in (out.suffix.lower(), ".mp4", ".mov", ".mkv"):
        name = _FORMATS.get(suffix)
        fits = name == "matroska" or (name is not None and video in _VIDEO[name])
        if fits and not (sound == "pcm" and name == "mp4"):
            return out if suffix == out.suffix.lower() else out.with_suffix(suffix)
    raise AssertionError  # Matroska fits always


class _Clock(NamedTuple):
    """The copied stretch on the video stream's clock; all in seconds."""

    begin: Fraction
    end: Fraction
    interval: Fraction  # nominal, between pictures
    tolerance: Fraction  # rounding of stamps


class _Pictures(NamedTuple):
    """The part of a clip's video stream that is copied."""

    span: Span
    container: InputContainer
    stream: VideoStream
    clock: _Clock

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield all packets that showing the stretch takes; time zero is where it begins.

        Raises:
            MediaError: The stream gives its pictures no times.
        """
        base = Fraction(self.stream.time_base or 1)
        shift = round(self.clock.begin / base)
        for packet in _with_decode_times(self._needed(base), round(self.clock.interval / base)):
            if packet.pts is None or packet.dts is None:
                raise MediaError(
                    f"{self.span.media} does not say when its pictures are shown",
                    "Re-wrap it as MP4, or take the WAV file",
                )
            packet.pts -= shift
            packet.dts -= shift
            yield packet

    def _needed(self, base: Fraction) -> Iterator[Packet[VideoStream]]:
        """Packets in decoding order, without those after the last one shown in the stretch."""
        waiting: list[Packet[VideoStream]] = []
        for packet in self._from_key_frame(base):
            waiting.append(packet)
            if packet.pts is None or packet.pts * base < self.clock.end - self.clock.tolerance:
                yield from waiting
                waiting.clear()
            elif packet.dts is not None and packet.dts * base >= self.clock.end:
                return  # no picture is decoded after it is shown

    def _from_key_frame(self, base: Fraction) -> Iterator[Packet[VideoStream]]:
        """Packets from the key frame on that comes at or before the stretch."""
        if self.span.media_start == 0:
            return self._demuxed()
        for back in (*_STEPS_BACK, self.span.media_start):
            with suppress(FFmpegError):
                self.container.seek(int((self.clock.begin - back) / base), stream=self.stream)
            packets = dropwhile(lambda packet: not packet.is_keyframe, self._demuxed())
            first = next(packets, None)
            if first is None or first.pts is None:
                continue
            if first.pts * base <= self.clock.begin + self.clock.tolerance:
                return chain([first], packets)
        raise MediaError(
            f"No key frame of {self.span.media} can be found before the span",
            "Export the span as a clip of its own, or take the WAV file",
        )

    def _demuxed(self) -> Iterator[Packet[VideoStream]]:
        try:
            yield from (packet for packet in self.container.demux(self.stream) if packet.size)
        except OSError as error:
            raise MediaError(
                f"{self.span.media} can no longer be read ({error.strerror})", "Check its drive"
            ) from error


def _with_decode_times(
    packets: Iterator[Packet[VideoStream]], step: int
) -> Iterator[Packet[VideoStream]]:
    """Fill in decoding times: Matroska has none, and libavformat learns the first ones late."""
    early: list[Packet[VideoStream]] = []
    for packet in packets:
        early.append(packet)
        if packet.dts is None and len(early) < _REORDERED:
            continue
        known = packet.dts if packet.dts is not None else packet.pts
        for place, one in enumerate(early):
            if one.dts is None and known is not None:
                one.dts = known - (len(early) - 1 - place) * step
        yield from early
        early.clear()
    yield from early


@contextmanager
def _written(draft: Path, target: Path, tags: Mapping[str, str]) -> Iterator[OutputContainer]:
    """Open ``draft`` for writing in the format that the target's suffix names."""
    name, options = _FORMATS[target.suffix.lower()], {}
    if name != "matroska":
        # Exact edit lists: the default clock of the movie counts only milliseconds.
        options["movie_timescale"] = "48000"
        if tags:
            options["movflags"] = "+use_metadata_tags"  # any names, not just the format's
    with av.open(draft, "w", format=name, options=options) as result:
        result.metadata.update(tags)
        yield result


def _interleaved(
    result: OutputContainer, pictures: _Pictures, wav: Path, codec: SoundCodec
) -> Iterator[Packet[Any]]:
    """Add both streams to ``result`` and yield their packets in order of time."""
    try:
        video = result.add_stream_from_template(pictures.stream, opaque=True)
    except (FFmpegError, ValueError) as error:
        raise MediaError(
            f"The pictures of {pictures.span.media} cannot be copied into another file",
            "Export the clip as H.264 or ProRes, or take the WAV file",
        ) from error
    timecode = pictures.stream.metadata.get("timecode")
    if timecode and pictures.span.media_start == 0:
        video.metadata["timecode"] = timecode
    with _opened_take(wav) as take:
        sound = take.streams.audio[0]
        audio = result.add_stream(
            "aac" if codec == "aac" else "pcm_s24le",
            rate=sound.rate,
            layout="stereo" if sound.channels == 2 else "mono",
        )
        if codec == "aac":
            audio.bit_rate = _AAC_BITS * sound.channels
        both: list[Iterator[Packet[Any]]] = [pictures.packets(), _encoded(take, audio)]
        for packet in heapq.merge(*both, key=lambda packet: (packet.dts or 0) * packet.time_base):
            if packet.stream is not audio:
                packet.stream = video
            yield packet


@contextmanager
def _opened_take(wav: Path) -> Iterator[InputContainer]:
    try:
        take = av.open(wav, "r")
    except (FFmpegError, OSError) as error:
        raise MediaError(f"{wav} cannot be read as sound", "Write the take again") from error
    with take:
        if not take.streams.audio:
            raise MediaError(f"{wav} holds no sound", "Write the take again")
        yield take


def _encoded(take: InputContainer, audio: AudioStream) -> Iterator[Packet[AudioStream]]:
    for frame in take.decode(audio=0):
        yield from audio.encode(frame)
    yield from audio.encode(None)
