"""Export the motion encoder: ``python -m engine.training.motion.export --work DIR --out DIR``.

Beside the graph lie ``motion.json`` (what pack.json says of it) and the log of its training. The
graph ``motion.onnx`` takes ``frames`` [1, T, 64, 64] and gives ``events`` [1, T, kinds],
``strengths`` [1, T], ``offsets`` [1, T] and ``curves`` [1, T, curves]; see docs/motion.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.errors import InferenceError
from engine.training.checkpoints import load_checkpoint
from engine.training.export import export_graph, parity
from engine.training.motion.network import MotionEncoder
from engine.training.motion.stage import motion_stage
from engine.training.motion.train import new_network
from engine.training.scenes.clip import SIZE, render

OUTPUTS = ("events", "strengths", "offsets", "curves")
# float16 storage and another order of summing; thresholds have two digits.
TOLERANCE = 5e-3


class ShippedEncoder(MotionEncoder):
    """The encoder with probabilities as outputs, the parameters under the same names."""

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # type: ignore[override]  # what ships differs from what is trained
        """Return events, strengths, offsets and curves; see the module."""
        event, kind, strength, offset, curves = super().forward(frames)
        events = torch.sigmoid(event).unsqueeze(2) * torch.softmax(kind, 2)
        return events, strength, offset, torch.sigmoid(curves)


def export(network: MotionEncoder, path: Path) -> float:
    """Write the graph and compare it with torch on rendered scenes.

    Args:
        network: A trained :class:`MotionEncoder`.
        path: The file to write.

    Returns:
        The largest difference of any output.

    Raises:
        InferenceError: onnxruntime and torch differ by more than :data:`TOLERANCE`.
    """
    shipped = ShippedEncoder(network.kinds, network.curves)
    shipped.load_state_dict(network.state_dict())
    frames = torch.rand(1, 30, SIZE, SIZE)
    export_graph(
        shipped,
        [frames],
        path,
        input_names=["frames"],
        output_names=list(OUTPUTS),
        dynamic_shapes={"frames": {1: "T"}},
    )
    clip = render(np.random.default_rng(5), 130)
    pictures = torch.from_numpy(clip.pictures.astype(np.float32) / 255)[None]
    difference = parity(shipped, path, {"frames": pictures})
    if difference > TOLERANCE:
        raise InferenceError(
            f"{path} differs from the trained network by {difference:.4f}",
            "Export again with another version of torch or onnxruntime",
        )
    return difference


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of motion.pt")
    parser.add_argument("--out", type=Path, required=True, help="folder for motion.onnx")
    options = parser.parse_args()
    network = new_network()
    state = load_checkpoint(options.work / "motion.pt")
    network.load_state_dict(state["average"])
    options.out.mkdir(parents=True, exist_ok=True)
    difference = export(network.eval(), options.out / "motion.onnx")
    shutil.copyfile(options.work / "motion.jsonl", options.out / "motion.jsonl")
    described = {
        "stage": asdict(motion_stage()),
        "parity": {"motion": difference},
        "settings": state.get("settings", {}),
    }
    (options.out / "motion.json").write_text(json.dumps(described, indent=1) + "\n", "utf-8")
    print(f"motion.onnx: largest difference from torch {difference:.1e}")  # noqa: T201 - a command's result


if __name__ == "__main__":
    main()
