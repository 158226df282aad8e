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
