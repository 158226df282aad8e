from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from engine.media.loudness import CEILING_DB, true_peak_db
from engine.media.reader import never
from engine.pipeline import Engine
from engine.progress import unheard
from engine.request import Request
from engine.timeline.edit import read_edit
from engine.timeline.plan import Choice
from engine.timeline.planning import make_plan
from engine.timeline.sounding import Sounding
from tests.flashes import flash_film
from tests.timeline.edits import FLASHES, FRAMES, RATE, clip, timeline, track

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.packs.manifest import Stem
    from engine.progress import Cancelled, Progress
    from engine.source import Source
    from engine.takes import Take

STEMS: tuple[Stem, ...] = ("effects", "ambience", "score")


class CountingEngine(Engine):
    """Notes for which stems it was asked, clip by clip."""

    asked: list[tuple[Stem, ...]]

    def takes(
        self,
        source: Source,
        request: Request,
        progress: Progress = unheard,
        cancelled: Cancelled = never,
    ) -> Iterator[Take]:
        self.asked.append(request.stems)
        return super().takes(source, request, progress, cancelled)


@pytest.fixture
def engine(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> CountingEngine:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    engine = CountingEngine.load("tiny", device="cpu")
    engine.asked = []
    return engine


@pytest.fixture
def edit(tmp_path: Path) -> Path:
    """Two short clips."""
    film = flash_film(tmp_path / "films", "dog.mp4", flashes=FLASHES, frames=FRAMES, rate=RATE)
    path = tmp_path / "edit.otio"
    otio.adapters.write_to_file(
        timeline(track("V1", clip(film, 10, 24), clip(film, 50, 30))), str(path)
    )
    return path


def sounding(engine: Engine, edit: Path, folder: Path) -> Sounding:
    plan = make_plan(read_edit(edit), Choice(), STEMS)
    levels: dict[Stem, float] = dict.fromkeys(STEMS, 12.0)
    return Sounding(engine, plan, Request(stems=STEMS, levels=levels, seed=5), folder)


def test_the_stems_of_a_clip_are_made_together_and_leave_room_for_each_other(
    engine: CountingEngine, edit: Path, tmp_path: Path
) -> None:
    told: list[float] = []
    run = sounding(engine, edit, tmp_path / "out")
    results = run.run(lambda _stage, done: told.append(done), lambda: False)
    assert engine.asked == [STEMS, STEMS]
    assert [result.job.stem for result in results] == [*STEMS, *STEMS]
    for number in (1, 2):
        parts = [
            soundfile.read(r.wav, dtype="float32")[0] for r in results if r.job.number == number
        ]
        assert all(np.abs(part).max() > 0.01 for part in parts)
        assert true_peak_db(np.sum(parts, axis=0).T) < CEILING_DB
    assert told == sorted(told)


def test_a_stem_that_is_lost_is_made_as_it_was_beside_the_others(
    engine: CountingEngine, edit: Path, tmp_path: Path
) -> None:
    before = sounding(engine, edit, tmp_path / "out").run(lambda *_: None, lambda: False)
    lost = before[4]
    kept = lost.wav.read_bytes()
    lost.wav.unlink()
    after = sounding(engine, edit, tmp_path / "out").run(lambda *_: None, lambda: False)
    assert [result.fresh for result in after] == [False] * 4 + [True, False]
    assert lost.wav.read_bytes() == kept
