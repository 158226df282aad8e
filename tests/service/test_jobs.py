from __future__ import annotations

import threading
import time

import pytest

from engine.errors import InputError
from engine.protocol import ClipRange, Cues
from engine.service.jobs import MAX_WAITING, DuplicateError, JobQueue


def put(queue: JobQueue, *ids: str) -> list[int]:
    positions: list[int] = []
    for job in ids:
        queue.put(Cues(job, ClipRange("dog.mp4")), positions.append)
    return positions


def next_id(queue: JobQueue) -> str | None:
    job = queue.next(0)
    return job.request.id if job else None


def test_jobs_come_in_the_order_in_which_they_were_put() -> None:
    queue = JobQueue()
    assert put(queue, "a", "b", "c") == [0, 1, 2]
    order = []
    while job := next_id(queue):
        order.append(job)
        queue.finish()
    assert order == ["a", "b", "c"]


def test_the_running_job_counts_as_one_before() -> None:
    queue = JobQueue()
    put(queue, "a")
    queue.next(0)
    assert put(queue, "b") == [1]


def test_an_id_is_free_again_when_its_job_has_ended() -> None:
    queue = JobQueue()
    put(queue, "a")
    with pytest.raises(DuplicateError, match="'a'"):
        put(queue, "a")
    queue.next(0)
    with pytest.raises(DuplicateError, match="'a'"):
        put(queue, "a")
    queue.finish()
    assert put(queue, "a") == [0]


def test_a_waiting_job_that_is_cancelled_never_comes() -> None:
    queue = JobQueue()
    put(queue, "a", "b", "c")
    assert queue.cancel("b")
    assert not queue.cancel("b")
    assert next_id(queue) == "a"
    queue.finish()
    assert next_id(queue) == "c"


def test_the_running_job_is_told_that_it_is_cancelled_and_no_other() -> None:
    queue = JobQueue()
    put(queue, "a", "b")
    running = queue.next(0)
    assert running is not None
    assert not queue.cancel("nobody")
    assert not running.cancelled.is_set()
    assert not queue.cancel("a")
    assert running.cancelled.is_set()
    queue.finish()
    after = queue.next(0)
    assert after is not None
    assert not after.cancelled.is_set()


def test_closing_cancels_all_and_takes_on_no_more() -> None:
    queue = JobQueue()
    put(queue, "a", "b", "c")
    running = queue.next(0)
    assert running is not None
    assert [job.request.id for job in queue.close()] == ["b", "c"]
    assert running.cancelled.is_set()
    assert queue.closed
    with pytest.raises(InputError, match="ending"):
        put(queue, "d")
    assert queue.next(10) is None


def test_far_too_many_jobs_are_refused() -> None:
    queue = JobQueue()
    put(queue, *map(str, range(MAX_WAITING)))
    with pytest.raises(InputError, match="1000 jobs are waiting"):
        put(queue, "more")


def test_a_job_wakes_who_waits_for_one() -> None:
    queue = JobQueue()
    threading.Timer(0.05, put, (queue, "a")).start()
    begun = time.monotonic()
    job = queue.next(60)
    assert job is not None
    assert time.monotonic() - begun < 30
