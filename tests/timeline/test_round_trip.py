"""Edits keep every cut, trim, transition and speed through both forms, and gain tracks of sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.timeline import fcp7_writer, otio_writer
from engine.timeline.edit import read_edit
from engine.timeline.sequence import Media, Placed, Sequence, Track, Transition
from engine.timeline.sound_tracks import Sound, SoundTrack
from tests.timeline.edits import HOUR, RATE
from tests.timeline.melt import audio_tracks

if TYPE_CHECKING:
    from pathlib import Path


def sound(folder: Path, first: int = 30, before: int = 4) -> list[SoundTrack]:
    length = 20 + 2 * before
    wav = folder / "a b%.wav"
    made = Sound("a b%", wav, first, 20, before, length, length * 2002, 48000)
    return [SoundTrack("FX", (made,))]


def pictures(edit: Sequence) -> list[Track]:
    return [track for track in edit.tracks if track.kind == "video"]


def test_an_edit_of_every_kind_is_laid_out_flat(reel: Path) -> None:
    edit = read_edit(reel)
    assert (edit.name, edit.rate, edit.start, edit.frames) == ("reel", RATE, HOUR, 301)
    main, nested, top = edit.tracks
    assert [(clip.name, clip.first, clip.frames) for clip in main.clips] == [
        ("dog", 0, 40),
        ("wall", 40, 30),
        ("dog", 87, 46),  # six frames longer for the dissolve
        ("wall", 121, 46),
        ("fast dog", 167, 40),
        ("dog", 207, 24),  # the nest, of which six frames were trimmed
        ("wall", 231, 30),
        ("wall", 261, 25),
        ("dog", 286, 15),
    ]
    assert [clip.media_start * RATE for clip in main.clips] == [10, 12, 50, 2, 0, 16, 50, 55, 15]
    assert main.clips[4].speed == 2
    assert [(clip.fade_in, clip.fade_out) for clip in main.clips[2:4]] == [(0, 12), (12, 0)]
    assert main.transitions == (Transition("Cross Dissolve", 121, 12, 127),)
    assert [(clip.first, clip.media_start) for clip in nested.clips] == [(237, 52 / RATE)]
    assert [clip.first for clip in top.clips] == [100, 151]
    assert [track.layer for track in edit.tracks] == [0, 1, 0]


def test_the_other_form_of_an_otio_edit_says_the_same(reel: Path, tmp_path: Path) -> None:
    edit = read_edit(reel)
    fcp7_writer.write(tmp_path / "reel.xml", edit, reel, sound(tmp_path))
    again = read_edit(tmp_path / "reel.xml")
    assert replace(again, tracks=()) == replace(edit, tracks=())
    flat = [replace(track, layer=0) for track in pictures(edit)]  # a nest's layer is a track there
    assert pictures(again) == flat
    otio_writer.write(tmp_path / "again.otio", again, tmp_path / "reel.xml", sound(tmp_path))
    assert pictures(read_edit(tmp_path / "again.otio")) == flat


def test_the_same_form_keeps_what_only_the_editor_understands(reel: Path, tmp_path: Path) -> None:
    timeline = otio.adapters.read_from_file(str(reel))
    timeline.metadata["editor"] = {"colour": "kept"}
    timeline.tracks[0][0].markers.append(otio.schema.Marker("kept"))
    otio.adapters.write_to_file(timeline, str(tmp_path / "own.otio"))
    edit = read_edit(tmp_path / "own.otio")
    otio_writer.write(tmp_path / "out.otio", edit, tmp_path / "own.otio", sound(tmp_path))
    back = otio.adapters.read_from_file(str(tmp_path / "out.otio"))
    assert [track.name for track in back.tracks] == ["Main", "Top", "FX"]
    del back.tracks[-1]
    assert back.to_json_string() == timeline.to_json_string()


def test_xml_keeps_what_only_the_editor_understands(reel: Path, tmp_path: Path) -> None:
    edit = read_edit(reel)
    first, second = tmp_path / "first.xml", tmp_path / "second.xml"
    fcp7_writer.write(first, edit, reel, sound(tmp_path))
    text = first.read_text("utf-8").replace("<video>", "<video><own>kept</own>", 1)
    first.write_text(text, "utf-8")
    fcp7_writer.write(second, read_edit(first), first, sound(tmp_path))
    assert "<own>kept</own>" in second.read_text("utf-8")
    assert [track.name for track in read_edit(second).tracks if track.kind == "audio"] == ["FX"] * 2


@pytest.mark.parametrize("form", ["otio", "xml"])
def test_another_reader_finds_sound_and_cuts_where_they_belong(
    reel: Path, tmp_path: Path, form: str
) -> None:
    edit, path = read_edit(reel), tmp_path / f"out.{form}"
    writer = {"otio": otio_writer, "xml": fcp7_writer}[form]
    writer.write(path, edit, reel, sound(tmp_path))
    timeline = otio.adapters.read_from_file(str(path))
    assert timeline.global_start_time.to_frames() == HOUR
    (track,) = audio_tracks(timeline)
    gap, clip = track
    assert (track.name, gap.duration().value, clip.duration().value) == ("FX", 30, 20)
    shown, whole = clip.source_range, clip.media_reference.available_range
    assert (whole.start_time.value, whole.duration.value) == (HOUR + 26, 28)
    assert shown.start_time.value - whole.start_time.value == 4
    main = timeline.tracks[0]
    cuts = [main.range_of_child(clip).start_time.to_frames() for clip in main.find_clips()]
    if form == "xml":
        assert cuts == [0, 40, 87, 127, 167, 207, 231, 261, 286]


def test_a_bare_path_names_the_sound_in_otio_and_an_url_in_xml(reel: Path, tmp_path: Path) -> None:
    edit = read_edit(reel)
    otio_writer.write(tmp_path / "a.otio", edit, reel, sound(tmp_path))
    fcp7_writer.write(tmp_path / "a.xml", edit, reel, sound(tmp_path))
    bare = otio.adapters.read_from_file(str(tmp_path / "a.otio")).tracks[-1][1]
    assert bare.media_reference.target_url == str(tmp_path / "a b%.wav")
    assert "/a%20b%25.wav</pathurl>" in (tmp_path / "a.xml").read_text("utf-8")
    for name in ("a.otio", "a.xml"):
        placed = read_edit(tmp_path / name).tracks[-1].clips[0]
        assert placed.media is not None
        assert placed.media.path == tmp_path / "a b%.wav"


rates = st.sampled_from([RATE, Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(50)])


@given(
    time=st.tuples(rates, st.integers(0, 23)),
    lengths=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 500)), min_size=1, max_size=6),
    starts=st.integers(0, 10**5),
    speed=st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(5, 4)]),
)
def test_any_row_of_clips_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    time: tuple[Fraction, int],
    lengths: list[tuple[int, int]],
    starts: int,
    speed: Fraction,
) -> None:
    folder, (rate, hour) = tmp_path_factory.mktemp("row"), time
    media = Media(folder / "a.mov", rate, starts / rate, 9000 / rate)
    clips, position = [], 0
    for gap, length in lengths:
        # Whole frames as shown: what xml can say.
        clips.append(Placed("a", position + gap, length, media, 7 * speed / rate, speed))
        position += gap + length
    edit = Sequence(
        name="x",
        rate=rate,
        start=hour * 3600 * round(rate),
        drop_frame=False,
        tracks=(Track("T", "video", tuple(clips)),),
    )
    source = folder / "none"
    otio_writer.write(folder / "x.otio", edit, source, sound(folder))
    fcp7_writer.write(folder / "x.xml", edit, source, sound(folder))
    for form in ("otio", "xml"):
        again = read_edit(folder / f"x.{form}")
        assert (again.rate, again.start, again.tracks[0]) == (rate, edit.start, edit.tracks[0])
