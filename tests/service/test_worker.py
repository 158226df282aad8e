from __future__ import annotations

import json
import os
import weakref
from pathlib import Path

import pytest

from engine.errors import CancelledError, InputError
from engine.protocol import ClipRange, Cues, Generate, Progress, Reply, Suggest, TakeDone, Wish
from engine.service.worker import Worker

pytestmark = pytest.mark.usefixtures("packs")

QUICK = Wish(steps=2, pack="tiny", device="cpu")


def never() -> bool:
    return False


def unheard(_reply: Reply) -> None:
    pass


def test_a_cancel_comes_between_two_steps_of_the_sampler(film: Path, tmp_path: Path) -> None:
    told: list[Progress] = []

    def tell(reply: Reply) -> None:
        if isinstance(reply, Progress) and "sampling" in reply.stage:
            told.append(reply)

    job = Generate("g", ClipRange(str(film)), Wish(steps=50, pack="tiny"), str(tmp_path / "takes"))
    with pytest.raises(CancelledError):
        Worker().run(job, tell, lambda: len(told) == 3)
    assert len(told) == 3  # of 50 steps
    assert not (tmp_path / "takes").exists()


@pytest.mark.parametrize(("effort", "steps"), [(0.5, 2), (0.6, 3), (1.0, 4), (4.0, 16), (0.01, 1)])
def test_effort_multiplies_the_steps_of_the_pack_which_are_four(
    film: Path, tmp_path: Path, effort: float, steps: int
) -> None:
    wish = Wish(pack="tiny", device="cpu", effort=effort)
    takes: list[TakeDone] = []

    def hear(reply: Reply) -> None:
        if isinstance(reply, TakeDone):
            takes.append(reply)

    Worker().run(Generate("g", ClipRange(str(film)), wish, str(tmp_path)), hear, never)
    sidecar = json.loads(Path(takes[0].take.sidecar).read_text("utf-8"))
    assert sidecar["steps"] == steps


def test_a_job_is_told_each_take_before_the_next_is_begun(film: Path, tmp_path: Path) -> None:
    told: list[str] = []

    def tell(reply: Reply) -> None:
        told.append(reply.stage if isinstance(reply, Progress) else type(reply).__name__)

    wish = Wish(steps=1, takes=2, pack="tiny")
    Worker().run(Generate("g", ClipRange(str(film)), wish, str(tmp_path)), tell, never)
    assert list(dict.fromkeys(told)) == [
        "opening the clip",
        "loading the model",
        "looking at the pictures",
        "take 1 of 2, sampling",
        "take 1 of 2, decoding",
        "writing",
        "TakeDone",
        "take 2 of 2, sampling",
        "take 2 of 2, decoding",
    ]
    assert told[-1] == "TakeDone"


def test_releasing_frees_the_model(film: Path, tmp_path: Path) -> None:
    worker = Worker()
    worker.run(Generate("g", ClipRange(str(film)), QUICK, str(tmp_path)), unheard, never)
    assert worker._engine is not None
    engine = weakref.ref(worker._engine)
    worker.release()
    assert engine() is None


def test_another_pack_takes_the_place_of_the_one_that_is_loaded(
    film: Path, feature_pack: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", f"{tiny_pack}{os.pathsep}{feature_pack}")
    worker = Worker()
    for pack in ("tiny", "features", "tiny"):
        worker.run(Cues("c", ClipRange(str(film)), pack), unheard, never)
        assert worker.loaded is not None
        assert worker.loaded.manifest.id == pack


def test_a_clip_that_was_looked_at_is_not_decoded_again_by_any_job(
    film: Path, tmp_path: Path
) -> None:
    worker = Worker()
    worker.run(Suggest("s", ClipRange(str(film)), "tiny", "cpu"), unheard, never)
    assert worker._engine is not None
    looked = worker._engine.stopwatch.seconds["decode"]
    worker.run(Cues("c", ClipRange(str(film)), "tiny", "cpu"), unheard, never)
    worker.run(Generate("g", ClipRange(str(film)), QUICK, str(tmp_path)), unheard, never)
    assert worker._engine.stopwatch.seconds["decode"] == looked
    worker.run(Cues("c", ClipRange(str(film), frames=20), "tiny", "cpu"), unheard, never)
    assert worker._engine.stopwatch.seconds["decode"] > looked


def test_a_failed_job_does_not_spoil_the_next(film: Path, tmp_path: Path) -> None:
    worker = Worker()
    clip = ClipRange(str(film))
    bad = Generate("g", clip, Wish(stems=("dialogue",), pack="tiny"), str(tmp_path))
    with pytest.raises(InputError, match="makes no dialogue"):
        worker.run(bad, unheard, never)
    takes: list[Reply] = []
    worker.run(Generate("g", clip, QUICK, str(tmp_path)), takes.append, never)
    assert any(isinstance(reply, TakeDone) for reply in takes)
