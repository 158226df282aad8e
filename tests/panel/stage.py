"""A panel with the real session, whose engine and editor are played by the test."""

from __future__ import annotations

import wave
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from addon import messages
from addon.panel.model.memory import Memory
from addon.panel.session import Session
from engine import protocol
from engine.cues import CueEvent, CueSheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from addon.messages import Clip

BASE_PACK: dict[str, Any] = {
    "id": "lumiphone-base",
    "title": "Lumiphone base",
    "licence": "GPL-3.0-only",
    "commercial_use": True,
    "bytes": 80_000_000,
    "stems": ["effects"],
    "guidance": {"text": 3.0, "cues": 1.5},
}
OTHER_PACK = BASE_PACK | {
    "id": "research",
    "title": "Research model",
    "licence": "CC-BY-NC-4.0",
    "commercial_use": False,
    "stems": ["effects", "ambience", "dialogue"],
    "usual_stems": ["effects", "ambience"],
    "levels": {"effects": 0.0, "ambience": -10.0, "dialogue": 0.0},
}


def sheet(seconds: float) -> CueSheet:
    """A sheet with an event every three quarters of a second, and two curves."""
    moments = np.arange(0.5, seconds, 0.75)
    kinds = ("impact", "footstep", "impact", "splash")
    events = tuple(
        CueEvent(float(moment), 0.4 + 0.5 * (i % 3) / 2, kinds[i % 4])
        for i, moment in enumerate(moments)
    )
    times = np.arange(round(seconds * 25)) / 25
    energy = 0.25 + 0.2 * np.sin(times * 2.1) ** 2
    onset = np.max([np.exp(-(((times - e.seconds) / 0.05) ** 2)) * e.strength for e in events], 0)
    curves = {"energy": tuple(map(float, energy)), "onset": tuple(map(float, onset))}
    return CueSheet(Fraction(25), events, curves)


def write_take(path: Path, seconds: float, cues: CueSheet, seed: int) -> Path:
    """A WAV in which every event is a decaying burst of noise."""
    rate = 48_000
    random = np.random.default_rng(seed)
    samples = 0.01 * random.standard_normal(round(seconds * rate))
    for event in cues.events:
        start = round(event.seconds * rate)
        times = np.arange(min(rate // 3, len(samples) - start)) / rate
        tone = np.sin(2 * np.pi * (180 + 120 * seed) * times) + random.standard_normal(len(times))
        samples[start : start + len(times)] += 0.3 * event.strength * tone * np.exp(-times * 14)
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(pcm[:, None], 2, axis=1).tobytes())
    return path


@dataclass
class FakeEngine:
    """Notes requests; the test answers them."""

    reply: Callable[[protocol.Reply], None]
    requests: list[protocol.Request] = field(default_factory=list)

    def send(self, request: protocol.Request) -> None:
        self.requests.append(request)

    def close(self) -> None:
        pass

    def asked(self, kind: type[Any]) -> list[Any]:
        """Requests of one kind, oldest first."""
        return [request for request in self.requests if isinstance(request, kind)]


@dataclass
class FakeEditor:
    """Offers the test's clips, and notes what the panel says."""

    tell: Callable[[messages.Message], None]
    is_editor: bool = True
    clips: tuple[Clip, ...] = ()
    heard: list[messages.Message] = field(default_factory=list)

    def send(self, message: messages.PanelMessage) -> None:
        self.heard.append(message)
        if isinstance(message, messages.WantClips):
            self.tell(messages.Clips(self.clips, message.request))

    def close(self) -> None:
        pass

    def said(self, kind: type[Any]) -> list[Any]:
        """Messages of one kind, oldest first."""
        return [message for message in self.heard if isinstance(message, kind)]


class Stage:
    """A session between a fake engine and a fake editor."""

    engine: FakeEngine
    editor: FakeEditor

    def __init__(self, clips: Sequence[Clip] = (), *, is_editor: bool = True) -> None:
        def start(reply: Callable[[protocol.Reply], None]) -> FakeEngine:
            self.engine = FakeEngine(reply)
            return self.engine

        def join(tell: Callable[[messages.Message], None], _gone: Callable[[], None]) -> FakeEditor:
            self.editor = FakeEditor(tell, is_editor, tuple(clips))
            return self.editor

        self.session = Session(start, join)
        self.memory = Memory()
        if is_editor:
            self.editor.tell(
                messages.Hello(messages.LINK_VERSION, "Blender", "5.0.1", "street.blend")
            )

    def list_packs(self, *packs: dict[str, Any]) -> None:
        """Answer the last question for packs."""
        self.engine.reply(protocol.Ready(1, "0.2", "lumiphone-base", "cpu", commercial_use=True))
        for request in self.engine.asked(protocol.Packs):
            self.engine.reply(protocol.Done(request.id, {"packs": list(packs)}))
        self.session.pump()

    def answer_looks(
        self,
        cues: CueSheet,
        suggested: str = "footsteps on a stone floor",
        warnings: Sequence[str] = (),
    ) -> None:
        """Answer all looks at clips."""
        for request in self.engine.asked(protocol.Cues):
            result: dict[str, Any] = {"cues": cues.to_json(), "warnings": list(warnings)}
            self.engine.reply(protocol.Done(request.id, result))
        for request in self.engine.asked(protocol.Suggest):
            labels = [{"label": "street", "probability": 0.31}]
            result = {"labels": labels, "suggested_prompt": suggested}
            self.engine.reply(protocol.Done(request.id, result))
        self.session.pump()

    def progress(self, stage: str, fraction: float, left: float | None) -> None:
        """Say how far the last order is."""
        order = self.engine.asked(protocol.Generate)[-1]
        self.engine.reply(protocol.Progress(order.id, stage, fraction, left))
        self.session.pump()

    def make_takes(
        self, folder: Path, seconds: float, cues: CueSheet, seeds: Sequence[int]
    ) -> None:
        """Finish takes of the last order."""
        order = self.engine.asked(protocol.Generate)[-1]
        for seed in seeds:
            number = len(list(folder.glob("take-*.wav"))) + 1
            wav = write_take(folder / f"take-{number}.wav", seconds, cues, seed)
            take = protocol.TakeFile(
                number, seed, str(wav), None, str(wav.with_suffix(".json")),
                round(seconds * 48_000), 48_000,
            )  # fmt: skip
            self.engine.reply(protocol.TakeDone(order.id, take))
        self.session.pump()

    def finish(self, warnings: Sequence[str] = ()) -> None:
        """End the last order well."""
        order = self.engine.asked(protocol.Generate)[-1]
        result = {"cues": "", "suggested_prompt": "", "warnings": list(warnings)}
        self.engine.reply(protocol.Done(order.id, result))
        self.session.pump()

    def fail(self, what: str, remedy: str) -> None:
        """End the last order badly."""
        order = self.engine.asked(protocol.Generate)[-1]
        self.engine.reply(protocol.Error(order.id, "engine_failed", what, remedy))
        self.session.pump()
