"""Starts, watches and ends the panel process from within an editor."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LinkError
from .link import Channel, Door
from .messages import LINK_VERSION, Bye, Failed, Quit, Refused, Welcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from .messages import Hello, HostMessage, Message

START_SECONDS = 60.0  # a cold disk and a virus scanner in front of Qt
END_SECONDS = 5.0
_REMEDY = "Try again; if it ends again, send us its log: {log}"


class Launcher:
    """The editor's handle on its panel process; use it on the editor's main thread only.

    A process that ended, whatever ended it, is reported once by :meth:`poll` as a :class:`Failed`
    without a job: all open jobs ended with it. :meth:`ensure` then starts a new one.

    Args:
        command: Starts the panel process.
        hello: What it is told first.
        start_seconds: How long it may take to answer.
    """

    def __init__(
        self, command: Sequence[str], hello: Hello, start_seconds: float = START_SECONDS
    ) -> None:
        self._command = list(command)
        self._hello = hello
        self._start_seconds = start_seconds
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        """Whether there is a panel process, as of the last :meth:`poll`."""
        return self._run is not None

    @property
    def pid(self) -> int | None:
        """The process's id, if there is one."""
        return self._run.process.pid if self._run else None

    def ensure(self) -> None:
        """Start the panel process unless it runs; returns before it is up.

        Raises:
            LinkError: It cannot be started.
        """
        if self._run is None:
            self._run = _Run(self._command, self._hello, self._start_seconds)
            atexit.register(self.close)

    def send(self, message: HostMessage) -> None:
        """Put a message on its way; it waits where the process is not up yet.

        Raises:
            LinkError: There is no process, or the message is too long.
        """
        if self._run is None:
            raise LinkError("The Lumiphone panel process is not running", "Open the panel again")
        self._run.send(message)

    def poll(self) -> list[Message]:
        """Return what has come in since the last call; never waits."""
        if self._run is None:
            return []
        run = self._run
        messages, over = run.poll()
        if over:
            self._run = None
            atexit.unregister(self.close)
            threading.Thread(target=run.end, name="panel's end").start()
        return messages

    def close(self, timeout: float = END_SECONDS) -> None:
        """End the process and its engine: ask, then insist after ``timeout`` seconds."""
        run, self._run = self._run, None
        if run is not None:
            atexit.unregister(self.close)
            run.end(timeout)


class _Run:
    """One panel process, from its start to its end."""

    def __init__(self, command: Sequence[str], hello: Hello, start_seconds: float) -> None:
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._waiting: list[HostMessage] = [hello]
        self._channel: Channel | None = None
        self._opening = threading.Lock()
        self._hung_up_at: float | None = None
        self._welcomed = False
        self._failed = False
        self._deadline = time.monotonic() + start_seconds
        handle, name = tempfile.mkstemp(prefix="lumiphone-panel-", suffix=".log")
        self._log = Path(name)
        self._door = Door(self._opened)
        with os.fdopen(handle, "wb") as log:
            try:
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                self._door.close()
                self._log.unlink()
                raise LinkError(
                    f"The Lumiphone panel process cannot be started ({error})",
                    "Install the engine again in the add-on's preferences",
                ) from error
        self._say(self._door.invitation.to_line())

    def _say(self, line: str) -> None:
        """Write to the process's stdin, which then stays open: its end ends the process."""
        assert self.process.stdin is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(OSError):  # it died already, poll() tells
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()

    def _opened(self, connection: Connection) -> None:
        with self._opening:
            self._channel = Channel(connection, self._inbox.put, self._hang_up)
            for message in self._waiting:
                self._channel.send(message)

    def _hang_up(self) -> None:
        self._hung_up_at = time.monotonic()

    def send(self, message: HostMessage) -> None:
        with self._opening:
            if self._channel:
                self._channel.send(message)
            else:
                self._waiting.append(message)

    def poll(self) -> tuple[list[Message], bool]:
        """Return what came in, and whether this was all that ever will."""
        over = self._is_over()  # asked first: what came in before the end is then in the inbox
        messages: list[Message] = []
        with contextlib.suppress(queue.Empty):
            while True:
                messages.append(self._inbox.get_nowait())
        for message in messages:
            if isinstance(message, Bye):
                return messages, True
            if isinstance(message, Welcome):
                self._welcomed = True
                if message.version != LINK_VERSION:
                    return [*messages, self._wrong_version(message)], True
        if over:
            code = self.process.returncode
            ending = "hung up" if code is None else f"ended with code {code}"
            return [*messages, self._gone(ending)], True
        if not self._welcomed and time.monotonic() > self._deadline:
            return [*messages, self._gone("does not answer")], True
        return messages, False

    def _is_over(self) -> bool:
        ended = self.process.poll() is not None
        if self._channel is None:
            return ended
        # The link ends a moment before the process, whose exit code is worth waiting for.
        hung_up = self._hung_up_at
        return hung_up is not None and (ended or time.monotonic() > hung_up + 1)

    def _wrong_version(self, welcome: Welcome) -> Failed:
        what = (
            f"The panel ({welcome.program}) speaks version {welcome.version} of the link,"
            f" the editor's part version {LINK_VERSION}"
        )
        remedy = "Install one version of Lumiphone and restart the editor"
        self.send(Refused("welcome", what, remedy))
        return Failed(None, "wrong_version", what, remedy)

    def _gone(self, ending: str) -> Failed:
        self._failed = True
        what = f"The Lumiphone panel process {ending}"
        return Failed(None, "panel_gone", what, _REMEDY.format(log=self._log))

    def end(self, timeout: float = END_SECONDS) -> None:
        """End the process, and wait until it is gone."""
        self._door.close()
        with self._opening:
            channel = self._channel
        if channel:
            channel.send(Quit())
        with contextlib.suppress(OSError), self.process:  # closes its stdin, then waits
            self._await_end(timeout)
        if channel:
            channel.close()
        if not self._failed:
            with contextlib.suppress(OSError):
                self._log.unlink()

    def _await_end(self, timeout: float) -> None:
        assert self.process.stdin is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        for insist in (self.process.terminate, self.process.kill):
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                insist()
                timeout = 1.0
