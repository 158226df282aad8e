"""The engine as a child process: started when needed, watched, started anew when it died."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.protocol import VERSION, Cancelled, Cues, Done, Error, Generate, Hello, Packs, Suggest
from engine.wire import ProtocolError, lines, reply_of, to_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.protocol import Reply, Request

GONE = "engine_gone"
_WORK = (Generate, Cues, Suggest, Packs)
_PATIENCE = 3.0  # seconds for an end of its own accord: a sampler's step, and removing drafts
_REMEDY = "Try again, the engine starts anew; if it stays, close other programs or report this"
_LONGEST_WORD = 500

# A group of its own: Ctrl-C in the terminal is for this process, which lets the engine end cleanly.
_DETACHED: dict[str, Any]
if sys.platform == "win32":
    _DETACHED = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    _DETACHED = {"start_new_session": True}
_KILLED = -9  # by whom it was, such as Linux short of memory, its words do not tell


class EngineProcess:
    """Sends requests to an engine service and receives its replies.

    Nothing here blocks but :meth:`close`. The first message of every new process is a greeting.

    Args:
        command: Starts ``lumiphone serve``.
        receive: Told every reply, from a thread of this class or from within :meth:`send`; must
            return soon. When the engine dies it is told an :class:`engine.protocol.Error` with the
            code "engine_gone" for each job that was open.
    """

    def __init__(self, command: Sequence[str], receive: Callable[[Reply], None]) -> None:
        self._command = list(command)
        self._receive = receive
        self._lock = threading.Lock()
        self._run: _Run | None = None

    def send(self, request: Request) -> None:
        """Send a request, starting the engine if it does not run.

        That it could not be started is told as the error of the job.
        """
        job = request.id if isinstance(request, _WORK) else None
        try:
            with self._lock:
                running = self._run is not None and self._run.expect(request, job)
                if not running and job is not None:  # there is nothing else to want of a new one
                    self._run = _Run(self._command, self._receive)
                    self._run.expect(request, job)
        except OSError as error:
            what = f"The engine cannot be started ({self._command[0]}: {error.strerror})"
            self._receive(Error(job, GONE, what, "Install Lumiphone again"))

    @property
    def process_id(self) -> int | None:
        """Of the engine that runs, if one does."""
        with self._lock:
            return self._run.process.pid if self._run and self._run.alive else None

    def close(self) -> None:
        """End the engine: ask it, then insist. Jobs that were open are told cancelled or nothing.

        A later :meth:`send` starts another.
        """
        with self._lock:
            run, self._run = self._run, None
        if run:
            run.end()


class _Run:
    """One process from start to end, and the threads at its three streams."""

    def __init__(self, command: Sequence[str], receive: Callable[[Reply], None]) -> None:
        self._receive = receive
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._ended = False
        self._dismissed = False
        self._last_words = ""
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **_DETACHED,
        )
        self._outbox.put(to_line(Hello(VERSION)))
        self._threads = [
            threading.Thread(target=work, name=f"engine {work.__name__}", daemon=True)
            for work in (self._write, self._log, self._read)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        return not self._ended

    def expect(self, request: Request, job: str | None) -> bool:
        """Send a request; False if the process has ended, and then nothing was done."""
        with self._lock:
            if self._ended:
                return False
            if job is not None:
                self._open.add(job)
            self._outbox.put(to_line(request))
            return True

    def end(self) -> None:
        self._dismissed = True
        self._outbox.put(None)  # and thus the end of its stdin
        for insist in (self.process.terminate, self.process.kill, None):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_PATIENCE)
                break
            if insist:
                insist()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _write(self) -> None:
        stream = self._stream(self.process.stdin)
        with contextlib.suppress(OSError), stream:  # it died: the reader will tell
            while (line := self._outbox.get()) is not None:
                stream.write(line)
                stream.flush()

    def _log(self) -> None:
        """Pass on what it says on stderr, and keep the last of it for the error."""
        with self._stream(self.process.stderr) as stream:
            for line in stream:
                text = line.decode("utf-8", "backslashreplace")
                self._last_words = text.strip()[:_LONGEST_WORD] or self._last_words
                with contextlib.suppress(AttributeError, OSError, ValueError):  # no stderr here
                    sys.stderr.write(text)
                    sys.stderr.flush()

    def _read(self) -> None:
        with self._stream(self.process.stdout) as stream:
            for line in lines(stream):
                try:
                    reply = reply_of(line)
                except ProtocolError as error:
                    reply = Error(error.id, error.code, error.what, error.remedy)
                if isinstance(reply, Done | Cancelled | Error):
                    with self._lock:
                        self._open.discard(reply.id or "")
                self._receive(reply)
        self._bury()

    def _bury(self) -> None:
        """See the process off, whose stdout has ended, and tell of it for each open job."""
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()  # it can say nothing any more
            self.process.wait()
        self._threads[1].join(_PATIENCE)  # its last words
        with self._lock:
            self._ended = True
            left = sorted(self._open)
        self._outbox.put(None)
        if not self._dismissed:
            what = f"The engine ended unexpectedly (exit code {self.process.returncode})"
            if self._last_words and self.process.returncode != _KILLED:
                what += f": {self._last_words.rstrip('.')}"
            for job in left:
                self._receive(Error(job, GONE, what, _REMEDY))

    @staticmethod
    def _stream(stream: Any) -> BinaryIO:  # noqa: ANN401 - typed as optional, but asked for above
        assert stream is not None  # noqa: S101 - ditto
        return stream  # type: ignore[no-any-return] # ditto
