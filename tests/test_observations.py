from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.cues import CueSheet
from engine.inference.scene import Scene
from engine.media.reader import open_clip
from engine.observation import Observation
from engine.observations import Observations
from engine.source import Source
from engine.span import Span
from tests.flashes import flash_film

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH = ("motion", "scene")


@pytest.fixture
def seen(tmp_path: Path) -> Callable[..., Observation]:
    """Makes an observation of the first ``frames`` pictures of a film."""
    film = flash_film(tmp_path)
    clip = open_clip(film)

    def see(frames: int) -> Observation:
        source = Source(clip, Span(film, Fraction(25), frames), "sum")
        return Observation(source, CueSheet(Fraction(25)), Scene(prompt=f"{frames}"))

    return see


def test_what_was_kept_is_recalled_for_its_span_alone(seen: Callable[..., Observation]) -> None:
    observations, first = Observations(4), seen(10)
    observations.keep(first, BOTH)
    known = observations.recall(first.source, BOTH)
    assert known is not None
    assert known.scene.prompt == "10"
    assert observations.recall(seen(11).source, BOTH) is None
    edited = replace(first.source, sha256="other")
    assert observations.recall(edited, BOTH) is None


def test_a_copy_of_the_file_is_the_same_pictures(seen: Callable[..., Observation]) -> None:
    observations, first = Observations(4), seen(10)
    observations.keep(first, BOTH)
    moved = replace(first.source, span=replace(first.source.span, media=Path("elsewhere.mp4")))
    known = observations.recall(moved, BOTH)
    assert known is not None
    assert known.source == moved


def test_what_no_stage_looked_for_is_not_known(seen: Callable[..., Observation]) -> None:
    observations, first = Observations(4), seen(10)
    observations.keep(first, ("motion",))
    assert observations.recall(first.source, ("motion",)) is not None
    assert observations.recall(first.source, BOTH) is None


def test_what_was_recalled_least_recently_is_forgotten(seen: Callable[..., Observation]) -> None:
    observations = Observations(2)
    for frames in (1, 2):
        observations.keep(seen(frames), BOTH)
    observations.recall(seen(1).source, BOTH)
    observations.keep(seen(3), BOTH)
    known = [frames for frames in (1, 2, 3) if observations.recall(seen(frames).source, BOTH)]
    assert known == [1, 3]


def test_without_capacity_nothing_is_kept(seen: Callable[..., Observation]) -> None:
    observations = Observations(0)
    observations.keep(seen(1), BOTH)
    assert observations.recall(seen(1).source, BOTH) is None
