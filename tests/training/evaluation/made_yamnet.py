"""Weights under the published names and in the published shapes, but drawn at random."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTHS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)


def made_variables(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"0/kernel": (3, 3, 1, 32)}
    norms = [(1, 32)]
    layer = 2
    for inputs, outputs in pairwise(WIDTHS):
        shapes[f"{layer}/depthwise_kernel"] = (3, 3, inputs, 1)
        shapes[f"{layer + 2}/kernel"] = (1, 1, inputs, outputs)
        norms += [(layer + 1, inputs), (layer + 3, outputs)]
        layer += 4
    for at, width in norms:
        shapes |= {f"{at}/{name}": (width,) for name in ("beta", "moving_mean", "moving_variance")}
    shapes |= {f"{layer}/kernel": (1024, 521), f"{layer}/bias": (521,)}
    return {
        f"layer-1/layer/_func/_yamnet/layer_with_weights-{name}/.ATTRIBUTES/VARIABLE_VALUE": (
            _drawn(random, name, shape)
        )
        for name, shape in shapes.items()
    }


def _drawn(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    if name.endswith("variance"):
        return np.ones(shape, np.float32)
    # He's initialisation keeps the activations of a deep rectified network in range.
    fan_in = 9 if "depthwise" in name else max(1, int(np.prod(shape[:-1])))
    values: NDArray[np.float32] = random.standard_normal(shape, np.float32)
    return values * np.float32(np.sqrt(2 / fan_in) if "kernel" in name else 0.1)
