"""Composed clips to latents and text vectors: run once, so that training reads 30 KB a clip.

``python -m engine.training.flow.encoding --help`` lists what it needs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from engine.training.checkpoints import load_checkpoint
from engine.training.clips.shards import CAPTIONS, open_audio
from engine.training.flow.latents import CLIPS, DESCRIPTION, EMBEDDINGS, LATENTS
from engine.training.networks.autoencoder import Autoencoder, AutoencoderConfig
from engine.training.pretrained.labels import embed

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 8


def trained(state: dict[str, Any]) -> Autoencoder:
    """Return the averaged autoencoder of a checkpoint, in evaluation mode."""
    network = Autoencoder(AutoencoderConfig(**state["config"]))
    network.load_state_dict(state["average"])
    return network.eval()


@torch.no_grad()
def encode_audio(network: Autoencoder, audio: NDArray[np.int16]) -> NDArray[np.float16]:
    """Return latents [clips, frames, channels] of [clips, samples] at 48 kHz."""
    device = next(network.parameters()).device
    wave = torch.from_numpy(audio.astype(np.float32) / 32767).to(device)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        latent = network.encoder(wave)
    codes: NDArray[np.float16] = latent.float().cpu().numpy().astype(np.float16)
    return codes


def encode_clips(clips: Path, count: int, network: Autoencoder, out: Path) -> None:
    """Write the first ``count`` clips' latents, and their statistics.

    Args:
        clips: What ``python -m engine.training.clips`` wrote.
        count: How many of them.
        network: The trained autoencoder.
        out: Folder to write into.
    """
    audio = open_audio(clips)[:count]
    batches = np.array_split(audio, max(1, len(audio) // BATCH))
    total, squares, number = 0.0, 0.0, 0
    with (out / LATENTS).open("wb") as file:
        for batch in tqdm(batches, unit="batch", disable=None):
            latents = encode_audio(network, batch)
            file.write(latents.tobytes())
            wide = latents.astype(np.float64)
            total = total + wide.sum(axis=(0, 1))
            squares = squares + np.square(wide).sum(axis=(0, 1))
            number += wide.shape[0] * wide.shape[1]
    mean = np.asarray(total) / number
    deviation = np.sqrt(np.asarray(squares) / number - mean**2)
    description = {
        "frames": latents.shape[1],
        "channels": latents.shape[2],
        "mean": mean.tolist(),
        "deviation": deviation.tolist(),
    }
    (out / DESCRIPTION).write_text(json.dumps(description), "utf-8")


def embed_captions(clips: Path, count: int, pretrained: Path, out: Path) -> None:
    """Write the embedding of every caption once, and per clip which ones and its cue sheet."""
    with (clips / CAPTIONS).open(encoding="utf-8") as file:
        entries = [json.loads(line) for line, _ in zip(file, range(count), strict=False)]
    captions = sorted({caption for entry in entries for caption in entry["captions"]})
    places = {caption: place for place, caption in enumerate(captions)}
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    vectors = embed(
        tqdm(captions, unit="caption", disable=None), pretrained / "text.onnx", tokenizer
    )
    np.save(out / EMBEDDINGS, np.array(vectors, np.float16))
    with (out / CLIPS).open("w", encoding="utf-8") as file:
        for entry in entries:
            usable = [] if entry["caption_free"] else entry["captions"]
            line = {
                "captions": [places[caption] for caption in usable],
                "stem": entry["stem"],
                "cues": entry["cues"],
            }
            file.write(json.dumps(line) + "\n")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="folder of composed clips")
    parser.add_argument("--count", type=int, help="encode only the first ones")
    parser.add_argument("--autoencoder", type=Path, required=True, help="autoencoder.pt")
    parser.add_argument("--pretrained", type=Path, required=True, help="folder of the text stage")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / DESCRIPTION).unlink(missing_ok=True)
    count = options.count or len(open_audio(options.clips))
    embed_captions(options.clips, count, options.pretrained, options.out)
    encode_clips(options.clips, count, trained(load_checkpoint(options.autoencoder)), options.out)


if __name__ == "__main__":
    main()
