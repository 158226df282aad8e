from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.cues import CueSheet
from engine.errors import InputError
from engine.training.bank.store import Bank
from engine.training.clips import composer as composing
from engine.training.clips.composer import CLIP_SAMPLES, MODES, Clip, Composer
from engine.training.clips.onsets import SAMPLE_RATE, detect_onsets
from engine.training.clips.palette import Palette, event_onsets
from engine.training.clips.rooms import Surroundings
from engine.training.clips.shards import clip_random
from tests.training.small_bank import click, write_small_bank

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    folder: Path = tmp_path_factory.mktemp("bank")
    write_small_bank(folder)
    return Composer(Palette(Bank(folder), "train"))


@pytest.fixture(scope="module")
def clips(composer: Composer) -> list[Clip]:
    return [composer.compose(clip_random(0, index)) for index in range(40)]


def test_a_clip_is_8_seconds_of_mono_sound_within_full_scale(clips: list[Clip]) -> None:
    for clip in clips:
        assert clip.audio.shape == (CLIP_SAMPLES,)
        assert clip.audio.dtype == np.float32
        assert 0 < float(np.abs(clip.audio).max()) <= 1


def test_every_clip_can_be_asked_for(clips: list[Clip]) -> None:
    for clip in clips:
        assert clip.captions
        assert {type(caption) for caption in clip.captions} == {str}  # none of NumPy's


def test_all_ways_of_composing_occur(clips: list[Clip]) -> None:
    modes = {clip.mode for clip in clips}
    assert {"rhythm", "excerpt", "scene", "single", "music"} <= modes


def test_a_clip_belongs_to_a_stem_unless_it_takes_several(clips: list[Clip]) -> None:
    stems = {mode: {clip.stem for clip in clips if clip.mode == mode} for mode in MODES}
    assert stems["rhythm"] == {"effects"} == stems["single"]
    assert "ambience" in stems["excerpt"] <= {"effects", "ambience"}
    assert stems["music"] == {"score"}
    assert stems["scene"] == {None}


def test_a_clip_depends_only_on_its_random_state(composer: Composer, clips: list[Clip]) -> None:
    for index in (3, 17, 31):
        again = composer.compose(clip_random(0, index))
        assert np.array_equal(again.audio, clips[index].audio)
        assert again.captions == clips[index].captions
        assert again.sheet == clips[index].sheet
    assert not np.array_equal(composer.compose(clip_random(1, 3)).audio, clips[3].audio)


def test_the_cue_sheet_survives_its_json_form(clips: list[Clip]) -> None:
    for clip in clips:
        sheet = CueSheet.from_json(clip.sheet.to_json(), "clip")
        assert len(sheet.events) == len(clip.sheet.events)
        assert len(sheet.curves["energy"]) == 201


def test_events_are_placed_to_the_millisecond(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "draw_surroundings", lambda _random: Surroundings())
    checked = 0
    for index in range(40):
        clip = composer.compose(clip_random(7, index))
        if clip.mode != "single":
            continue
        checked += 1
        (event,) = clip.sheet.events
        found = min(detect_onsets(clip.audio), key=lambda o: abs(o.sample - event.seconds * 48_000))
        assert abs(found.sample / SAMPLE_RATE - event.seconds) < 0.005
    assert checked


def test_a_quiet_clip_is_quiet_and_without_events(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "MODES", {"quiet": 1.0})
    clip = composer.compose(clip_random(0, 0))
    assert clip.sheet.events == ()
    assert float(np.sqrt(np.square(clip.audio).mean())) < 10 ** (-50 / 20)


def test_a_scene_names_its_dominant_sound_first(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "MODES", {"scene": 1.0})
    for index in range(8):
        clip = composer.compose(clip_random(0, index))
        bed_first = clip.category in ("RAIN", "WATRFlow")
        first = clip.captions[0]
        bed_at = re.search("rain|river", first)
        event_at = re.search("knock|step|walking|running", first)
        assert bed_at is not None
        assert event_at is not None
        assert (bed_at.start() < event_at.start()) == bed_first


def test_one_tenth_is_marked_to_go_without_caption(composer: Composer) -> None:
    short = Composer(composer._palette, 48_000)
    free = sum(short.compose(clip_random(2, index)).caption_free for index in range(200))
    assert 6 < free < 40


@pytest.mark.parametrize("samples", [1000, CLIP_SAMPLES + 1])
def test_lengths_that_do_not_fit_are_refused(composer: Composer, samples: int) -> None:
    with pytest.raises(InputError, match=str(samples)):
        Composer(composer._palette, samples)


def test_heel_and_toe_are_one_event() -> None:
    step = np.zeros(20_000, np.float32)
    for place in (0, 3000):
        step[place : place + len(click(0.05))] += click(0.05)
    assert [onset.sample for onset in event_onsets(step)] == [0]


def test_a_soft_attack_still_has_an_onset() -> None:
    swell = np.linspace(0, 1, SAMPLE_RATE, dtype=np.float32)
    tone = swell * np.sin(np.arange(SAMPLE_RATE) * 0.05).astype(np.float32)
    assert len(event_onsets(tone)) >= 1
