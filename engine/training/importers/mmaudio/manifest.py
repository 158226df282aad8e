"""pack.json of an imported model: MMAudio's numbers in the engine's terms."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.packs.graphs import PictureStream
from engine.packs.manifest import Audio, Branch, Licence, Manifest, Sampler
from engine.packs.stages import (
    Condition,
    DecoderStage,
    EncoderStage,
    FeatureStage,
    NullOutput,
    TextStage,
    VelocityStage,
)
from engine.packs.verify import measure
from engine.training.export import OPSET
from engine.training.importers.mmaudio.variants import (
    CLIP_RATE,
    GUIDANCE,
    LICENCE,
    STEPS,
    SYNC_RATE,
    SYNC_SEGMENT,
    SYNC_STRIDE,
    TRAINED_SECONDS,
)
from engine.training.pack.base import graph_entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.packs.manifest import Choice, Precision
    from engine.training.importers.mmaudio.variants import Variant
    from engine.training.importers.precision import Precision as Kept

LICENCE_FILE = "LICENCES.md"
TOKENIZER = "tokenizer.json"
TOKENS = 77
CONDITIONS = ("text", "clip", "sync")
GRAPHS = ("clip", "sync", "text", "conditions", "nulls", "velocity", "decoder", "encoder")
CLIP_SIDE, SYNC_SIDE = 384, 224
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_DEVIATION = (0.26862954, 0.26130258, 0.27577711)
# The widest layer of one picture, or segment, takes 15 to 20 MB, which the allocator keeps; of
# more, its memory is new each time. Two pictures at once cost a tenth more, each.
CLIP_CHUNK = 1  # pictures
SYNC_CHUNK = 1  # segments of sixteen pictures
WORKING_MEMORY = 10**9  # besides the weights
_PRECISIONS: dict[Kept, Precision] = {"fp32": "float32", "fp16": "float16", "int8": "int8"}
_SOURCE = "https://github.com/hkchengrex/MMAudio"
_ATTRIBUTION = "MMAudio (Cheng et al., CVPR 2025), CC BY-NC 4.0"


def pack_id(variant: Variant, precision: Kept) -> str:
    """Return the id under which a variant is imported; full precision goes without saying."""
    name = f"mmaudio-{variant.name.replace('_', '-')}"
    return name if precision == "fp32" else f"{name}-{precision}"


def manifest_of(
    folder: Path, variant: Variant, precision: Kept, *, decoder_context: int
) -> Manifest:
    """Return the manifest for the files that lie in ``folder``.

    Args:
        folder: Every file of the pack except pack.json, and nothing else.
        variant: What was imported.
        precision: How the weights are kept.
        decoder_context: Latents on either side that a sample can depend on.
    """
    files = {path.name: measure(path) for path in sorted(folder.iterdir()) if not _is_hidden(path)}
    name = variant.name.replace("_", " ")
    return Manifest(
        schema=1,
        id=pack_id(variant, precision),
        title=f"MMAudio {name}" + ("" if precision == "fp32" else f" ({precision})"),
        licence=Licence(LICENCE, commercial_use=False, file=LICENCE_FILE, attribution=_ATTRIBUTION),
        source=_SOURCE,
        precision=_PRECISIONS[precision],
        opset=OPSET,
        memory=WORKING_MEMORY + sum(entry.bytes for entry in files.values()),
        files=files,
        audio=_audio(variant),
        graphs={graph: graph_entry(folder / f"{graph}.onnx") for graph in GRAPHS},
        pictures=_pictures(),
        text=TextStage(
            "text", TOKENIZER, length=TOKENS, ids="input_ids", output="features", pad=True
        ),
        features={
            "clip": FeatureStage("clip", "clip", "frames", "features", CLIP_RATE, chunk=CLIP_CHUNK),
            "sync": FeatureStage(
                *("sync", "sync", "frames", "features", SYNC_RATE),
                segment=SYNC_SEGMENT,
                stride=SYNC_STRIDE,
                chunk=SYNC_CHUNK,
            ),
        },
        velocity=VelocityStage(
            "velocity",
            latent="latent",
            time="time",
            output="velocity",
            conditions={name: Condition(name, NullOutput("nulls", name)) for name in CONDITIONS},
            prepare="conditions",
        ),
        # The spectrogram decoder attends to all of a chunk; chunks of two windows keep takes of
        # the trained length, and twice that, in one piece.
        decoder=DecoderStage(
            "decoder", "latent", "audio", context=decoder_context, chunk=2 * variant.window
        ),
        encoder=EncoderStage("encoder", input="audio", output="latent"),
        sampler=_sampler(),
        stems={"effects": CONDITIONS, "score": CONDITIONS},
        abilities=("negative_prompt", "retake"),
    )


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _audio(variant: Variant) -> Audio:
    segment = Fraction(SYNC_SEGMENT) / SYNC_RATE
    return Audio(
        sample_rate=variant.sample_rate,
        channels=1,
        output_channels=2,
        latent_rate=variant.latent_rate,
        latent_channels=variant.flow.latent_channels,
        window=variant.window,
        overlap=variant.window // 4,
        min_latents=math.ceil(segment * variant.latent_rate),
        max_seconds=75 * TRAINED_SECONDS,
    )


def _pictures() -> dict[str, PictureStream]:
    return {
        "clip": PictureStream(
            *(CLIP_RATE, CLIP_SIDE, CLIP_SIDE, "squash", "rgb", CLIP_MEAN, CLIP_DEVIATION),
            scaling="bicubic",
        ),
        "sync": PictureStream(
            *(SYNC_RATE, SYNC_SIDE, SYNC_SIDE, "centre-crop", "rgb", (0.5,), (0.5,)),
            scaling="bicubic",
        ),
    }


def _sampler() -> Sampler:
    """``strength * full - (strength - 1) * empty``, the negative prompt in the empty branch."""
    full: Mapping[str, Choice] = dict.fromkeys(CONDITIONS, "conditional")
    empty: Mapping[str, Choice] = {"text": "negative", "clip": "null", "sync": "null"}
    return Sampler(
        method="euler",
        steps=STEPS,
        guidance={"strength": GUIDANCE},
        branches=(
            Branch("full", full, 0.0, {"strength": 1.0}),
            Branch("empty", empty, 1.0, {"strength": -1.0}),
        ),
    )
