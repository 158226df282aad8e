"""The service: one thread reads requests, this one does the jobs, in order."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, BinaryIO

from engine.errors import CancelledError, LumiphoneError, unforeseen
from engine.media.reader import never
from engine.protocol import Cancelled, Done
from engine.service.jobs import JobQueue
from engine.service.reception import FAULT_REMEDY, Reception, failure
from engine.service.replies import Replies
from engine.service.worker import Worker
from engine.wire import lines

if TYPE_CHECKING:
    from engine.progress import Cancelled as Asked
    from engine.protocol import Reply
    from engine.service.jobs import OpenJob

IDLE_SECONDS = 600.0
_WAKE = 0.5  # seconds after which an idle service looks for interrupts


class Service:
    """Speaks :mod:`engine.protocol` over two streams.

    Args:
        requests: The client's lines.
        replies: For the client.
        idle_seconds: After so long without a job the models are released.
    """

    def __init__(
        self, requests: BinaryIO, replies: BinaryIO, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._requests = requests
        self._replies = Replies(replies)
        self._idle_seconds = idle_seconds
        self._jobs = JobQueue()
        self._worker = Worker()

    def serve(self, interrupted: Asked = never) -> None:
        """Do jobs until the client quits or is gone; what is open then is cancelled.

        Raises:
            CancelledError: ``interrupted`` returned True.
        """
        receiving = threading.Thread(target=self._receive, name="requests", daemon=True)
        receiving.start()
        idle_since = time.monotonic()
        while not self._jobs.closed:
            if job := self._jobs.next(_WAKE):
                reply = self._outcome(job, interrupted)
                self._jobs.finish()
                self._replies.send(reply)
                idle_since = time.monotonic()
            elif self._worker.loaded and time.monotonic() - idle_since >= self._idle_seconds:
                self._worker.release()
            if interrupted():
                self._close()
                raise CancelledError
        receiving.join()  # it still says which jobs were waiting

    def _receive(self) -> None:
        reception = Reception(self._jobs, self._replies)
        try:
            for line in lines(self._requests):
                if not reception.take(line):
                    break
        except OSError as error:
            print(f"The requests cannot be read: {error}", file=sys.stderr)  # noqa: T201 - the log
        finally:
            self._close()

    def _close(self) -> None:
        for job in self._jobs.close():
            self._replies.send(Cancelled(job.request.id))

    def _outcome(self, job: OpenJob, interrupted: Asked) -> Reply:
        """Do a job and return the message that ends it."""
        request = job.request

        def cancelled() -> bool:
            return job.cancelled.is_set() or interrupted()

        try:
            return Done(request.id, self._worker.run(request, self._replies.send, cancelled))
        except CancelledError:
            return Cancelled(request.id)
        except LumiphoneError as error:
            return failure(request.id, error)
        except Exception as error:  # noqa: BLE001 - the process's edge: the next job may be good
            traceback.print_exception(error, file=sys.stderr)
            return failure(request.id, unforeseen(error, FAULT_REMEDY))
