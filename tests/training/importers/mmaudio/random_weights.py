"""Weights of the published names and shapes, drawn at random, in the published files.

    python -m tests.training.importers.mmaudio.random_weights VARIANT FOLDER

writes what `lumiphone packs import mmaudio` wants, at true size. What comes out of such a pack is
noise of the right form; it is for tests and for measuring speed.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.training.importers.mmaudio.parts import shapes_of, sizes_of
from engine.training.importers.mmaudio.tokenizer import _MERGES, MERGES_TXT
from engine.training.importers.mmaudio.variants import VARIANTS
from tests.training.importers.mmaudio.golden_audio import QUIET, golden
from tests.training.importers.mmaudio.seeded import seeded_state

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.importers.mmaudio.parts import Sizes
    from engine.training.importers.mmaudio.variants import Part, Variant

SEED = 7
# Tensors that lie in the published files and that no network of ours has.
_BESIDES: dict[Part, dict[str, tuple[int, ...]]] = {
    "flow": {"t_embed.freqs": (128,)},
    "clip": {"logit_scale": (), "text_projection": (4, 4)},
    "synchformer": {
        "afeat_extractor.weight": (4, 4),
        "vfeat_extractor.patch_embed.proj.bias": (4,),
    },
}


def reduced(variant: Variant) -> Sizes:
    """Return a variant's sizes with a block or two where there are many, and few channels."""
    sizes = sizes_of(variant)
    flow = replace(sizes.flow, heads=1, joint_blocks=2, fused_blocks=1)
    return replace(
        sizes,
        flow=replace(flow, clip_width=64, sync_width=48, text_width=64),
        image=replace(sizes.image, width=64, heads=2, blocks=1, features=64),
        text=replace(sizes.text, width=64, heads=2, blocks=1),
        synchformer=replace(sizes.synchformer, width=48, heads=2, blocks=1),
        autoencoder=replace(sizes.autoencoder, width=16),
        vocoder=replace(sizes.vocoder, width=64),
    )


def write_weights(folder: Path, variant: Variant, sizes: Sizes | None = None) -> None:
    """Write all files of a variant into ``folder``, as they are laid out in its repository."""
    _write_merges(folder / "ext_weights")
    for wanted in variant.files:
        place = folder / ("weights" if wanted.part == "flow" else "ext_weights")
        place.mkdir(parents=True, exist_ok=True)
        path = place / wanted.names[0]
        if path.exists():  # of another variant that shares it
            continue
        shapes = shapes_of(wanted.part, sizes or sizes_of(variant))
        shapes |= _BESIDES.get(wanted.part, {})
        drawn = seeded_state(shapes, SEED)
        state = {name: tensor.reshape(shapes[name]) for name, tensor in drawn.items()}
        if wanted.part == "vocoder":
            _tame(state)
        torch.save({"generator": state} if wanted.part == "vocoder" else state, path)


def _tame(state: dict[str, Tensor]) -> None:
    """Give a vocoder the filters that all have, and a level at which it does not clip.

    With random filters its activations would be chaotic: a rounding would change the sound.
    """
    for name in state:
        if name.endswith("filter"):
            state[name] = golden("filter").view(1, 1, -1)
    state["conv_post.weight"] *= QUIET


def _write_merges(folder: Path) -> None:
    """Made-up byte pairs, as many as CLIP's tokenizer has: any letter before any last letter."""
    letters = [chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x144))]
    pairs = islice(product(letters, letters), _MERGES)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{first} {last}</w>" for first, last in pairs]
    (folder / MERGES_TXT).write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Write one variant at true size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variant", choices=tuple(VARIANTS))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    write_weights(options.folder, VARIANTS[options.variant])


if __name__ == "__main__":
    main()
