"""Serves a panel process from a menu script, until the panel or Resolve is gone."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

from .. import messages
from ..errors import AddonError
from ..host import answer
from ..launcher import Launcher
from .host import ResolveHost
from .scripting import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..messages import Message

TICK = 0.05  # seconds between two looks
_PULSE = 2.0  # seconds between two looks whether Resolve is still there


class Service:
    """A timeline and its panel process.

    Args:
        resolve: Resolve.
        command: Starts the panel process.
        tell: Shows a line to the user.

    Raises:
        HostError: Resolve cannot be reached, or no project is open.
    """

    def __init__(self, resolve: Any, command: Sequence[str], tell: Callable[[str], None]) -> None:
        self._resolve = resolve
        self._tell = tell
        self._host = ResolveHost(resolve, self._send, tell)
        self._launcher = Launcher(command, self._host.identify())
        self._inbox: deque[Message] = deque()
        self._last_pulse = time.monotonic()
        self._last_stage = ""
        self._job: str | None = None
        self._over = False
        self.failed = False

    def show_panel(self) -> None:
        """Serve the panel's window until it is closed.

        Raises:
            AddonError: The panel process cannot be started.
        """
        try:
            self._launcher.ensure()
            self._serve()
        finally:
            self._close()

    def sound_chosen(self, wish: messages.Settings) -> None:
        """Give the chosen clips sound without a window.

        Raises:
            AddonError: Nothing is chosen, or the clips' pictures cannot be had.
        """
        try:
            preparation = self._host.prepare()
            while (clips := preparation.advance()) is None:
                time.sleep(TICK)
            self._launcher.ensure()
            self._job = messages.new_id()
            self._launcher.send(messages.Generate(self._job, clips, wish))
            self._tell(f"Making sound for {', '.join(clip.name for clip in clips)}")
            self._serve()
        finally:
            self._close()

    def _serve(self) -> None:
        while not self._over and self._alive():
            self._inbox += self._launcher.poll()
            while self._inbox and not self._must_wait(self._inbox[0]):
                self._receive(self._inbox.popleft())
            self._host.advance()
            time.sleep(TICK)

    def _must_wait(self, message: Message) -> bool:
        """Whether it is to change the timeline while Resolve renders that."""
        return self._host.rendering and isinstance(message, messages.Place | messages.Markers)

    def _alive(self) -> bool:
        """Whether Resolve is still there; it leaves its scripts running when it ends."""
        if time.monotonic() > self._last_pulse + _PULSE:
            self._last_pulse = time.monotonic()
            return bool(ask(self._resolve, "GetProductName"))
        return True

    def _close(self) -> None:
        self._host.close()
        self._launcher.close()

    def _send(self, message: messages.HostMessage) -> None:
        if self._launcher.running:
            self._launcher.send(message)

    def _receive(self, message: Message) -> None:
        match message:
            case messages.WantClips() | messages.Place() | messages.Markers():
                error = answer(self._host, message, self._send)
                if error:
                    self._fail(error)
            case messages.Progress():
                if message.stage != self._last_stage:
                    self._last_stage = message.stage
                    self._tell(f"{message.stage} ({message.fraction:.0%})")
            case messages.Done():
                for warning in message.warnings:
                    self._tell(warning)
                self._end_of(message.job)
            case messages.Cancelled():
                self._end_of(message.job)
            case messages.Failed():
                self._fail(AddonError(message.what, message.remedy))
                self._over = self._over or not self._launcher.running
                self._end_of(message.job)
            case messages.Bye():
                self._over = True

    def _end_of(self, job: str | None) -> None:
        """Without a window one job is all there is."""
        if job is not None and job == self._job:
            self._over = True

    def _fail(self, error: AddonError) -> None:
        self.failed = True
        self._tell(str(error))
