"""Work that would stall the window, done beside it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, pyqtSignal

from engine.errors import CancelledError, LumiphoneError

if TYPE_CHECKING:
    from collections.abc import Callable


class _Reports(QObject):
    """A runnable is no QObject; this one speaks for it."""

    arrived = pyqtSignal(object)
    failed = pyqtSignal(object)


class Task(QRunnable):
    """One piece of work: its results come to the window's thread one by one.

    Args:
        work: Called in a thread of the pool with ``report`` and ``cancelled``.
        arrived: Called in the window's thread with each thing reported.
        failed: Called there with the LumiphoneError that ended the work.
    """

    def __init__(
        self,
        work: Callable[[Callable[[object], None], Callable[[], bool]], None],
        arrived: Callable[[object], None],
        failed: Callable[[LumiphoneError], None],
    ) -> None:
        super().__init__()
        self._work = work
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._reports = _Reports()
        self._reports.arrived.connect(arrived)
        self._reports.failed.connect(failed)
        self.setAutoDelete(False)  # Python owns it

    def run(self) -> None:
        """Do the work."""
        try:
            self._work(self._report, self._cancelled.is_set)
        except CancelledError:
            pass
        except LumiphoneError as error:
            if not self._cancelled.is_set():
                self._reports.failed.emit(error)
        finally:
            self._done.set()

    @property
    def done(self) -> bool:
        """Whether the work is over."""
        return self._done.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; nothing more is reported."""
        self._cancelled.set()

    def _report(self, thing: object) -> None:
        if not self._cancelled.is_set():
            self._reports.arrived.emit(thing)


class Workers:
    """A few threads, and the tasks in them."""

    def __init__(self) -> None:
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(2)  # pictures and waveforms; the engine needs the rest
        self._tasks: list[Task] = []

    def start(self, task: Task) -> Task:
        """Begin a task, and keep it alive while it works."""
        self._tasks = [*(other for other in self._tasks if not other.done), task]
        self._pool.start(task)
        return task

    def close(self) -> None:
        """Cancel all tasks and wait for their threads."""
        for task in self._tasks:
            task.cancel()
        self._pool.clear()
        self._pool.waitForDone()
        self._tasks.clear()

    def wait(self) -> None:
        """Wait until nothing is being done."""
        self._pool.waitForDone()
