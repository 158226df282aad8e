"""What a network gave for some inputs, kept until the graph that ships is there to be compared.

The network can then be forgotten: in memory are either its weights or those of the graph. And what
is compared is the graph as it ships, with its constants folded and its weights rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import LumiphoneError
from engine.training.export import cpu_session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.training.importers.precision import Precision

# The largest difference, for outputs of about unit size.
LARGEST_ERROR = 1e-3
# Of rounded weights: the RMS of the difference over that of the output.
DIVERGENCES: dict[Precision, float] = {"fp16": 1e-2, "int8": 1e-1}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a network gave.

    Attributes:
        feeds: What it was given, by the graph's names.
        expected: Its outputs, in order.
    """

    feeds: Mapping[str, NDArray[Any]]
    expected: tuple[NDArray[np.float32], ...]

    @classmethod
    def of(cls, network: nn.Module, inputs: Mapping[str, Tensor]) -> Proof:
        """Run ``network`` in evaluation mode.

        Args:
            network: Any network.
            inputs: By the graph's input names, in forward's order; of other sizes than those that
                its graph is traced with.
        """
        with torch.inference_mode():
            outputs = network.eval()(*inputs.values())
        found = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
        return cls(
            {name: tensor.numpy() for name, tensor in inputs.items()},
            tuple(output.numpy() for output in found),
        )

    def error(self, path: Path) -> float:
        """Return the largest absolute difference to a graph's outputs; nan if any is no number."""
        return float(np.max([np.abs(a - b).max() for a, b in self._pairs(path)]))

    def divergence(self, path: Path) -> float:
        """Return the RMS of the difference over that of the output, the worst of all outputs."""
        return float(
            np.max(
                [
                    np.sqrt(np.mean((a - b) ** 2)) / max(np.sqrt(np.mean(a**2)), 1e-12)
                    for a, b in self._pairs(path)
                ]
            )
        )

    def _pairs(self, path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        got = cpu_session(path).run(None, dict(self.feeds))
        return list(zip(self.expected, got, strict=True))

    def check(self, path: Path, precision: Precision) -> float:
        """Return how far a graph is from its network: its error, or its divergence if rounded.

        Args:
            path: The graph.
            precision: Of its weights.

        Raises:
            LumiphoneError: It is too far to be the same.
        """
        exact = precision == "fp32"
        found = self.error(path) if exact else self.divergence(path)
        limit = LARGEST_ERROR if exact else DIVERGENCES[precision]
        if not found <= limit:  # so written that no number is an error, too
            raise LumiphoneError(
                f"{path.name} differs from torch by {found:.2g} (limit {limit})",
                "Look whether the checkpoint is whole; report it with its name if it is"
                if exact
                else "Import with --precision fp32",
            )
        return found
