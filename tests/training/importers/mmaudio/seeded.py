"""Random weights that any program draws alike: each tensor from its own name and a seed.

The golden tensors were computed by the original networks with these weights, so a network of ours
that asks for the same names and shapes has the same weights, in whatever order it is built.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

POSITIVE = ("std", "var", "weight_g", "scale")


def seeded_state(shapes: Mapping[str, tuple[int, ...]], seed: int) -> dict[str, torch.Tensor]:
    """Return a float32 tensor for every name, of sizes that keep deep networks sane.

    Matrices and kernels are normal over the root of their inputs; gains of norms, deviations and
    scalars lie about 1; biases and means lie about 0.

    Args:
        shapes: By the tensors' names in the checkpoint.
        seed: Of the whole set.
    """
    return {name: _draw(name, tuple(shape), seed) for name, shape in shapes.items()}


def _draw(name: str, shape: tuple[int, ...], seed: int) -> torch.Tensor:
    digest = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
    values = generator.standard_normal(shape, np.float32)
    values = np.asarray(values, np.float32) * np.float32(_spread(name, shape))
    if _near_one(name, shape):
        values = values + np.float32(1)
    return torch.from_numpy(np.ascontiguousarray(values))


def _near_one(name: str, shape: tuple[int, ...]) -> bool:
    gain = len(shape) <= 1 and name.endswith("weight")
    return not shape or gain or name.endswith(POSITIVE)


def _spread(name: str, shape: tuple[int, ...]) -> float:
    if len(shape) <= 1 or name.endswith(POSITIVE):
        return 0.1
    inputs = math.prod(shape[1:]) if "weight" in name.rpartition(".")[2] else shape[-1]
    return 1 / math.sqrt(inputs)
