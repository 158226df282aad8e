from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.progress import LOOKING, WRITING, part_of_take
from engine.service.outlook import Outlook, Pace, Stage, stages_of_look, stages_of_takes

TRUE_PACE = {"looking": 0.5, "sampling": 0.2, "decoding": 0.4, "writing": 0.1}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def play(outlook: Outlook, clock: Clock, stages: list[Stage]) -> list[tuple[float, float | None]]:
    """Tell the outlook of every quarter of every stage at its true pace."""
    told = []
    for stage in stages:
        told.append(outlook.at(stage.name, 0.0))
        for quarter in range(1, 5):
            clock.now += stage.work * TRUE_PACE[stage.kind] / 4
            told.append(outlook.at(stage.name, quarter / 4))
    return told


def test_stems_multiply_the_work_not_the_stages() -> None:
    one, three = stages_of_takes(2.0, 1, 8), stages_of_takes(2.0, 1, 8, stems=3)
    assert [stage.name for stage in three] == [stage.name for stage in one]
    assert [b.work / a.work for a, b in zip(one, three, strict=True)] == [1, 3, 3, 3]


def test_the_stages_are_those_that_the_pipeline_tells() -> None:
    assert [stage.name for stage in stages_of_takes(2.0, 2, 8)] == [
        LOOKING,
        "take 1 of 2, sampling",
        "take 1 of 2, decoding",
        WRITING,
        "take 2 of 2, sampling",
        "take 2 of 2, decoding",
        WRITING,
    ]
    assert part_of_take(1, 2, "sampling") == "take 1 of 2, sampling"


def test_before_anything_was_measured_the_time_left_is_unknown() -> None:
    clock = Clock()
    stages = stages_of_takes(8.0, 1, 8)
    told = play(Outlook(stages, Pace(), clock), clock, stages)
    assert told[0][1] is None
    assert told[2][1] is None  # half the looking is done, but sampling takes longest
    assert told[7][1] is not None


def test_the_second_job_knows_from_the_first_how_long_it_takes() -> None:
    clock, pace = Clock(), Pace()
    first = stages_of_takes(8.0, 1, 8)
    play(Outlook(first, pace, clock), clock, first)
    second = stages_of_takes(4.0, 3, 16)
    true_total = sum(stage.work * TRUE_PACE[stage.kind] for stage in second)
    begun = clock.now
    told = play(Outlook(second, pace, clock), clock, second)
    assert told[0][1] == pytest.approx(true_total)
    assert told[len(told) // 2][1] is not None
    assert clock.now - begun == pytest.approx(true_total)
    assert told[-1][0] == pytest.approx(1.0)
    assert told[-1][1] == pytest.approx(0.0)


def test_a_stage_that_is_remembered_teaches_nothing_about_its_pace() -> None:
    clock, pace = Clock(), Pace()
    stages = stages_of_look(8.0)
    play(Outlook(stages, pace, clock), clock, stages)
    clock.now += 0.001
    Outlook(stages, pace, clock).at(LOOKING, 1.0)
    _, left = Outlook(stages, pace, clock).at(LOOKING, 0.0)
    assert left == pytest.approx(8.0 * TRUE_PACE["looking"])


@given(
    told=st.lists(
        st.tuples(
            st.sampled_from([stage.name for stage in stages_of_takes(2.0, 2, 8)] + ["other"]),
            st.floats(0, 1),
            st.floats(0, 5),
        )
    )
)
def test_the_fraction_never_falls_whatever_is_told(told: list[tuple[str, float, float]]) -> None:
    clock = Clock()
    outlook = Outlook(stages_of_takes(2.0, 2, 8), Pace(), clock)
    before = 0.0
    for stage, fraction, seconds in told:
        clock.now += seconds
        done, left = outlook.at(stage, fraction)
        assert before <= done <= 1
        assert left is None or left >= 0
        before = done
