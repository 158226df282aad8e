from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cues import CueSheet
from engine.inference.motion import MotionEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from engine.inference.arrays import Pixels
    from engine.inference.session import Sessions
    from engine.packs.registry import Pack


def pictures(levels: Sequence[int]) -> list[Pixels]:
    return [np.full((16, 16, 1), level, np.uint8) for level in levels]


def encoder_of(sessions: Sessions, pack: Pack, chunk: int = 20) -> MotionEncoder:
    assert pack.manifest.motion
    return MotionEncoder(sessions, pack.manifest, replace(pack.manifest.motion, chunk=chunk))


def sheet_of(
    encoder: MotionEncoder, levels: Sequence[int], cuts: Sequence[Fraction] = ()
) -> CueSheet:
    for pixels in pictures(levels):
        encoder.observe(pixels)
    return encoder.finish(cuts)


def test_a_flash_is_an_impact_at_its_picture(sessions: Sessions, tiny: Pack) -> None:
    sheet = sheet_of(encoder_of(sessions, tiny), [20] * 30 + [240] * 30)
    (event,) = sheet.events
    assert event.kind == "impact"
    assert event.seconds == pytest.approx(30 / 25)
    assert event.strength == pytest.approx(1)


def test_a_small_jump_is_a_weak_event(sessions: Sessions, tiny: Pack) -> None:
    (event,) = sheet_of(encoder_of(sessions, tiny), [20] * 30 + [80] * 5).events
    assert event.strength == pytest.approx(2 * 60 / 255, abs=1e-4)


def test_curves_have_a_point_per_picture(sessions: Sessions, tiny: Pack) -> None:
    sheet = sheet_of(encoder_of(sessions, tiny), [51, 102, 153])
    assert sheet.rate == 25
    assert sheet.curves["energy"] == pytest.approx((0.2, 0.4, 0.6))
    assert set(sheet.curves) == {"energy", "onset"}


def test_a_cut_is_no_event(sessions: Sessions, tiny: Pack) -> None:
    levels = [20] * 30 + [240] * 30
    assert sheet_of(encoder_of(sessions, tiny), levels, [Fraction(30, 25)]).events == ()


def test_a_still_picture_has_no_events(sessions: Sessions, tiny: Pack) -> None:
    assert sheet_of(encoder_of(sessions, tiny), [100] * 55).events == ()


def test_no_picture_at_all_is_an_empty_sheet(sessions: Sessions, tiny: Pack) -> None:
    assert encoder_of(sessions, tiny).finish() == CueSheet(Fraction(25))


def test_one_picture_is_enough(sessions: Sessions, tiny: Pack) -> None:
    assert len(sheet_of(encoder_of(sessions, tiny), [9]).curves["energy"]) == 1


def test_an_encoder_starts_anew_after_each_span(sessions: Sessions, tiny: Pack) -> None:
    encoder = encoder_of(sessions, tiny)
    first = sheet_of(encoder, [20] * 25 + [240] * 8)
    assert sheet_of(encoder, [20] * 25 + [240] * 8) == first


@settings(max_examples=25, deadline=None)
@given(levels=st.lists(st.integers(0, 255), min_size=1, max_size=60), chunk=st.integers(1, 30))
def test_chunks_with_context_give_what_one_run_gives(
    sessions: Sessions, tiny: Pack, levels: list[int], chunk: int
) -> None:
    whole = sheet_of(encoder_of(sessions, tiny, chunk=1000), levels)
    parts = sheet_of(encoder_of(sessions, tiny, chunk=chunk), levels)
    assert parts.events == whole.events
    for name, values in whole.curves.items():
        assert parts.curves[name] == pytest.approx(values, abs=1e-6)


def test_memory_is_bounded_by_chunk_and_context(sessions: Sessions, tiny: Pack) -> None:
    class Counting:
        longest = 0

        def run(self, graph: str, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            self.longest = max(self.longest, feeds["frames"].shape[1])
            return sessions.run(graph, feeds)

    counting = Counting()
    assert tiny.manifest.motion
    encoder = MotionEncoder(counting, tiny.manifest, tiny.manifest.motion)
    sheet = sheet_of(encoder, [0] * 500)
    assert len(sheet.curves["energy"]) == 500
    assert counting.longest <= 20 + 2 * 1
