"""Where the seconds go, stage by stage."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


class Stopwatch:
    """Adds up wall-clock seconds per stage; at any time at most one stage counts.

    Attributes:
        seconds: Stage to seconds, in the order in which stages first ended.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage: str | None = None
        self._since = time.perf_counter()

    def enter(self, stage: str | None) -> None:
        """Let ``stage`` count from now on instead of what counted before; None: no stage."""
        now = time.perf_counter()
        if self._stage is not None:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Let a stage count while the block runs; then what counted before goes on."""
        before = self._stage
        self.enter(name)
        try:
            yield
        finally:
            self.enter(before)

    def waiting(self, name: str, items: Iterable[T]) -> Iterator[T]:
        """Yield ``items``, counting the time it takes to get each towards a stage."""
        iterator = iter(items)
        while True:
            with self.stage(name):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item
