from __future__ import annotations

import contextlib
import os
import queue
import shutil
import socket
import struct
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.errors import LinkError
from addon.link import Channel, Door, Invitation, join
from addon.messages import Cancel, Failed, Markers, Message, Progress, Show
from addon.wire import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="strangers come over Unix sockets here")


PATIENCE = 60.0  # seconds; a busy machine is no fault of the code


class Side:
    """One end of a link, with what came in."""

    def __init__(self) -> None:
        self.inbox: queue.Queue[Message] = queue.Queue()
        self.closed = threading.Event()
        self.channel: Channel

    def over(self, connection: Connection) -> None:
        self.channel = Channel(connection, self.inbox.put, self.closed.set)

    def next(self) -> Message:
        return self.inbox.get(timeout=PATIENCE)


class House:
    """A host's side of the link."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.host = Side()
        self.arrived = threading.Event()
        self.reasons: queue.Queue[str] = queue.Queue()
        self.door = Door(self._let_in, self.reasons.put, patience)

    @property
    def address(self) -> str:
        assert isinstance(self.door.invitation.address, str)
        return self.door.invitation.address

    def _let_in(self, connection: Connection) -> None:
        self.host.over(connection)
        self.arrived.set()

    def join(self) -> Side:
        panel = Side()
        panel.channel = join(self.door.invitation, panel.inbox.put, panel.closed.set)
        assert self.arrived.wait(PATIENCE)
        return panel

    def stranger(self) -> socket.socket:
        knock = socket.socket(socket.AF_UNIX)
        knock.connect(self.address)
        knock.settimeout(PATIENCE)
        return knock

    def close(self) -> None:
        self.door.close()
        if self.arrived.is_set():
            self.host.channel.close()


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.close()


@pytest.fixture
def pair(house: House) -> Iterator[tuple[Side, Side]]:
    panel = house.join()
    yield house.host, panel
    panel.channel.close()


def test_messages_arrive_in_order_both_ways(pair: tuple[Side, Side]) -> None:
    host, panel = pair
    for i in range(200):
        host.channel.send(Cancel(str(i)))
        panel.channel.send(Progress("job", "sampling", i / 200))
    assert [panel.next() for _ in range(200)] == [Cancel(str(i)) for i in range(200)]
    assert [host.next() for _ in range(200)][-1] == Progress("job", "sampling", 199 / 200)


def test_a_megabyte_passes_whole(pair: tuple[Side, Side]) -> None:
    host, panel = pair
    host.channel.send(Cancel("x" * 2**20))
    assert panel.next() == Cancel("x" * 2**20)


def test_sending_never_waits_for_a_peer_that_does_not_read(house: House) -> None:
    with Client(house.address, authkey=house.door.invitation.secret):
        assert house.arrived.wait(PATIENCE)
        start = time.monotonic()
        for _ in range(20):
            house.host.channel.send(Cancel("x" * 2**20))
        assert time.monotonic() - start < 5
        house.host.channel.close(timeout=0.1)
        assert house.host.closed.wait(PATIENCE)


def test_hanging_up_is_noticed_on_the_other_side(pair: tuple[Side, Side]) -> None:
    host, panel = pair
    host.channel.send(Show())
    host.channel.close()
    assert panel.next() == Show()  # what was sent before still arrives
    assert panel.closed.wait(PATIENCE)
    assert host.closed.wait(PATIENCE)
    panel.channel.send(Cancel("too late"))  # is dropped


def test_the_address_is_in_a_folder_of_the_user_alone_that_goes_with_the_door() -> None:
    house = House()
    folder = Path(house.address).parent
    assert folder.stat().st_mode & 0o077 == 0
    house.close()
    assert not folder.exists()
    house.close()  # twice is no harm


def test_a_door_closes_even_if_somebody_tidied_the_temporary_folder() -> None:
    house = House()
    shutil.rmtree(Path(house.address).parent)
    house.close()


def test_the_door_is_shut_behind_the_one_that_came_in(house: House) -> None:
    panel = house.join()
    assert not Path(house.address).exists()
    with pytest.raises(LinkError, match="cannot be reached"):
        join(house.door.invitation, panel.inbox.put, panel.closed.set)
    panel.channel.close()


def test_a_wrong_secret_is_refused_with_a_reason_and_the_right_one_still_gets_in(
    house: House,
) -> None:
    wrong = replace(house.door.invitation, secret=b"guess")
    with pytest.raises(LinkError, match="wrong secret"):
        join(wrong, house.host.inbox.put, house.host.closed.set)
    assert "digest" in house.reasons.get(timeout=PATIENCE)
    house.join().channel.close()


def test_a_host_that_does_not_know_the_secret_is_refused_by_the_panel(house: House) -> None:
    mine = house.door.invitation
    impostor = Door(lambda _: None)
    try:
        asked = replace(mine, address=impostor.invitation.address)
        with pytest.raises(LinkError, match="wrong secret"):
            join(asked, house.host.inbox.put, house.host.closed.set)
    finally:
        impostor.close()


def test_half_open_connections_keep_nobody_out(house: House) -> None:
    silent = [house.stranger() for _ in range(5)]
    house.join().channel.close()
    for knock in silent:
        knock.close()


def test_a_crowd_is_turned_away_and_after_it_the_panel_gets_in() -> None:
    house = House(patience=0.5)
    crowd = [house.stranger() for _ in range(40)]
    assert "too many" in house.reasons.get(timeout=PATIENCE)
    for _ in range(20):
        time.sleep(1)  # their time is over, though none hung up
        with contextlib.suppress(LinkError):
            house.join().channel.close()
            break
    assert house.arrived.is_set()
    for knock in crowd:
        knock.close()
    house.close()


@pytest.mark.parametrize("start", [b"", b"\x00\x00", b"\x00\x00\x01\x00half"])
def test_a_stranger_who_stops_talking_is_hung_up_on(start: bytes) -> None:
    house = House(patience=0.2)
    with house.stranger() as knock:
        knock.sendall(start)
        while knock.recv(4096):  # the challenge, then the end
            pass
    assert house.reasons.get(timeout=PATIENCE)
    house.close()


@given(st.binary(max_size=300))
def test_garbage_before_the_handshake_is_refused(garbage: bytes) -> None:
    house = House()
    with house.stranger() as knock:
        knock.sendall(garbage)
        knock.shutdown(socket.SHUT_WR)
        assert house.reasons.get(timeout=PATIENCE)
    house.join().channel.close()
    house.close()


def test_a_handshake_message_of_gigabytes_is_refused(house: House) -> None:
    with house.stranger() as knock:
        knock.sendall(struct.pack("!iQ", -1, 2**40))
        assert house.reasons.get(timeout=PATIENCE)
    house.join().channel.close()


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=5))
def test_garbage_after_the_handshake_is_reported_and_the_link_goes_on(
    garbage: list[bytes],
) -> None:
    house = House()
    with Client(house.address, authkey=house.door.invitation.secret) as panel:
        for data in garbage:
            panel.send_bytes(data)
        panel.send_bytes(b'{"type": "cancelled", "job": "7"}')
        assert house.arrived.wait(PATIENCE)
        for _ in garbage:
            failed = house.host.next()
            assert isinstance(failed, Failed)
            assert failed.code == "bad_message"
            assert failed.remedy
        assert getattr(house.host.next(), "job", None) == "7"
    house.close()


def test_a_message_over_the_limit_ends_the_link_before_it_is_read(house: House) -> None:
    with Client(house.address, authkey=house.door.invitation.secret) as panel:
        assert house.arrived.wait(PATIENCE)
        os.write(panel.fileno(), struct.pack("!i", MAX_BYTES + 1))
        assert house.host.closed.wait(PATIENCE)


def test_a_message_that_is_too_long_is_refused_on_the_sender_s_side(
    pair: tuple[Side, Side],
) -> None:
    host, panel = pair
    with pytest.raises(LinkError, match="too long"):
        host.channel.send(Markers("c" * MAX_BYTES, ()))
    host.channel.send(Show())
    assert panel.next() == Show()


def test_where_the_temporary_folder_s_name_is_too_long_the_link_is_local_tcp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: str(deep))
    house = House()
    assert house.door.invitation.address[0] == "127.0.0.1"
    house.join().channel.close()
    house.close()


@given(st.text(max_size=50))
def test_a_line_that_is_no_invitation_is_refused(line: str) -> None:
    with pytest.raises(LinkError, match="without an address"):
        Invitation.from_line(line)


@pytest.mark.parametrize("address", ["/tmp/link", ("127.0.0.1", 4711)])  # noqa: S108 - not opened
def test_an_invitation_comes_back_as_it_was(address: str | tuple[str, int]) -> None:
    invitation = Invitation(address, bytes(range(32)))
    assert Invitation.from_line(invitation.to_line()) == invitation
