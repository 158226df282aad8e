"""How a run of limited time is paced: warm-up, cosine decay and progress by the clock.

A run is given minutes, not steps: what a CPU does in an hour varies, and a resumed run must end
with its learning rate where it should be.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field


def _now() -> float:
    """The clock, looked up at each call: a test that replaces it replaces all of it."""
    return time.monotonic()


@dataclass(slots=True)
class Pace:
    """Progress of one run through its minutes, resumable.

    Attributes:
        minutes: Length of the whole run.
        spent: Seconds that earlier parts of the run took.
    """

    minutes: float
    spent: float = 0.0
    started: float = field(default_factory=_now)

    @property
    def seconds(self) -> float:
        """Seconds of training so far, earlier parts included."""
        return self.spent + _now() - self.started

    @property
    def progress(self) -> float:
        """Share of the run that is done, 0 to 1."""
        return min(1.0, self.seconds / (self.minutes * 60))

    def learning_rate(
        self, peak: float, step: int, warm_up: int = 200, floor: float = 0.02
    ) -> float:
        """Return the rate for ``step``: linear warm-up, then a cosine down to ``floor * peak``."""
        cosine = floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * self.progress))
        return peak * min(1.0, (step + 1) / warm_up) * cosine
