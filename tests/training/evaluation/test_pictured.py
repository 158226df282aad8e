from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from engine.media.reader import open_clip
from engine.training.evaluation.held_out_clips import PICTURES
from engine.training.evaluation.pictured import load_subjects, write_still
from engine.training.evaluation.yamnet_package import installed, load_published

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


def test_every_subject_has_its_picture_and_says_what_must_be_heard() -> None:
    subjects = load_subjects(PICTURES)
    assert len({subject.path for subject in subjects}) == len(subjects) >= 15
    assert all(subject.path.exists() and subject.sound.classes for subject in subjects)


@pytest.mark.skipif(not installed(), reason="needs YAMNet's class names")
def test_yamnet_knows_every_class() -> None:
    known = set(load_published().class_names)
    for subject in load_subjects(PICTURES):
        assert known.issuperset(subject.sound.classes), subject.path.stem


def test_a_still_shows_its_picture_for_four_seconds(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "dark.png")
    clip = open_clip(write_still(tmp_path / "dark.png", tmp_path / "dark.mp4"))
    assert (clip.width, clip.height) == (64, 48)
    assert clip.duration == 4
