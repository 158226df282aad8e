from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.inference.events import Motion
from engine.training.motion.evaluate import best_threshold, from_folders, judge, table
from engine.training.motion.stage import event_kinds
from engine.training.motion.targets import targets
from engine.training.scenes.clip import LabelledClip
from engine.training.scenes.scene import KINDS, Contact

pytestmark = pytest.mark.training

CONTACTS = (Contact(0.51, 0.8), Contact(1.2, 0.5, "footstep"), Contact(1.93, 0.9, "splash"))


def _clip(contacts: tuple[Contact, ...] = CONTACTS) -> LabelledClip:
    silence = np.zeros(60, np.float32)
    return LabelledClip(np.zeros((60, 64, 64), np.uint8), contacts, silence, ("made up",))


def _perfect(clip: LabelledClip, certainty: float = 1.0) -> Motion:
    truth = targets(clip.contacts, len(clip.pictures), clip.energy)
    events = certainty * truth.event[:, None] * truth.kind
    return Motion(events, truth.strength, truth.offset, truth.curves)


def test_the_truth_judged_as_an_answer_is_right_in_time_and_kind() -> None:
    clip = _clip()

    result = judge("made up", clip, _perfect(clip), event_kinds())

    assert result.picked == pytest.approx(result.true, abs=1e-3)
    assert result.kinds_right == result.kinds_met == len(KINDS)
    assert "| made up | 1.00 | 1.00 |" in table([result])


def test_events_where_nothing_sounds_are_counted_as_false() -> None:
    silent = _clip(())

    result = judge("quiet", silent, _perfect(_clip()), event_kinds())

    # Three events in 2.4 s.
    assert "| quiet | | | | | | | 1.25 |" in table([result])


def test_the_best_threshold_lies_below_what_true_events_reach() -> None:
    clip = _clip()

    threshold, score = best_threshold([("made up", clip)], [_perfect(clip, 0.45)])

    assert threshold < 0.45
    assert score == 1


def test_scenes_of_another_renderer_are_read_with_their_truth(tmp_path: Path) -> None:
    folder = tmp_path / "knock"
    folder.mkdir()
    for index in range(3):
        cv2.imwrite(str(folder / f"{index:04d}.png"), np.full((54, 96), 80 * index, np.uint8))
    (folder / "truth.json").write_text('[[0.06, "impact"]]', "utf-8")

    [(name, clip)] = from_folders(tmp_path)

    assert name == "knock"
    assert [int(picture[32, 32]) for picture in clip.pictures] == [0, 80, 160]
    assert clip.contacts == (Contact(0.06, 1.0),)
