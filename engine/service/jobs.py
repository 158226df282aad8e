"""Jobs in order of arrival: one thread puts them in, another works them off."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.protocol import Job

MAX_WAITING = 1000


@dataclass(frozen=True, slots=True, eq=False)
class OpenJob:
    """A job that was taken on.

    Attributes:
        request: What is asked.
        cancelled: Set when it shall end.
    """

    request: Job
    cancelled: threading.Event = field(default_factory=threading.Event)


class DuplicateError(InputError):
    """A job with the id of one that is open."""


class JobQueue:
    """Jobs that wait, and the one that runs. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._waiting: deque[OpenJob] = deque()
        self._running: OpenJob | None = None
        self._closed = False
        self._changed = threading.Condition()

    def put(self, request: Job, announce: Callable[[int], None]) -> None:
        """Take on a job.

        Args:
            request: The job.
            announce: Told how many jobs are before it, ahead of anything that its running tells.

        Raises:
            DuplicateError: Another open job has its id.
            InputError: Far too many wait, or the queue is closed.
        """
        with self._changed:
            if self._closed:
                raise InputError("The engine is ending", "Start it again")
            before = [*([self._running] if self._running else []), *self._waiting]
            if any(job.request.id == request.id for job in before):
                raise DuplicateError(
                    f"There already is an open job '{request.id}'", "Give each job its own id"
                )
            if len(before) >= MAX_WAITING:
                raise InputError(f"{len(before)} jobs are waiting", "Wait, or cancel some of them")
            announce(len(before))
            self._waiting.append(OpenJob(request))
            self._changed.notify_all()

    def next(self, timeout: float) -> OpenJob | None:
        """Return the job whose turn it is, to be given back with :meth:`finish`.

        None after ``timeout`` seconds without a job, or as soon as the queue is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout)
            self._running = self._waiting.popleft() if self._waiting else None
            return self._running

    def finish(self) -> None:
        """Say that the running job has ended; its id is free again."""
        with self._changed:
            self._running = None

    def cancel(self, job_id: str) -> bool:
        """Cancel a job if there is one of that id; return whether it was waiting and is gone."""
        with self._changed:
            if self._running and self._running.request.id == job_id:
                self._running.cancelled.set()
            for job in self._waiting:
                if job.request.id == job_id:
                    self._waiting.remove(job)
                    return True
            return False

    def close(self) -> list[OpenJob]:
        """Cancel all, take on no more, and return those that were waiting."""
        with self._changed:
            self._closed = True
            if self._running:
                self._running.cancelled.set()
            waiting = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            return waiting

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed
