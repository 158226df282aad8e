"""What was seen in the spans that were looked at last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from fractions import Fraction

    from engine.observation import Observation
    from engine.source import Source


class _Key(NamedTuple):
    """A stretch of pictures, wherever its file lies."""

    sha256: str
    rate: Fraction
    frames: int
    media_start: Fraction
    speed: Fraction


class Observations:
    """The last observations made with one pack.

    Args:
        capacity: How many spans are remembered; a span that is recalled stays longest.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: dict[_Key, tuple[frozenset[str], Observation]] = {}

    def recall(self, source: Source, stages: Collection[str]) -> Observation | None:
        """Return what was seen in this span, if all of ``stages`` looked at it."""
        key = _key(source)
        if key not in self._kept or not self._kept[key][0] >= set(stages):
            return None
        self._kept[key] = self._kept.pop(key)
        return replace(self._kept[key][1], source=source)

    def keep(self, observation: Observation, stages: Collection[str]) -> None:
        """Remember what ``stages`` saw."""
        key = _key(observation.source)
        self._kept.pop(key, None)
        self._kept[key] = (frozenset(stages), observation)
        while len(self._kept) > self._capacity:
            del self._kept[next(iter(self._kept))]


def _key(source: Source) -> _Key:
    span = source.span
    return _Key(source.sha256, span.rate, span.frames, span.media_start, span.speed)
