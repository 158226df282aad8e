"""The wire between host and panel: local, authenticated, and deaf to anyone else.

The host listens where only its own user can reach it and tells the panel process address and secret
on its stdin. Messages are JSON bytes over ``multiprocessing.connection``, never pickles. Both sides
read in a thread of their own that does nothing but hand messages on, and write in another, so that
a stalled peer never stalls an editor.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import socket
import sys
import tempfile
import threading
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import (
    Client,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .errors import LinkError
from .messages import Failed
from .wire import MAX_BYTES, from_bytes, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from .messages import Message

HANDSHAKE_SECONDS = 10.0
_MAX_STRANGERS = 16  # who have not proved the secret yet
_MAX_SOCKET_PATH = 100  # macOS allows 103 bytes, Linux 107
_BROKEN = (AuthenticationError, OSError, EOFError, ValueError, AssertionError)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where the host listens, and the secret that opens; one JSON line on the panel's stdin."""

    address: str | tuple[str, int]
    secret: bytes

    def to_line(self) -> str:
        """Return the line, with its end."""
        return json.dumps({"address": self.address, "secret": self.secret.hex()}) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read what :meth:`to_line` wrote.

        Raises:
            LinkError: It is something else.
        """
        try:
            content = json.loads(line)
            address = content["address"]
            place = address if isinstance(address, str) else (str(address[0]), int(address[1]))
            return cls(place, bytes.fromhex(content["secret"]))
        except (ValueError, LookupError, TypeError) as error:
            raise LinkError(
                "The panel was started without an address to speak to",
                "Open it from the editor, or on a folder with: lumiphone panel FOLDER",
            ) from error


class Channel:
    """One side of an open link.

    Args:
        connection: Authenticated.
        receive: Called in the reader's thread with each message; one that is not understood comes
            as a :class:`Failed` with the code "bad_message".
        closed: Called in the reader's thread once, when nothing more will come.
    """

    def __init__(
        self,
        connection: Connection,
        receive: Callable[[Message], None],
        closed: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._receive = receive
        self._closed = closed
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="link writer", daemon=True)
        self._reader = threading.Thread(target=self._read, name="link reader", daemon=True)
        self._writer.start()
        self._reader.start()

    def send(self, message: Message) -> None:
        """Put a message on its way; never waits. After the other side is gone it is dropped.

        Raises:
            LinkError: It is too long.
        """
        self._outbox.put(to_bytes(message))

    def close(self, timeout: float = 1.0) -> None:
        """Send what waits, for ``timeout`` seconds at most, and hang up."""
        self._outbox.put(None)
        self._writer.join(timeout)
        _wake(self._connection)

    def _write(self) -> None:
        with contextlib.suppress(OSError):  # the reader notices, too
            while (data := self._outbox.get()) is not None:
                self._connection.send_bytes(data)

    def _read(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                data = self._connection.recv_bytes(MAX_BYTES)
                try:
                    message = from_bytes(data)
                except LinkError as error:
                    message = Failed(None, "bad_message", error.what, error.remedy)
                self._receive(message)
        _wake(self._connection)
        self._outbox.put(None)
        self._writer.join()
        self._connection.close()
        self._closed()


class Door:
    """Where the host waits for its one panel; everyone else is turned away.

    Args:
        opened: Called in a thread with the connection of the first that proves the secret; the door
            is closed by then.
        turned_away: Called in a thread with the reason when someone failed to.
        patience: Seconds in which a stranger must have proved the secret.
    """

    def __init__(
        self,
        opened: Callable[[Connection], None],
        turned_away: Callable[[str], None] = lambda _: None,
        patience: float = HANDSHAKE_SECONDS,
    ) -> None:
        self._opened = opened
        self._turned_away = turned_away
        self._patience = patience
        self._strangers = threading.BoundedSemaphore(_MAX_STRANGERS)
        self._shutting = threading.Lock()  # taken once, by whoever shuts the door
        self._shut = threading.Event()
        self._folder: Path | None = None
        self._listener = self._listen()
        self.invitation = Invitation(self._listener.address, secrets.token_bytes(32))
        threading.Thread(target=self._accept, name="link door", daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more; what was let in stays."""
        if self._shutting.acquire(blocking=False):
            self._dismantle()

    def _dismantle(self) -> None:
        self._shut.set()
        with contextlib.suppress(*_BROKEN):  # wakes the accepting thread
            Client(self._listener.address).close()
        with contextlib.suppress(OSError):  # somebody tidied the temporary folder
            self._listener.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> Listener:
        if sys.platform == "win32":
            return Listener(rf"\\.\pipe\lumiphone-{secrets.token_hex(16)}", "AF_PIPE")
        self._folder = Path(tempfile.mkdtemp(prefix="lumiphone-"))  # nobody else's to enter
        address = str(self._folder / "link")
        if len(os.fsencode(address)) > _MAX_SOCKET_PATH:
            return Listener(("127.0.0.1", 0), "AF_INET", backlog=_MAX_STRANGERS)
        return Listener(address, "AF_UNIX", backlog=_MAX_STRANGERS)

    def _accept(self) -> None:
        while not self._shut.is_set():
            try:
                connection = self._listener.accept()
            except OSError:  # hung up before it was taken, or no descriptor is free
                self._shut.wait(0.05)
                continue
            if self._shut.is_set() or not self._strangers.acquire(blocking=False):
                connection.close()
                self._turned_away("the door is shut, or too many stand before it")
                continue
            threading.Thread(target=self._ask, args=(connection,), daemon=True).start()

    def _ask(self, connection: Connection) -> None:
        impatience = threading.Timer(self._patience, _wake, (connection,))
        impatience.daemon = True
        impatience.start()
        try:
            deliver_challenge(connection, self.invitation.secret)
            answer_challenge(connection, self.invitation.secret)
        except _BROKEN as error:
            connection.close()
            self._turned_away(str(error) or "it hung up")
            return
        finally:
            impatience.cancel()
            self._strangers.release()
        if self._shutting.acquire(blocking=False):
            self._dismantle()
            self._opened(connection)
        else:
            connection.close()


def join(
    invitation: Invitation, receive: Callable[[Message], None], closed: Callable[[], None]
) -> Channel:
    """Open the panel's side of the link; see :class:`Channel`.

    Raises:
        LinkError: Nobody listens there, or the secret is another one.
    """
    remedy = "Close the panel and open it again from the editor"
    try:
        connection = Client(invitation.address, authkey=invitation.secret)
    except AuthenticationError as error:
        raise LinkError("The editor does not know this panel (wrong secret)", remedy) from error
    except _BROKEN as error:
        raise LinkError(f"The editor cannot be reached ({error})", remedy) from error
    return Channel(connection, receive, closed)


def _wake(connection: Connection) -> None:
    """End the connection under a thread that waits in it; that thread then closes it."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            connection.close()
        else:
            # Closing the descriptor would neither wake the thread nor keep it from one that a
            # newly opened file got.
            with socket.socket(fileno=os.dup(connection.fileno())) as twin:
                twin.shutdown(socket.SHUT_RDWR)
