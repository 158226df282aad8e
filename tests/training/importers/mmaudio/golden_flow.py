"""What the original's flow network gave for weights and inputs drawn by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.training.importers.mmaudio.networks.flow_config import FlowConfig
from engine.training.importers.mmaudio.networks.flow_weights import flow_shapes, load_flow
from engine.training.importers.mmaudio.variants import VARIANTS, Variant
from tests.training.importers.mmaudio.seeded import seeded_state

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.importers.mmaudio.networks.flow_weights import FlowParts

GOLDEN = Path(__file__).parents[3] / "data" / "mmaudio" / "flow.npz"
WEIGHTS, INPUTS = 7, 11  # seeds


@dataclass(frozen=True, slots=True)
class Case:
    """A network, and how long what it makes lasts."""

    name: str
    variant: Variant
    config: FlowConfig
    duration: Fraction

    def parts(self) -> FlowParts:
        return load_flow(self.config, seeded_state(flow_shapes(self.config), WEIGHTS))

    def inputs(self) -> dict[str, Tensor]:
        """Latent, time, features, and the features of a negative prompt."""
        lengths, config = self.variant.lengths(self.duration), self.config
        shapes: dict[str, tuple[int, ...]] = {
            "latent": (1, lengths.latent, config.latent_channels),
            "clip": (1, lengths.clip, config.clip_width),
            "sync": (1, lengths.sync, config.sync_width),
            "text": (1, config.tokens, config.text_width),
            "negative": (1, config.tokens, config.text_width),
        }
        drawn = seeded_state(shapes, INPUTS)
        for name in ("latent", "sync"):
            drawn[name] *= math.sqrt(shapes[name][-1])
        return drawn


def golden(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return one of the original's results."""
    with np.load(GOLDEN) as archive:
        found: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = archive[name]
    return found


TIME = 0.36
_16K, _44K = VARIANTS["small_16k"], VARIANTS["large_44k_v2"]
_FIRST = FlowConfig(20, heads=2, joint_blocks=2, fused_blocks=1)
_SECOND = FlowConfig(40, heads=2, joint_blocks=1, fused_blocks=1, generation=2)

FIRST = Case("first", _16K, _FIRST, Fraction(8))
SECOND = Case("second", _44K, _SECOND, Fraction(8))
CASES = (
    FIRST,
    SECOND,
    Case("short", _16K, _FIRST, Fraction(1)),
    Case("odd", _44K, _SECOND, Fraction(611, 100)),
    Case("long", _16K, _FIRST, Fraction(12)),
)
TRUE_SIZE = Case("true-size", _16K, _16K.flow, Fraction(8))
RUNS = (FIRST, SECOND, CASES[3])
