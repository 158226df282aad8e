from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.cues import CueSheet
from engine.errors import InputError
from engine.training.clips.shards import Recipe, open_audio, write_clips
from tests.training.small_bank import write_small_bank

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("bank")
    write_small_bank(folder)
    return str(folder)


def lines(folder: Path) -> list[str]:
    return (folder / "captions.jsonl").read_text("utf-8").splitlines()


def test_line_and_samples_belong_together(bank: str, tmp_path: Path) -> None:
    write_clips(Recipe(bank, "train", 0, 96_000), 4, tmp_path)
    audio = open_audio(tmp_path)
    assert audio.shape == (4, 96_000)
    assert audio.dtype == np.int16
    for line in lines(tmp_path):
        described = json.loads(line)
        assert set(described) == {"captions", "caption_free", "category", "mode", "stem", "cues"}
        assert len(CueSheet.from_json(described["cues"], "clip").curves["energy"]) == 50


def test_an_interrupted_run_goes_on_where_it_stopped(bank: str, tmp_path: Path) -> None:
    recipe = Recipe(bank, "train", 5, 96_000)
    write_clips(recipe, 6, tmp_path / "whole")
    write_clips(recipe, 3, tmp_path / "cut")
    with (tmp_path / "cut" / "captions.jsonl").open("a") as file:
        file.write('{"captions": ["half a li')
    with (tmp_path / "cut" / "audio.s16").open("ab") as file_of_samples:
        file_of_samples.write(b"\1" * 1001)
    write_clips(recipe, 6, tmp_path / "cut")
    assert lines(tmp_path / "cut") == lines(tmp_path / "whole")
    assert np.array_equal(open_audio(tmp_path / "cut"), open_audio(tmp_path / "whole"))


def test_two_workers_give_the_same_clips(bank: str, tmp_path: Path) -> None:
    recipe = Recipe(bank, "train", 1, 48_000)
    write_clips(recipe, 3, tmp_path / "one")
    write_clips(recipe, 3, tmp_path / "two", workers=2)
    assert np.array_equal(open_audio(tmp_path / "one"), open_audio(tmp_path / "two"))


def test_another_recipe_does_not_mix_in(bank: str, tmp_path: Path) -> None:
    write_clips(Recipe(bank, "train", 0, 48_000), 1, tmp_path)
    with pytest.raises(InputError, match="another recipe"):
        write_clips(Recipe(bank, "train", 1, 48_000), 1, tmp_path)


def test_a_folder_without_clips_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"engine\.training\.clips"):
        open_audio(tmp_path)
