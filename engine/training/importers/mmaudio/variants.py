"""The five published models: sizes, rates, and the files that hold their weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.training.importers.mmaudio.networks.flow_config import FlowConfig

Codec = Literal["16k", "44k"]
Part = Literal["flow", "clip", "synchformer", "vae", "vocoder"]

CLIP_RATE = Fraction(8)  # pictures, and features, per second
SYNC_RATE = Fraction(25)  # pictures per second
SYNC_SEGMENT = 16  # pictures that Synchformer sees at once
SYNC_STRIDE = 8  # pictures from one segment's start to the next one's
SYNC_POINTS = 8  # features per segment
TRAINED_SECONDS = 8  # length of the clips that the models were trained on
STEPS = 25
GUIDANCE = 4.5
LICENCE = "CC-BY-NC-4.0"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of weights as it is published.

    Attributes:
        part: What it holds.
        names: File names it goes by, the first as published.
        source: The address it is published at.
    """

    part: Part
    names: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many points of each kind a duration comes to."""

    latent: int
    clip: int
    sync: int


@dataclass(frozen=True, slots=True)
class Variant:
    """One published model.

    Attributes:
        name: As the family calls it.
        flow: Sizes of its flow network.
        codec: Which VAE and vocoder it goes with.
        sample_rate: Samples per second.
        spectrogram_hop: Samples per frame of the mel spectrogram; a latent spans two.
        bands: Mel bands.
        files: All the files that it needs.
    """

    name: str
    flow: FlowConfig
    codec: Codec
    sample_rate: int
    spectrogram_hop: int
    bands: int
    files: tuple[WeightFile, ...]

    @property
    def hop(self) -> int:
        """Samples per latent."""
        return 2 * self.spectrogram_hop

    @property
    def latent_rate(self) -> Fraction:
        """Latents per second."""
        return Fraction(self.sample_rate, self.hop)

    @property
    def window(self) -> int:
        """Latents of the clips that it was trained on."""
        return self.lengths(Fraction(TRAINED_SECONDS)).latent

    def lengths(self, duration: Fraction) -> Lengths:
        """Return the points that the family gives to ``duration`` seconds.

        Raises:
            ValueError: It is too short for one Synchformer segment.
        """
        pictures = SYNC_RATE * duration
        if pictures < SYNC_SEGMENT:
            raise ValueError(f"{duration} s hold no {SYNC_SEGMENT} pictures")
        segments = (pictures - SYNC_SEGMENT) // SYNC_STRIDE + 1
        return Lengths(
            latent=math.ceil(duration * self.latent_rate),
            clip=int(CLIP_RATE * duration),
            sync=SYNC_POINTS * int(segments),
        )


_HUB = "https://huggingface.co"
_RELEASE = "https://github.com/hkchengrex/MMAudio/releases/download/v0.1"

_CLIP = WeightFile(
    "clip",
    ("open_clip_pytorch_model.bin", "open_clip_model.safetensors"),
    f"{_HUB}/apple/DFN5B-CLIP-ViT-H-14-384",
)
_SYNCHFORMER = WeightFile(
    "synchformer",
    ("synchformer_state_dict.pth",),
    f"{_RELEASE}/synchformer_state_dict.pth",
)
_SHARED = (_CLIP, _SYNCHFORMER)
_CODEC_16K = (
    WeightFile("vae", ("v1-16.pth",), f"{_RELEASE}/v1-16.pth"),
    WeightFile("vocoder", ("best_netG.pt",), f"{_RELEASE}/best_netG.pt"),
)
_CODEC_44K = (
    WeightFile("vae", ("v1-44.pth",), f"{_RELEASE}/v1-44.pth"),
    WeightFile(
        "vocoder",
        ("bigvgan_generator.pt",),
        f"{_HUB}/nvidia/bigvgan_v2_44khz_128band_512x",
    ),
)


def _flow_file(name: str) -> WeightFile:
    file = f"mmaudio_{name}.pth"
    return WeightFile("flow", (file,), f"{_HUB}/hkchengrex/MMAudio/resolve/main/weights/{file}")


def _variant_16k(name: str, flow: FlowConfig) -> Variant:
    files = (_flow_file(name), *_SHARED, *_CODEC_16K)
    return Variant(name, flow, "16k", 16_000, 256, 80, files)


def _variant_44k(name: str, flow: FlowConfig) -> Variant:
    files = (_flow_file(name), *_SHARED, *_CODEC_44K)
    return Variant(name, flow, "44k", 44_100, 512, 128, files)


VARIANTS = {
    variant.name: variant
    for variant in (
        _variant_16k("small_16k", FlowConfig(20, heads=7, joint_blocks=4, fused_blocks=8)),
        _variant_44k("small_44k", FlowConfig(40, heads=7, joint_blocks=4, fused_blocks=8)),
        _variant_44k("medium_44k", FlowConfig(40, heads=14, joint_blocks=4, fused_blocks=8)),
        _variant_44k("large_44k", FlowConfig(40, heads=14, joint_blocks=7, fused_blocks=14)),
        _variant_44k(
            "large_44k_v2",
            FlowConfig(40, heads=14, joint_blocks=7, fused_blocks=14, generation=2),
        ),
    )
}
