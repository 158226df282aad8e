"""The manifest of lumiphone-base."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import onnx
from onnx import TensorProto

from engine.packs.graphs import Graph, PictureStream, Tensor, TensorType
from engine.packs.manifest import (
    Audio,
    Branch,
    Licence,
    Manifest,
    Sampler,
)
from engine.packs.stages import (
    Condition,
    CueStage,
    DecoderStage,
    EncoderStage,
    JudgeStage,
    MotionStage,
    PulseStage,
    SceneStage,
    StemCode,
    TextStage,
    VelocityStage,
)
from engine.packs.verify import measure
from engine.training.clips.composer import STEMS

if TYPE_CHECKING:
    from pathlib import Path

PACK_ID = "lumiphone-base"
GRAPHS = ("text", "scene", "motion", "velocity", "decoder", "advance", "encoder", "judge")
# Two gigabytes is the engine's promise; this was measured on an 8 s take and is rounded up.
MEMORY = 900_000_000

_TYPES: dict[int, TensorType] = {TensorProto.FLOAT: "float32", TensorProto.INT64: "int64"}


def graph_entry(path: Path) -> Graph:
    """Return what the manifest says about an ONNX file: its name and signature."""
    graph = onnx.load(path, load_external_data=False).graph

    def tensors(values: list[onnx.ValueInfoProto]) -> dict[str, Tensor]:
        found = {}
        for value in values:
            kind = value.type.tensor_type
            shape = tuple(
                axis.dim_value if axis.HasField("dim_value") else (axis.dim_param or f"axis{i}")
                for i, axis in enumerate(kind.shape.dim)
            )
            found[value.name] = Tensor(_TYPES[kind.elem_type], shape)
        return found

    return Graph(path.name, outputs=tensors(list(graph.output)), inputs=tensors(list(graph.input)))


def base_audio() -> Audio:
    """48 kHz mono in the model, two channels in files, windows of about eight seconds."""
    return Audio(
        sample_rate=48_000,
        channels=1,
        output_channels=2,
        latent_rate=Fraction(375, 8),
        latent_channels=46,
        window=376,
        overlap=94,
        latent_multiple=2,
        min_latents=94,
        max_seconds=1200,
    )


def base_sampler() -> Sampler:
    """Guidance in three parts: towards the cues, towards the words, away from refused words.

    Each has a strength of its own, so that what is seen does not drown what is refused.
    """
    return Sampler(
        method="multistep",
        steps=8,
        shift=4.0,
        guidance={"text": 4.0, "cues": 1.5, "negative": 2.0},
        branches=(
            Branch("full", {"text": "conditional", "cues": "conditional"}, weights={"text": 1.0}),
            Branch(
                "cued",
                {"text": "null", "cues": "conditional"},
                weights={"cues": 1.0, "text": -1.0, "negative": 1.0},
            ),
            Branch(
                "refused",
                {"text": "negative", "cues": "conditional"},
                weights={"negative": -1.0},
            ),
            Branch("null", {"text": "null", "cues": "null"}, 1.0, {"cues": -1.0}),
        ),
    )


def base_manifest(folder: Path, motion: MotionStage) -> Manifest:
    """Return the manifest for the files that lie in ``folder``.

    Args:
        folder: The pack with every file but pack.json.
        motion: The motion stage, as its own training describes it.
    """
    return Manifest(
        schema=1,
        id=PACK_ID,
        title="Lumiphone base",
        licence=Licence("GPL-3.0-only", commercial_use=True, file="LICENSE"),
        source="Trained by engine.training on freely licensed sound; see DATA_CARD.md",
        precision="mixed",
        opset=18,
        memory=MEMORY,
        files={
            path.name: measure(path)
            for path in sorted(folder.iterdir())
            if path.name != "pack.json"
        },
        audio=base_audio(),
        graphs={name: graph_entry(folder / f"{name}.onnx") for name in GRAPHS},
        pictures={
            "scene": PictureStream(
                Fraction(2), 224, 224, "centre-crop", "rgb", mean=(0.498,), std=(0.502,)
            ),
            "motion": PictureStream(Fraction(25), 64, 64, "squash", "grey"),
        },
        text=TextStage(
            "text",
            "tokenizer.json",
            length=128,
            ids="input_ids",
            output="embedding",
            mask="attention_mask",
            types="token_type_ids",
        ),
        scene=SceneStage(
            "scene",
            "scene",
            input="frames",
            output="probabilities",
            labels="labels.json",
            embeddings="label_embeddings.npy",
            top=10,
            confidence=0.35,
        ),
        motion=motion,
        cues=CueStage(
            Fraction(375, 4),
            silence="without-text",
            lasting="lasting.npy",
            ringing="ringing.npy",
            calm={"ambience": 0.4},
        ),
        velocity=VelocityStage(
            "velocity",
            latent="latent",
            time="time",
            output="velocity",
            conditions={"text": Condition("text"), "cues": Condition("cues")},
            stem=StemCode("stem", STEMS),
        ),
        # Nine latents of the coarse blocks, four of the fine ones, one of the transform.
        decoder=DecoderStage(
            "decoder",
            input="latent",
            output="audio",
            context=16,
            chunk=256,
            noise="noise",
            pulses=PulseStage("advance", input="latent", output="cycles", phase="phase"),
        ),
        encoder=EncoderStage("encoder", input="audio", output="latent"),
        judge=JudgeStage(
            "judge", latent="latent", text="text", score="score", drafts=6, share=0.375
        ),
        sampler=base_sampler(),
        stems={"effects": ("text", "cues"), "ambience": ("text", "cues"), "score": ("text",)},
        levels={"ambience": -16.0, "score": -8.0},
        words={"ambience": "quiet room tone"},
        abilities=("negative_prompt", "cue_editing"),
        data_card="DATA_CARD.md",
    )
