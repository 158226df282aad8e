"""The pack under evaluation: takes from conditions made by hand, and its autoencoder alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError
from engine.inference.conditions import Material
from engine.inference.decoder import LatentDecoder
from engine.inference.generator import TakeGenerator, TakeSettings
from engine.inference.session import Sessions
from engine.inference.text import TextEncoder
from engine.inference.word_timing import Timing, WordTiming
from engine.media.loudness import finish
from engine.media.mixing import mix_stems
from engine.onsets import SAMPLE_RATE
from engine.packs.manifest import read_manifest
from engine.packs.registry import Pack, get_pack
from engine.stems import usual_stems
from engine.training.evaluation.levels import Levels, measure_levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.cues import CueSheet
    from engine.inference.arrays import Floats
    from engine.inference.session import Device
    from engine.onsets import Samples
    from engine.packs.manifest import Method, Stem


@dataclass(frozen=True, slots=True)
class Wish:
    """What a take is conditioned on.

    Attributes:
        words: The prompt, or None.
        refused: The negative prompt, or None.
        cues: The cue sheet, or None for no cues.
    """

    words: str | None = None
    refused: str | None = None
    cues: CueSheet | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """How a take is drawn, as far as not as the pack says.

    Attributes:
        method: Solver; the pack's if None.
        steps: Of the solver; the pack's if None.
        guidance: Values in place of the pack's.
        drafts: Noises that are tried under words; one if None, at no more than the pack's steps.
    """

    method: Method | None = None
    steps: int | None = None
    guidance: Mapping[str, float] = field(default_factory=dict)
    drafts: int | None = None


USUAL = Setting()


@dataclass(frozen=True, slots=True)
class TakeFacts:
    """What every take is measured on, whatever it was made for.

    Attributes:
        seconds: Time it took, from encoded words to finished samples.
        usual: Whether it was of the usual length and stems and drawn as the pack says.
        levels: Its levels as delivered.
    """

    seconds: float
    usual: bool
    levels: Levels


def find_pack(name: str) -> Pack:
    """Return a pack by its folder or its id.

    Raises:
        PackError: There is none, or its pack.json cannot be used.
    """
    folder = Path(name)
    return Pack(folder, read_manifest(folder)) if folder.is_dir() else get_pack(name)


class Subject:
    """Makes what is to be judged.

    Args:
        pack: The pack; mono, 48 kHz, with prompts.
        samples: Length of every take.
        device: "auto", "cpu" or "cuda".

    Attributes:
        facts: Of every take so far, in order.

    Raises:
        InputError: A pack that this evaluation cannot judge, or no such device.
    """

    def __init__(self, pack: Pack, samples: int, device: Device = "auto") -> None:
        manifest = pack.manifest
        if manifest.audio.sample_rate != SAMPLE_RATE or manifest.audio.channels != 1:
            raise InputError(
                f"Pack '{manifest.id}' is not mono at {SAMPLE_RATE} Hz",
                "The evaluation measures only packs that are",
            )
        if manifest.text is None or manifest.encoder is None:
            raise InputError(
                f"Pack '{manifest.id}' lacks a text stage or an encoder",
                "The evaluation measures prompts, and the autoencoder as their ceiling",
            )
        self.pack = pack
        self.samples = samples
        self.facts: list[TakeFacts] = []
        self._encoder = manifest.encoder
        self._sessions = Sessions(pack, device)
        self._generator = TakeGenerator(self._sessions, manifest)
        self._decoder = LatentDecoder(self._sessions, manifest)
        self._text = TextEncoder(self._sessions, pack, manifest.text)
        self._timing = WordTiming(pack)
        self._vectors: dict[str, Floats] = {}

    @property
    def cued(self) -> Stem:
        """The stem whose onsets the cue sheet tells: the pack's first."""
        return next(iter(self.pack.manifest.stems))

    @property
    def lasting(self) -> Stem:
        """The stem of what goes on by itself."""
        return "ambience" if "ambience" in self.pack.manifest.stems else self.cued

    @property
    def device(self) -> str:
        """Where the graphs run."""
        return self._sessions.device

    def take(
        self,
        wish: Wish,
        seed: int,
        *,
        setting: Setting = USUAL,
        stem: Stem | None = None,
        samples: int | None = None,
    ) -> Samples:
        """Return a finished take, float32 [samples].

        Args:
            wish: What it is conditioned on; all stems alike.
            seed: Of its noise.
            setting: How it is drawn.
            stem: What is made; None: the mix of all that the pack makes unless told.
            samples: Its length, if not the usual one.

        Raises:
            LumiphoneError: A graph failed.
        """
        words = self._vector(wish.words)
        material = Material(
            words,
            self._vector(wish.refused),
            wish.cues,
            timing=Timing() if words is None else self._timing(words),
        )
        manifest = self.pack.manifest
        started = time.perf_counter()
        stems: dict[Stem, Samples] = {}
        for name in (stem,) if stem else usual_stems(manifest):
            drawn = TakeSettings(
                name, seed, setting.method, setting.steps, setting.guidance, setting.drafts
            )
            waveform = self._generator.generate(drawn, material, samples or self.samples)
            stems[name] = finish(waveform, SAMPLE_RATE)
        mixed: Samples = mix_stems(stems, {} if stem else manifest.levels).mix[0]
        seconds = time.perf_counter() - started
        usual = setting == USUAL and samples is None and stem is None
        self.facts.append(TakeFacts(seconds, usual, measure_levels(mixed)))
        return mixed

    def reconstruct(self, samples: Samples) -> Samples:
        """Return what the autoencoder makes of a sound, float32 [n] as given.

        Raises:
            LumiphoneError: A graph failed.
        """
        audio = self.pack.manifest.audio
        padded = np.pad(samples, (0, audio.latents(len(samples)) * audio.hop - len(samples)))
        outputs = self._sessions.run(self._encoder.graph, {self._encoder.input: padded[None]})
        latent = outputs[self._encoder.output][0]
        decoded: Samples = self._decoder.decode(latent, len(samples))[0]
        return decoded

    def _vector(self, words: str | None) -> Floats | None:
        if words is None:
            return None
        if words not in self._vectors:
            self._vectors[words] = self._text.encode(words).features
        return self._vectors[words]
