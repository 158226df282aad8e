"""A pack of a few kilobytes with every graph of the base pack, so that tests run the true path.

What it does is simple enough to predict: a picture brighter than the last is an "impact", a darker
one a "step", brightness is the curve "energy"; red pictures are a dog, green ones grass, blue ones
rain; the sound is loud where the cues have onsets, coloured by the text, with some of the noise.
Ambience and score follow the text alone, and each hums a tone of its own.

    python -m tests.tiny_pack FOLDER     writes FOLDER/tiny
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from engine.packs.graphs import PictureStream
from engine.packs.manifest import (
    Audio,
    Branch,
    FileEntry,
    Licence,
    Manifest,
    Sampler,
    read_manifest,
    write_manifest,
)
from engine.packs.stages import (
    Condition,
    CueStage,
    DecoderStage,
    EncoderStage,
    EventKind,
    JudgeStage,
    MotionStage,
    SceneStage,
    StemCode,
    TextStage,
    VelocityStage,
)
from tests.tiny_graphs import (
    CHANNELS,
    STEMS,
    TEXT_WIDTH,
    decoder_graph,
    encoder_graph,
    judge_graph,
    motion_graph,
    scene_graph,
    text_graph,
    velocity_graph,
)

if TYPE_CHECKING:
    from engine.packs.graphs import Graph

LABELS = (
    {"label": "dog", "sound": "a dog barking"},
    {"label": "grass", "sound": "wind in grass"},
    {"label": "rain", "sound": "rain falling"},
    {"label": "wall", "sound": None},
)
_CHARACTERS = " abcdefghijklmnopqrstuvwxyz0123456789.,'-"


def _write_tokenizer(path: Path) -> None:
    """One token per character, between [CLS] and [SEP]."""
    vocabulary = {
        name: i for i, name in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *_CHARACTERS])
    }
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no secret
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(path))


def _write_labels(folder: Path) -> None:
    (folder / "labels.json").write_text(json.dumps(LABELS), "utf-8")
    vectors = np.random.default_rng(1).standard_normal((len(LABELS), TEXT_WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.save(folder / "label_embeddings.npy", vectors.astype(np.float16))


def _sampler() -> Sampler:
    return Sampler(
        method="euler",
        steps=4,
        guidance={"text": 2.0, "cues": 1.5},
        branches=(
            Branch("full", {"text": "conditional", "cues": "conditional"}, weights={"text": 1.0}),
            Branch(
                "refuse",
                {"text": "negative", "cues": "conditional"},
                weights={"cues": 1.0, "text": -1.0},
            ),
            Branch("null", {"text": "null", "cues": "null"}, 1.0, {"cues": -1.0}),
        ),
    )


def file_entry(path: Path) -> FileEntry:
    """What the manifest says about the file at ``path``."""
    data = path.read_bytes()
    return FileEntry(hashlib.sha256(data).hexdigest(), len(data))


def write_tiny_pack(packs: Path, pack_id: str = "tiny") -> Path:
    """Write the pack into ``packs/<pack_id>`` and return that folder."""
    folder = packs / pack_id
    folder.mkdir(parents=True)
    graphs = {
        "text": text_graph(folder / "text.onnx"),
        "scene": scene_graph(folder / "scene.onnx"),
        "motion": motion_graph(folder / "motion.onnx"),
        "velocity": velocity_graph(folder / "velocity.onnx"),
        "decoder": decoder_graph(folder / "decoder.onnx"),
        "encoder": encoder_graph(folder / "encoder.onnx"),
    }
    _write_tokenizer(folder / "tokenizer.json")
    _write_labels(folder)
    (folder / "LICENSE").write_text("CC0-1.0\n", "utf-8")
    (folder / "DATA_CARD.md").write_text("Trained on nothing.\n", "utf-8")
    files = {path.name: file_entry(path) for path in sorted(folder.iterdir())}
    write_manifest(folder, _manifest(pack_id, graphs, files))
    return folder


def write_judged_pack(packs: Path, drafts: int) -> Path:
    """Write the tiny pack with a judge into ``packs/tiny`` and return that folder."""
    folder = write_tiny_pack(packs)
    manifest = read_manifest(folder)
    graphs = {**manifest.graphs, "judge": judge_graph(folder / "judge.onnx")}
    files = {**manifest.files, "judge.onnx": file_entry(folder / "judge.onnx")}
    judge = JudgeStage("judge", "latent", "text", "score", drafts=drafts, share=1.0)
    write_manifest(folder, replace(manifest, graphs=graphs, files=files, judge=judge))
    return folder


def _manifest(pack_id: str, graphs: dict[str, Graph], files: dict[str, FileEntry]) -> Manifest:
    return Manifest(
        schema=1,
        id=pack_id,
        title="Tiny test pack",
        licence=Licence("CC0-1.0", commercial_use=True, file="LICENSE"),
        source="tests/tiny_pack.py",
        precision="float32",
        opset=18,
        memory=50_000_000,
        files=files,
        audio=Audio(
            sample_rate=48_000,
            channels=1,
            output_channels=2,
            latent_rate=Fraction(375, 8),
            latent_channels=CHANNELS,
            window=64,
            overlap=16,
            latent_multiple=2,
            min_latents=8,
        ),
        graphs=graphs,
        pictures={
            "scene": PictureStream(
                Fraction(2), 32, 32, "centre-crop", "rgb", mean=(0.498,), std=(0.502,)
            ),
            "motion": PictureStream(Fraction(25), 16, 16, "squash", "grey"),
        },
        text=TextStage(
            "text",
            "tokenizer.json",
            length=64,
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
            top=2,
            confidence=0.4,
        ),
        motion=MotionStage(
            "motion",
            "motion",
            input="frames",
            events="events",
            strengths="strengths",
            offsets="offsets",
            curves="curves",
            kinds=(EventKind("impact", 0.3, 0.08), EventKind("step", 0.3, 0.08)),
            curve_names=("energy", "onset"),
            context=1,
            chunk=20,
        ),
        cues=CueStage(Fraction(375, 4)),
        velocity=VelocityStage(
            "velocity",
            latent="latent",
            time="time",
            output="velocity",
            conditions={"text": Condition("text"), "cues": Condition("cues")},
            stem=StemCode("stem", STEMS),
        ),
        decoder=DecoderStage("decoder", input="latent", output="audio", context=1, chunk=50),
        encoder=EncoderStage("encoder", input="audio", output="latent"),
        sampler=_sampler(),
        stems={"effects": ("text", "cues"), "ambience": ("text",), "score": ("text",)},
        levels={"ambience": -12.0, "score": -9.0},
        abilities=("negative_prompt", "cue_editing"),
        data_card="DATA_CARD.md",
    )


if __name__ == "__main__":
    print(write_tiny_pack(Path(sys.argv[1])))  # noqa: T201 - a script's output
