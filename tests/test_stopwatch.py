from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from engine.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose hand is moved by hand."""
    hand = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: hand[0])
    return hand


def test_a_stage_inside_another_counts_for_itself_alone(clock: list[float]) -> None:
    watch = Stopwatch()
    with watch.stage("outer"):
        clock[0] += 1
        with watch.stage("inner"):
            clock[0] += 10
        clock[0] += 100
    clock[0] += 1000
    assert watch.seconds == {"outer": 101, "inner": 10}


def test_a_stage_can_pass_into_the_next(clock: list[float]) -> None:
    watch = Stopwatch()
    with watch.stage("first"):
        clock[0] += 1
        watch.enter("second")
        clock[0] += 10
    clock[0] += 100
    assert watch.seconds == {"first": 1, "second": 10}


def test_waiting_counts_what_it_takes_to_get_things_not_what_is_done_with_them(
    clock: list[float],
) -> None:
    def slow() -> Iterator[int]:
        for item in range(3):
            clock[0] += 1
            yield item

    watch = Stopwatch()
    got = []
    for item in watch.waiting("getting", slow()):
        clock[0] += 100
        got.append(item)
    assert (got, watch.seconds) == ([0, 1, 2], {"getting": 3})


def test_time_counts_though_the_work_fails(clock: list[float]) -> None:
    watch = Stopwatch()

    def work() -> None:
        with watch.stage("work"):
            clock[0] += 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert watch.seconds == {"work": 1}
