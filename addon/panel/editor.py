"""The editor as the panel sees it: the link, and the pipe whose end means that it is gone."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TextIO

from addon.link import Invitation, join

if TYPE_CHECKING:
    from collections.abc import Callable

    from addon.messages import Message, PanelMessage

_LAST_SECONDS = 15.0  # what an orderly end may take once the editor is gone


class Editor:
    """The editor that started us.

    Args:
        invitation: The pipe from the editor: one line with address and secret, then nothing until
            its end.
        receive: Called in a thread with each message.
        gone: Called in a thread, once or twice, when the editor is no more.

    Raises:
        LinkError: The line is no invitation, or nobody answers there.
    """

    is_editor = True

    def __init__(
        self, invitation: TextIO, receive: Callable[[Message], None], gone: Callable[[], None]
    ) -> None:
        self._gone = gone
        self._channel = join(Invitation.from_line(invitation.readline()), receive, self._leave)
        threading.Thread(target=self._watch, args=(invitation,), daemon=True).start()

    def send(self, message: PanelMessage) -> None:
        """Put a message on its way; never waits."""
        self._channel.send(message)

    def close(self) -> None:
        """Send what waits and hang up."""
        self._channel.close()

    def _watch(self, invitation: TextIO) -> None:
        # Not through the buffer: its lock, held here, would be fatal at the interpreter's end.
        while os.read(invitation.fileno(), 4096):
            pass
        self._leave()

    def _leave(self) -> None:
        # Nobody is left who could end a process that hangs.
        last = threading.Timer(_LAST_SECONDS, os._exit, (1,))
        last.daemon = True
        last.start()
        self._gone()
