"""Reading sound files back, for those who measure and draw what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np
from av.error import FFmpegError

from engine.errors import MediaError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


class Sound(NamedTuple):
    """A decoded file.

    Attributes:
        samples: float32 [channels, n], full scale +-1.
        sample_rate: Samples per second.
    """

    samples: npt.NDArray[np.float32]
    sample_rate: int


def read_sound(path: Path) -> Sound:
    """Decode a sound file whole.

    Raises:
        MediaError: It is not there, damaged, or holds no sound.
    """
    try:
        with av.open(path.absolute(), "r", options={"protocol_whitelist": "file"}) as container:
            stream = container.streams.audio[0]
            rate, convert = stream.rate, av.AudioResampler("fltp")
            blocks = [
                block.to_ndarray()
                for frame in [*container.decode(stream), None]
                for block in convert.resample(frame)
            ]
        return Sound(np.concatenate(blocks, axis=1).astype(np.float32, copy=False), rate)
    except (FFmpegError, OSError, IndexError, ValueError) as error:
        raise MediaError(
            f"{path} cannot be read as sound", "Make the take again: lumiphone inspect"
        ) from error
