"""Solving the flow's equation dx/dt = v(x, t) from noise (t = 0) to sound (t = 1).

Rectified flow (Liu et al. 2022, arXiv:2209.03003) with Euler's method, Heun's (order 2), or the
two-step method of Adams and Bashforth (order 2 for one evaluation a step; brought to diffusion by
Liu et al. 2022, arXiv:2202.09778). Steps may be unequal: near the noise, where the shape of the
sound is decided, the flow bends most (Esser et al. 2024, arXiv:2403.03206, section 5.3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
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
    """A solver with a fixed number of steps.

    Attributes:
        method: "euler" and "multistep" evaluate the velocity once a step, "heun" twice.
        steps: At least one.
        shift: The first steps are so many times smaller than equal ones, the last ones larger.
    """

    method: Literal["euler", "heun", "multistep"]
    steps: int
    shift: float = 1.0

    def times(self) -> tuple[float, ...]:
        """Return the times between the steps, from 0 to 1."""
        even = [self._even_time(step) for step in range(self.steps + 1)]
        return tuple(time / (time + self.shift * (1 - time)) for time in even)

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

        def evaluate(latent: Floats, time: float) -> Floats:
            if cancelled():
                raise CancelledError
            return velocity(latent, time)

        latent = noise.copy()
        before: tuple[Floats, float] | None = None  # the last step's velocity and size
        for step, (start, end) in enumerate(pairwise(self.times()), 1):
            size, slope = end - start, evaluate(latent, start)
            if self.method == "heun":
                ahead = evaluate(latent + np.float32(size) * slope, end)
                slope = (slope + ahead) / np.float32(2)
            elif self.method == "multistep":
                now = (slope, size)
                if before:
                    slope = slope + np.float32(size / (2 * before[1])) * (slope - before[0])
                before = now
            latent += np.float32(size) * slope
            on_step(step, self.steps)
        if not np.isfinite(latent).all():
            raise InferenceError(
                "The diffusion ran off to values that are no numbers",
                "Lower the guidance, or use --device cpu",
            )
        return latent

    def _even_time(self, step: int) -> float:
        """Return the time of an equal step, rounded from either end as ``torch.linspace`` does.

        A network may look at time through sines of thousands of radians: one rounding shows there.
        """
        size, left = np.float32(1 / self.steps), self.steps - step
        return float(size * np.float32(step) if step < left else 1 - size * np.float32(left))
