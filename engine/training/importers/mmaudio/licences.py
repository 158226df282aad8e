"""The licences of what an imported pack is made of, as a file that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.training.importers.mmaudio.variants import Part, Variant

_TERMS: dict[Part, str] = {
    "flow": "The flow network of MMAudio (Ho Kei Cheng and others, CVPR 2025), under the Creative"
    " Commons Attribution-NonCommercial 4.0 International licence (CC BY-NC 4.0):"
    " https://creativecommons.org/licenses/by-nc/4.0/legalcode",
    "clip": "DFN5B-CLIP-ViT-H-14-384 (Apple), under the licence on the page it is published on",
    "synchformer": "Synchformer (Vladimir Iashin and others, ICASSP 2024), published with MMAudio",
    "vae": "The spectrogram autoencoder of MMAudio, under CC BY-NC 4.0 as above",
    "vocoder": "BigVGAN (Sang-gil Lee and others, ICLR 2023), under the licence of the page it is"
    " published on",
}


def licence_text(variant: Variant) -> str:
    """Return Markdown on every file that a variant is made of."""
    lines = [
        f"# MMAudio {variant.name}, imported into Lumiphone",
        "",
        "These graphs were converted from the weights below, which were trained and published by",
        "others. **Takes made with this pack may not be used commercially**: the licence of the",
        "flow network and of the autoencoder forbids it. Lumiphone adds no terms of its own.",
        "",
    ]
    lines += [f"* {_TERMS[file.part]}. From {file.source}" for file in variant.files]
    return "\n".join(lines) + "\n"
