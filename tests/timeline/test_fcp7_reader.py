"""Final Cut Pro 7 XML as other programs write it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.timeline.edit import read_edit
from tests.timeline.edits import RATE

if TYPE_CHECKING:
    from pathlib import Path

    from engine.timeline.sequence import Placed

NTSC = "<rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate>"
FILE = f"""<file id="f"><pathurl>file://localhost/films/a%20b.mov</pathurl>{NTSC}
<duration>500</duration><timecode>{NTSC}<string>00:00:41:16</string></timecode></file>"""


def item(start: int, end: int, first: int, last: int, more: str = "") -> str:
    return f"""<clipitem><name>c</name>{NTSC}<start>{start}</start><end>{end}</end>
    <in>{first}</in><out>{last}</out><file id="f"/>{more}</clipitem>"""


def transition(start: int, end: int, alignment: str = "center") -> str:
    return f"""<transitionitem><start>{start}</start><end>{end}</end>
    <alignment>{alignment}</alignment></transitionitem>"""


def retimed(speed: str, more: str = "") -> str:
    return f"""<filter><effect><effectid>timeremap</effectid><parameter>
    <parameterid>speed</parameterid><value>{speed}</value></parameter>{more}</effect></filter>"""


def edit(folder: Path, *items: str) -> Path:
    path = folder / "edit.xml"
    path.write_text(
        f"""<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="4"><sequence id="s">
        <name>reel</name>{NTSC}<timecode>{NTSC}<frame>86400</frame></timecode><media><video>
        <track>{"".join(items)}</track><track><enabled>FALSE</enabled>{item(0, 9, 0, 9)}</track>
        </video></media></sequence><bin>{FILE}</bin></xmeml>""",
        "utf-8",
    )
    return path


def clips(folder: Path, *items: str) -> list[tuple[float, ...]]:
    found: tuple[Placed, ...] = read_edit(edit(folder, *items)).tracks[0].clips
    return [(c.first, c.end, float(c.media_start * RATE), c.fade_in, c.fade_out) for c in found]


def test_a_file_defined_elsewhere_is_found_by_its_id(tmp_path: Path) -> None:
    sequence = read_edit(edit(tmp_path, item(5, 15, 100, 110)))
    (clip,) = sequence.tracks[0].clips
    assert (sequence.rate, sequence.start) == (RATE, 86400)
    assert clip.media is not None
    assert str(clip.media.path) == "/films/a b.mov"
    assert (clip.media.start, clip.media.duration) == (1000 / RATE, 500 / RATE)
    assert sequence.tracks[1].clips == ()  # its track is switched off


def test_ends_left_to_a_transition_are_the_transitions(tmp_path: Path) -> None:
    row = (item(0, -1, 10, 66), transition(44, 56), item(-1, 90, 200, 246))
    assert clips(tmp_path, *row) == [(0, 56, 10, 0, 12), (44, 90, 200, 12, 0)]


def test_ends_stated_as_cuts_are_extended_by_the_transition(tmp_path: Path) -> None:
    row = (item(0, 50, 10, 60), transition(44, 56), item(50, 90, 206, 246))
    assert clips(tmp_path, *row) == [(0, 56, 10, 0, 12), (44, 90, 200, 12, 0)]


@pytest.mark.parametrize(
    ("alignment", "cut"), [("start", 44), ("center", 50), ("end-black", 56), ("start-black", 44)]
)
def test_the_alignment_says_where_the_cut_is(tmp_path: Path, alignment: str, cut: int) -> None:
    row = (item(0, -1, 10, 66), transition(44, 56, alignment), item(-1, 90, 200, 246))
    (found,) = read_edit(edit(tmp_path, *row)).tracks[0].transitions
    assert found.cut == cut


def test_a_fade_from_black_fades_the_sound_too(tmp_path: Path) -> None:
    row = (transition(10, 22, "start-black"), item(-1, 40, 5, 35))
    assert clips(tmp_path, *row) == [(10, 40, 5, 12, 0)]


@pytest.mark.parametrize(("first", "last"), [(50, 70), (100, 140)], ids=["as shown", "of the file"])
def test_in_of_a_fast_clip_counts_frames_as_shown_or_the_files(
    tmp_path: Path, first: int, last: int
) -> None:
    (clip,) = read_edit(edit(tmp_path, item(0, 20, first, last, retimed("200")))).tracks[0].clips
    assert (clip.speed, clip.media_start) == (Fraction(2), 100 / RATE)
    assert clip.frames == 20


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        (retimed("-100"), "plays backwards; render it first"),
        (retimed("0"), "stands still"),
        (
            retimed(
                "150",
                "<parameter><parameterid>variablespeed</parameterid><value>1</value></parameter>",
            ),
            "changes its speed along the way; render it first",
        ),
    ],
)
def test_what_cannot_be_sounded_says_why(tmp_path: Path, change: str, obstacle: str) -> None:
    (clip,) = read_edit(edit(tmp_path, item(0, 20, 10, 30, change))).tracks[0].clips
    assert clip.obstacle == obstacle


def test_a_nested_sequence_is_laid_out_flat(tmp_path: Path) -> None:
    nest = f"""<clipitem><name>n</name>{NTSC}<start>100</start><end>130</end><in>5</in><out>35</out>
    <sequence id="n"><name>n</name>{NTSC}<media><video><track>{item(0, 20, 7, 27)}
    {item(20, 60, 40, 80)}</track></video></media></sequence></clipitem>"""
    assert clips(tmp_path, nest) == [(100, 115, 12, 0, 0), (115, 130, 40, 0, 0)]


def test_a_nest_that_holds_itself_is_refused(tmp_path: Path) -> None:
    nest = f"""<clipitem><name>n</name><start>0</start><end>30</end><in>0</in><out>30</out>
    <sequence id="n">{NTSC}<media><video><track><clipitem><name>n</name><start>0</start>
    <end>30</end><in>0</in><out>30</out><sequence id="n"/></clipitem></track></video></media>
    </sequence></clipitem>"""
    with pytest.raises(InputError, match="holds itself"):
        clips(tmp_path, nest)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.edl", "TITLE: A", "EDL"),
        ("a.fcpxml", "<fcpxml/>", "Final Cut Pro X"),
        ("a.xml", "<fcpxml/>", "another kind"),
        ("a.xml", "<xmeml", "cannot be read as XML"),
        ("a.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><xmeml>&a;</xmeml>", "cannot be read as XML"),
        ("a.xml", "<xmeml><sequence/></xmeml>", "0 sequences"),
        ("a.xml", f"<xmeml><sequence>{NTSC}<media/></sequence></xmeml>", "no pictures"),
        ("a.xml", "<xmeml><sequence><media/></sequence></xmeml>", "0 pictures a second"),
        ("a.otio", "{}", "cannot be read as OTIO|holds a"),
        ("a.otio", "no", "cannot be read as OTIO"),
        ("a.otio", '{"OTIO_SCHEMA": "Gap.1"}', "holds a Gap"),
        ("a.txt", "", "no edit that Lumiphone knows"),
    ],
)
def test_what_is_no_edit_is_refused_with_a_remedy(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=reason) as caught:
        read_edit(path)
    assert "xport" in caught.value.remedy or "rate" in caught.value.remedy


def test_a_missing_edit_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no edit"):
        read_edit(tmp_path / "gone.otio")
