from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.media.reader import open_clip
from engine.training.evaluation.held_out_clips import load_clips

if TYPE_CHECKING:
    from pathlib import Path


def write_truth(folder: Path, name: str, times: list[float]) -> None:
    about = {"prompt": f"sound of {name}", "events": [{"seconds": time} for time in times]}
    (folder / f"{name}.json").write_text(json.dumps(about), "utf-8")


def test_clips_with_contacts_come_first(tmp_path: Path) -> None:
    write_truth(tmp_path, "a silent one", [])
    write_truth(tmp_path, "hammer", [0.5, 1.5])
    hammer, silent = load_clips(tmp_path)
    assert (hammer.name, hammer.words, hammer.times) == ("hammer", "sound of hammer", (0.5, 1.5))
    assert hammer.path == tmp_path / "hammer.mp4"
    assert silent.times == ()


def test_a_folder_without_contacts_is_refused(tmp_path: Path) -> None:
    write_truth(tmp_path, "a silent one", [])
    with pytest.raises(InputError, match="holds no clips with their true contacts"):
        load_clips(tmp_path)


def test_the_clips_of_the_checkout_can_be_opened_and_their_contacts_lie_in_them() -> None:
    clips = load_clips()
    assert sum(bool(clip.times) for clip in clips) >= 10
    assert sum(not clip.times for clip in clips) >= 4
    for clip in clips:
        opened = open_clip(clip.path)
        assert not opened.has_audio
        assert all(0 < time < opened.duration for time in clip.times), clip.name


def test_all_clips_of_the_checkout_together_are_small() -> None:
    clips = load_clips()
    assert sum(clip.path.stat().st_size for clip in clips) < 1_500_000
