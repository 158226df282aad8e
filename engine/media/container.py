"""Opening a media file with PyAV; what cannot be used is refused in words a person can act on."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError
from av.stream import Disposition

from engine.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

MAX_SIDE = 16_384
_REEXPORT = "Check that the file plays, then copy or export it again"
_HEAD = 1024  # bytes looked at to tell text from media


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open ``path`` and find its moving picture; cover pictures do not count.

    Raises:
        MediaError: No such file, no media, no pictures, or none that can be decoded here.
    """
    _check_file(path)
    try:
        # Movies that refer to other files must not reach out to the network.
        container = av.open(
            path.absolute(), "r", options={"protocol_whitelist": "file"}, metadata_errors="replace"
        )
    except (FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"{path} cannot be read as video: it is damaged, incomplete or no media file", _REEXPORT
        ) from error
    with container:
        yield container, _video_stream(container, path)


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise MediaError(
                f"{path} is a folder",
                "Choose one clip in it; turn a picture sequence into a movie first",
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError as error:
        raise MediaError(f"{path} does not exist", "Check the path, or relink the clip") from error
    except OSError as error:
        raise MediaError(
            f"{path} cannot be opened ({error.strerror})", "Check its permissions and its drive"
        ) from error
    if not head:
        raise MediaError(f"{path} is empty (0 bytes)", _REEXPORT)
    if _is_text(head):
        raise MediaError(f"{path} is a text file, not video", "Choose a file with moving pictures")


def _is_text(head: bytes) -> bool:
    """Whether a file begins as text does.

    FFmpeg would draw text as pictures, and follow a playlist to wherever it leads, for ever if
    nothing answers there.
    """
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not pictures:
        what = "only a cover picture" if container.streams.video else "no video stream"
        raise MediaError(f"{path} holds {what}", "Choose a file with moving pictures")
    best = container.streams.best("video")
    stream = next((s for s in pictures if best is not None and s.index == best.index), pictures[0])
    # The stubs promise a context; streams of unknown codecs have none.
    context: object = stream.codec_context
    if context is None:
        raise MediaError(
            f"{path} is in a video format that cannot be decoded here",
            "Export it as H.264, ProRes or DNxHR",
        )
    stream.thread_type = "AUTO"
    return stream
