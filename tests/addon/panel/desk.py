"""A panel's session between an engine and an editor that say what a test wants."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from addon import messages as m
from addon.panel.listener import Listener
from addon.panel.session import Session
from engine import protocol as p

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = Fraction(24000, 1001)
WALK = m.Clip("walk-id", "walk", "/film/walk.mov", 48, RATE, "/film/takes", Fraction(1, 2))
FALL = m.Clip("fall-id", "fall", "/film/fall.mov", 24, RATE, "/film/takes")
SHEET = {"rate": "25", "events": [{"seconds": 0.5, "strength": 1.0, "kind": "step"}], "curves": {}}
HELLO = m.Hello(m.LINK_VERSION, "Blender", "5.0.1")


class ScriptedEngine:
    """Notes what it is asked and says what the test wants."""

    def __init__(self, receive: Callable[[p.Reply], None]) -> None:
        self.receive = receive
        self.asked: list[Any] = []
        self.closed = False

    def send(self, request: p.Request) -> None:
        self.asked.append(request)

    def close(self) -> None:
        self.closed = True


class ScriptedHost:
    is_editor = True

    def __init__(self, receive: Callable[[m.Message], None], gone: Callable[[], None]) -> None:
        self.receive = receive
        self.gone = gone
        self.told: list[Any] = []

    def send(self, message: m.PanelMessage) -> None:
        self.told.append(message)

    def close(self) -> None:
        self.told.append("hung up")


class Notes(Listener):
    """Every call, as (name, arguments)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - as object has it
        if name.startswith("on_"):
            return lambda *arguments: self.calls.append((name, arguments))
        return super().__getattribute__(name)

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for called, arguments in self.calls if called == name]


class Desk:
    """A session between a scripted engine and a scripted host."""

    engine: ScriptedEngine
    host: ScriptedHost

    def __init__(self) -> None:
        self.session = Session(self._engine, self._host)
        self.notes = Notes()
        self.session.listen(self.notes)

    def _engine(self, receive: Callable[[p.Reply], None]) -> ScriptedEngine:
        self.engine = ScriptedEngine(receive)
        return self.engine

    def _host(self, receive: Callable[[m.Message], None], gone: Callable[[], None]) -> ScriptedHost:
        self.host = ScriptedHost(receive, gone)
        return self.host

    def hear(self, *said: m.Message | p.Reply) -> None:
        for word in said:
            if isinstance(word, p.Reply):
                self.engine.receive(word)
            else:
                self.host.receive(word)
        self.session.pump()

    def told(self, kind: type) -> list[Any]:
        return [message for message in self.host.told if isinstance(message, kind)]

    def generating(self, *clips: m.Clip, settings: m.Settings | None = None) -> list[str]:
        """Start job "j" from the editor and return the engine's ids of its orders."""
        self.hear(m.Generate("j", clips, settings or m.Settings()))
        return [request.id for request in self.engine.asked if isinstance(request, p.Generate)]


def take_file(tmp_path: Path, number: int = 1) -> p.TakeFile:
    sidecar = tmp_path / f"take-{number}.json"
    sidecar.write_text(json.dumps({"suggested_prompt": "steps", "pack": {"id": "tiny"}}))
    wav = str(tmp_path / f"take-{number}.wav")
    return p.TakeFile(number, 7, wav, None, str(sidecar), 96_096, 48_000)
