"""What a batch takes over of an earlier run's index, whatever became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.batch.index import JobIndex

if TYPE_CHECKING:
    from pathlib import Path

STEPS = 25


def test_the_pace_of_an_earlier_run_is_known_for_as_many_steps(tmp_path: Path) -> None:
    first = JobIndex(tmp_path)
    first.learn(STEPS, sound=8.0, seconds=2.0)
    first.write()
    again = JobIndex(tmp_path)
    assert again.pace(STEPS) == 0.25
    assert again.pace(STEPS + 1) is None


@pytest.mark.parametrize("name", ["sound", "seconds"])
@pytest.mark.parametrize("figure", ["fast", None, [1], {}, -1, float("nan"), 10**400])
def test_a_pace_that_is_no_figure_is_not_known_and_is_learned_anew(
    tmp_path: Path, name: str, figure: object
) -> None:
    pace = {"steps": STEPS, "sound": 8.0, "seconds": 2.0, name: figure}
    (tmp_path / "index.json").write_text(json.dumps({"pace": pace}), "utf-8")
    index = JobIndex(tmp_path)
    assert index.pace(STEPS) is None
    index.learn(STEPS, sound=4.0, seconds=2.0)
    assert index.pace(STEPS) == 0.5


def test_a_pace_without_its_figures_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(json.dumps({"pace": {"steps": STEPS}}), "utf-8")
    index = JobIndex(tmp_path)
    assert index.pace(STEPS) is None
    index.learn(STEPS, sound=4.0, seconds=2.0)
    assert index.pace(STEPS) == 0.5


WHOLE = {
    "clip": "a.mp4",
    "state": "done",
    "seconds": 2.0,
    "takes": [{"wav": "a/take-1.wav", "seed": 1, "heard": "rain"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"takes": [{"seed": 1}]},
        {"takes": ["a/take-1.wav"]},
        {"takes": 1},
        {"seconds": "two"},
        {"state": []},
    ],
)
def test_an_entry_that_was_spoilt_by_hand_is_dropped_and_the_others_stay(
    tmp_path: Path, change: dict[str, object]
) -> None:
    spoilt = WHOLE | {"clip": "b.mp4"} | change
    (tmp_path / "index.json").write_text(json.dumps({"clips": [WHOLE, spoilt, {}]}), "utf-8")
    JobIndex(tmp_path).write()
    kept = json.loads((tmp_path / "index.json").read_text("utf-8"))["clips"]
    assert kept == [WHOLE]
    shown = (tmp_path / "index.txt").read_text("utf-8")
    assert "a/take-1.wav  seed 1  rain" in shown
