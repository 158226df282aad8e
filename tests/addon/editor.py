"""A host's main thread and the processes that it must see end, for tests of the panel process."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from addon.launcher import Launcher
from addon.messages import LINK_VERSION, Hello, Message, Welcome

if TYPE_CHECKING:
    from collections.abc import Callable

HELLO = Hello(LINK_VERSION, "Blender", "5.0.1", "/film/scene.blend")
PANEL = [sys.executable, "-m", "addon.panel", "--headless"]
WAIT = 120.0


class Editor:
    """A host's main thread: it polls and keeps what came in."""

    def __init__(self, command: list[str] | None = None, start_seconds: float = WAIT) -> None:
        self.launcher = Launcher(command or PANEL, HELLO, start_seconds)
        self.heard: list[Message] = []

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Poll until such a message has come in since the last call."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            new = self.launcher.poll()
            self.heard += new
            for message in new:
                if wanted(message):
                    return message
            time.sleep(0.01)
        raise AssertionError(f"it never came: {self.heard}")

    def until_kind(self, *kinds: type) -> Message:
        return self.until(lambda message: isinstance(message, kinds))

    def start(self) -> int:
        """Start the panel, wait until it answers, and return its process id."""
        self.launcher.ensure()
        self.until_kind(Welcome)
        assert self.launcher.pid is not None
        return self.launcher.pid

    def engine(self) -> int:
        """The process id of the panel's engine."""
        (child,) = children(self.launcher.pid or 0)
        return child


def children(parent: int) -> list[int]:
    """Ids of a process's children."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()[:1] not in {"", "Z"}


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
