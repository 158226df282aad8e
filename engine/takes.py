"""A take: finished sound for a span, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.media.reader import never
from engine.media.writer import mux, write_wav
from engine.provenance import portable, tags_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from engine.media.mux import SoundCodec
    from engine.observation import Observation
    from engine.packs.manifest import Stem
    from engine.progress import Cancelled
    from engine.provenance import Provenance


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One generated sound.

    Attributes:
        samples: float32 [channels, samples], exactly as long as the span; the mix of its stems.
        sample_rate: Samples per second.
        observation: What was seen in the pictures; the same for all takes of a request.
        provenance: Everything needed to make it again.
        stems: Each of its stems in the form of ``samples``; written as 24-bit files they sum to it
            to the last bit.
        sync: How well its onsets meet the cue sheet, 0 to 1, where the pack was not given it to
            follow; None where it was, or where nothing happens.
    """

    samples: NDArray[np.float32]
    sample_rate: int
    observation: Observation
    provenance: Provenance
    stems: Mapping[Stem, NDArray[np.float32]]
    sync: float | None = None

    @property
    def seed(self) -> int:
        """The seed of its noise."""
        return self.provenance.seed

    def save(self, path: str | os.PathLike[str], stem: Stem | None = None) -> Path:
        """Write a 24-bit WAV, whole or not at all, and return its path.

        Args:
            path: The file.
            stem: Which of the take's stems; None: their mix.

        Raises:
            OutputError: It cannot be written.
        """
        target = Path(path)
        samples = self.stems[stem] if stem else self.samples
        write_wav(target, samples, self.sample_rate)
        return target

    def save_video(
        self,
        wav: Path,
        path: Path,
        codec: SoundCodec = "aac",
        cancelled: Cancelled = never,
        facts: Mapping[str, Any] | None = None,
    ) -> Path:
        """Write the span's own pictures with the take, and return the path written.

        The file carries the take's provenance as its tag "lumiphone".

        Args:
            wav: Where the take was saved.
            path: Where to write; the suffix changes if that container cannot hold the streams.
            codec: Of the sound.
            cancelled: Whether to stop.
            facts: What the provenance says; None for what :meth:`to_json` does.

        Raises:
            InputError: The span changes the speed, which a copy of its pictures cannot.
            MediaError: The clip cannot be read any more, or its pictures cannot be copied.
            OutputError: It cannot be written.
            CancelledError: ``cancelled`` returned True.
        """
        tags = tags_of(portable(self.to_json() if facts is None else facts))
        return mux(self.observation.source.span, wav, path, codec, cancelled, tags=tags)

    def to_json(self) -> dict[str, Any]:
        """Return the sidecar's values."""
        channels, samples = self.samples.shape
        size = {"samples": samples, "sample_rate": self.sample_rate, "channels": channels}
        judged = {} if self.sync is None else {"sync": round(self.sync, 3)}
        return self.provenance.to_json() | size | judged
