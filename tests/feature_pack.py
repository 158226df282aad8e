"""A kilobyte pack in the form that MMAudio takes: features instead of a cue sheet.

Two picture streams go through graphs of their own (one in a row, one in segments); text is looked
at token by token, at a fixed length; a missing condition is learned, not zero; conditions go
through a graph of their own before the steps; guidance has two branches, the null one with the
negative prompt.
The velocity flows straight to the sum of all conditions, so the result can be told beforehand.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from engine.packs.graphs import PictureStream
from engine.packs.manifest import Audio, Branch, Manifest, Sampler, read_manifest, write_manifest
from engine.packs.stages import Condition, FeatureStage, NullOutput, VelocityStage
from tests.tiny_graphs import CHANNELS, Net, Signature
from tests.tiny_pack import file_entry, write_tiny_pack

if TYPE_CHECKING:
    from pathlib import Path

    from engine.packs.graphs import Graph

TOKENS = 12
NULL_CLIP = 0.25
CLIP_RATE, SYNC_RATE = Fraction(8), Fraction(25)


def _picture_graph(path: Path, axes: list[int], shape: tuple[int | str, ...]) -> Graph:
    """Brightness of each picture, or each segment, as a feature of width one."""
    net = Net()
    light = net("ReduceMean", "frames", net.constant(axes), keepdims=0)
    net("Unsqueeze", light, net.constant([2]), name="features")
    return net.save(path, {"frames": ("float32", shape)}, {"features": ("float32", (1, "P", 1))})


def _token_graph(path: Path) -> Graph:
    """Every token's number as a feature of width one."""
    net = Net()
    ids = net("Cast", "input_ids", to=TensorProto.FLOAT)
    net("Unsqueeze", ids, net.constant([2]), name="features")
    return net.save(
        path,
        {"input_ids": ("int64", (1, TOKENS))},
        {"features": ("float32", (1, TOKENS, 1))},
    )


def _null_graph(path: Path) -> Graph:
    net = Net()
    net("Identity", net.constant(np.full((1, 1, 1), NULL_CLIP)), name="clip")
    net("Identity", net.constant(np.zeros((1, 1, 1))), name="sync")
    return net.save(path, {}, {"clip": ("float32", (1, 1, 1)), "sync": ("float32", (1, 1, 1))})


def _prepare_graph(path: Path) -> Graph:
    """The mean of each condition, and their sum."""
    net = Net()
    names = ("text", "clip", "sync")
    means = [net("ReduceMean", name, net.constant([1]), keepdims=1) for name in names]
    net("Sum", *means, name="goal")
    inputs: Signature = {name: ("float32", ("B", f"{name}_points", 1)) for name in names}
    return net.save(path, inputs, {"goal": ("float32", ("B", 1, 1))})


def _velocity_graph(path: Path) -> Graph:
    """Straight from any latent at time t to the goal at time 1; one latent for all branches."""
    net = Net()
    left = net("Unsqueeze", net("Sub", net.constant(1.0), "time"), net.constant([1, 2]))
    net("Div", net("Sub", "goal", "latent"), left, name="velocity")
    inputs: Signature = {
        "latent": ("float32", (1, "T", CHANNELS)),
        "time": ("float32", (1,)),
        "goal": ("float32", ("B", 1, 1)),
    }
    return net.save(path, inputs, {"velocity": ("float32", ("B", "T", CHANNELS))})


def write_feature_pack(packs: Path) -> Path:
    """Write the pack into ``packs/features`` and return that folder."""
    folder = write_tiny_pack(packs, "features")
    for name in ("text", "scene", "motion", "velocity", "encoder"):
        (folder / f"{name}.onnx").unlink()
    tiny = read_manifest(folder)
    graphs = {
        "decoder": tiny.graphs["decoder"],
        "text": _token_graph(folder / "text.onnx"),
        "clip": _picture_graph(folder / "clip.onnx", [2, 3, 4], (1, "N", 3, 8, 8)),
        "sync": _picture_graph(folder / "sync.onnx", [2, 3, 4, 5], (1, "S", 16, 3, 8, 8)),
        "nulls": _null_graph(folder / "nulls.onnx"),
        "prepare": _prepare_graph(folder / "prepare.onnx"),
        "velocity": _velocity_graph(folder / "velocity.onnx"),
    }
    paths = [path for path in sorted(folder.iterdir()) if path.name != "pack.json"]
    manifest = _manifest(tiny, graphs)
    write_manifest(folder, replace(manifest, files={p.name: file_entry(p) for p in paths}))
    return folder


def _manifest(tiny: Manifest, graphs: dict[str, Graph]) -> Manifest:
    assert tiny.text
    audio: Audio = replace(tiny.audio, min_latents=8)
    names = ("text", "clip", "sync")
    return replace(
        tiny,
        audio=audio,
        files={graph.file: tiny.files["decoder.onnx"] for graph in graphs.values()}
        | {name: tiny.files[name] for name in ("LICENSE", "DATA_CARD.md", "tokenizer.json")},
        graphs=graphs,
        pictures={
            "clip": PictureStream(CLIP_RATE, 8, 8, "squash", "rgb"),
            "sync": PictureStream(SYNC_RATE, 8, 8, "centre-crop", "rgb", (0.5,), (0.5,)),
        },
        text=replace(tiny.text, length=TOKENS, output="features", mask=None, types=None, pad=True),
        scene=None,
        motion=None,
        cues=None,
        encoder=None,
        features={
            "clip": FeatureStage("clip", "clip", "frames", "features", CLIP_RATE),
            "sync": FeatureStage("sync", "sync", "frames", "features", SYNC_RATE / 8, 16, 8),
        },
        velocity=VelocityStage(
            "velocity",
            latent="latent",
            time="time",
            output="velocity",
            conditions={
                "text": Condition("text"),
                "clip": Condition("clip", NullOutput("nulls", "clip")),
                "sync": Condition("sync", NullOutput("nulls", "sync")),
            },
            prepare="prepare",
        ),
        sampler=Sampler(
            "euler",
            steps=3,
            guidance={"strength": 4.5},
            branches=(
                Branch("full", dict.fromkeys(names, "conditional"), 0.0, {"strength": 1.0}),
                Branch(
                    "empty",
                    {"text": "negative", "clip": "null", "sync": "null"},
                    1.0,
                    {"strength": -1.0},
                ),
            ),
        ),
        stems={"effects": names},
        levels={},
        abilities=("negative_prompt",),
    )
