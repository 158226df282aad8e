"""Solving the flow's equation dx/dt = v(x, t) from noise (t = 0) to sound (t = 1).

Rectified flow (Liu et al. 2022, arXiv:2209.03003) with Euler's method or Heun's (order 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from engine.errors import CancelledError, InferenceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.inference.arrays import Floats


class Velocity(Protocol):
    """Where a latent [T, channels] flows at a time from 0 to 1; same shape."""

    def __call__(self, latent: Floats, time: float, /) -> Floats:
        """Return d latent / d time."""


@dataclass(frozen=True, slots=True)
class FlowSampler:
    """A solver with a fixed number of equal steps.

    Attributes:
        method: "euler" evaluates the velocity once a step, "heun" twice.
        steps: At least one.
    """

    method: Literal["euler", "heun"]
    steps: int

    def sample(
        self,
        velocity: Velocity,
        noise: Floats,
        on_step: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Floats:
        """Return the latent that ``noise`` becomes.

        Args:
            velocity: The flow.
            noise: float32 [T, channels], standard normal.
            on_step: Told steps done and steps in all.
            cancelled: Asked before each evaluation.

        Raises:
            CancelledError: ``cancelled`` said so.
            InferenceError: The result has values that are no numbers.
        """

        def evaluate(latent: Floats, step: int) -> Floats:
            if cancelled():
                raise CancelledError
            return velocity(latent, step / self.steps)

        size = np.float32(1 / self.steps)
        latent = noise.copy()
        for step in range(self.steps):
            slope = evaluate(latent, step)
            if self.method == "heun":
                ahead = evaluate(latent + size * slope, step + 1)
                slope = (slope + ahead) / np.float32(2)
            latent += size * slope
            on_step(step + 1, self.steps)
        if not np.isfinite(latent).all():
            raise InferenceError(
                "The diffusion ran off to values that are no numbers",
                "Lower the guidance, or use --device cpu",
            )
        return latent
