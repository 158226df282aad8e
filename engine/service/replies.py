"""What the service says: whole lines, from any thread, and not more than a client can use."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, BinaryIO

from engine.protocol import Progress
from engine.wire import to_line

if TYPE_CHECKING:
    from engine.protocol import Reply

_INTERVAL = 0.1  # seconds between two lines of progress within a stage


class Replies:
    """The way to the client.

    Args:
        stream: Where the lines go.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._told: tuple[str, str] | None = None
        self._next = 0.0

    def send(self, reply: Reply) -> None:
        """Say something; progress that follows too soon on the last of its stage is left out.

        When nobody listens any more, nothing happens: the end of the requests will be noticed.
        """
        with self._lock:
            if isinstance(reply, Progress) and self._too_soon(reply):
                return
            try:
                self._stream.write(to_line(reply))
                self._stream.flush()
            except OSError:
                return

    def _too_soon(self, progress: Progress) -> bool:
        stage, now = (progress.id, progress.stage), time.monotonic()
        if stage == self._told and now < self._next:
            return True
        self._told, self._next = stage, now + _INTERVAL
        return False
