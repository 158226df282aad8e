"""Latent to waveform, in chunks that join without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import CancelledError, InferenceError, PackError
from engine.inference.noise import MAX_SEED, noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.inference.arrays import Floats
    from engine.inference.session import GraphRunner
    from engine.packs.manifest import Manifest


class LatentDecoder:
    """A pack's decoder.

    Args:
        runner: Runs the decoder graph.
        manifest: Of the pack.
    """

    def __init__(self, runner: GraphRunner, manifest: Manifest) -> None:
        self._runner = runner
        self._stage = manifest.decoder
        self._audio = manifest.audio
        self._id = manifest.id

    def decode(
        self,
        latent: Floats,
        samples: int,
        on_chunk: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        seed: int = 0,
        stream: int = 0,
    ) -> Floats:
        """Return exactly ``samples`` samples per channel, float32 [audio.channels, samples].

        Each chunk is decoded with the context that the pack states, and the context is cut off
        again; so the result is that of one run, at the memory of one chunk.

        Args:
            latent: float32 [T, channels] that lasts at least as long.
            samples: Wanted length; what the latent has beyond is cut off.
            on_chunk: Told latents done and latents in all.
            cancelled: Asked before each chunk.
            seed: Of the take; decides the vocoder's noise, where it wants any.
            stream: Of the stem; see :func:`engine.inference.noise.noise`.

        Raises:
            CancelledError: ``cancelled`` said so.
            InferenceError: The waveform has values that are no numbers.
            PackError: The graph does not give a hop per latent.
            ValueError: The latent is shorter than ``samples``.
        """
        hop, context = self._audio.hop, self._stage.context
        if len(latent) * hop < samples:
            raise ValueError(f"{len(latent)} latents do not last {samples} samples")
        waveform = np.zeros((self._audio.channels, samples), np.float32)
        needed = -(-samples // hop)
        phases = self._phases(latent[: needed + context])
        for start in range(0, needed, self._stage.chunk):
            if cancelled():
                raise CancelledError
            stop = min(start + self._stage.chunk, needed)
            before = min(start, context)
            part = slice(start - before, stop + context)
            piece = self._run(latent[part], phases[part], start - before, (seed, stream))
            inner = piece[:, before * hop : (before + stop - start) * hop]
            target = waveform[:, start * hop : stop * hop]
            target[:] = inner[:, : target.shape[1]]
            on_chunk(stop, needed)
        if not np.isfinite(waveform).all():
            raise InferenceError(
                f"The decoder of pack '{self._id}' gave values that are no numbers",
                "Use --device cpu; if it stays, get the pack again",
            )
        return waveform

    def _phases(self, latent: Floats) -> Floats:
        """The phase of the vocoder's pulses [latents, steps], in cycles; [latents, 0] if none.

        It is summed over the whole take in double precision, so that no chunk begins anew.
        """
        pulses = self._stage.pulses
        if pulses is None:
            return np.zeros((len(latent), 0), np.float32)
        cycles = self._runner.run(pulses.graph, {pulses.input: latent[None]})[pulses.output]
        return (
            (np.cumsum(cycles, dtype=np.float64) % 1.0).astype(np.float32).reshape(len(latent), -1)
        )

    def _run(self, latent: Floats, phases: Floats, start: int, draw: tuple[int, int]) -> Floats:
        feeds = {self._stage.input: latent[None]}
        if self._stage.pulses:
            feeds[self._stage.pulses.phase] = phases.reshape(1, -1)
        if self._stage.noise:
            # Counted from the other end, so that it is not the noise which the latent began as.
            seed, stream = draw
            grains = noise(MAX_SEED - seed, start, len(latent), self._audio.hop, stream)
            feeds[self._stage.noise] = grains.reshape(1, -1)
        waveform: Floats = self._runner.run(self._stage.graph, feeds)[self._stage.output]
        wanted = (self._audio.channels, len(latent) * self._audio.hop)
        if waveform.size != wanted[0] * wanted[1]:
            raise PackError(
                f"The decoder of pack '{self._id}' gave {waveform.size} samples"
                f" for {len(latent)} latents of {self._audio.hop}",
                "Its pack.json does not fit its graph; get the pack again",
            )
        return waveform.reshape(wanted)
