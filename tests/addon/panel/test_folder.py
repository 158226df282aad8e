from __future__ import annotations

import queue
from fractions import Fraction
from typing import TYPE_CHECKING

from addon.messages import Clips, Cue, Failed, Markers, Message, Place, Refused, Take, WantClips
from addon.panel.folder import Folder
from tests.flashes import flash_film

if TYPE_CHECKING:
    from pathlib import Path

TAKE = Take(1, 7, "/takes/take-1.wav", "/takes/take-1.json", 1, 48_000)


def asked(*paths: Path) -> list[Message]:
    """What is answered to a wish for the clips, up to the clips."""
    answers: queue.Queue[Message] = queue.Queue()
    Folder(paths, answers.put).send(WantClips("wish"))
    heard = [answers.get(timeout=30)]
    while not isinstance(heard[-1], Clips):
        heard.append(answers.get(timeout=30))
    return heard


def test_a_folder_s_clips_are_offered_whole_with_takes_beside_them(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    flash_film(tmp_path, "b.mp4", frames=10, rate=rate)
    flash_film(tmp_path, "a.mov", frames=20)
    (tmp_path / "notes.txt").write_text("no film")
    (tmp_path / ".hidden.mov").write_bytes(b"")
    (answer,) = asked(tmp_path)
    assert isinstance(answer, Clips)
    assert answer.request == "wish"
    assert [(clip.name, clip.frames, clip.rate) for clip in answer.clips] == [
        ("a", 20, Fraction(25)),
        ("b", 10, rate),
    ]
    assert {clip.folder for clip in answer.clips} == {str(tmp_path / "lumiphone")}
    assert len({clip.id for clip in answer.clips}) == 2


def test_clips_may_be_named_one_by_one(tmp_path: Path) -> None:
    film = flash_film(tmp_path, "a.mov")
    flash_film(tmp_path, "b.mov")
    (answer,) = asked(film)
    assert isinstance(answer, Clips)
    assert [clip.media for clip in answer.clips] == [str(film)]


def test_a_damaged_film_is_named_and_the_others_are_offered(tmp_path: Path) -> None:
    flash_film(tmp_path, "a.mov")
    (tmp_path / "broken.mov").write_bytes(b"not a film")
    fault, answer = asked(tmp_path)
    assert isinstance(fault, Failed)
    assert "broken.mov" in fault.what
    assert isinstance(answer, Clips)
    assert [clip.name for clip in answer.clips] == ["a"]


def test_there_is_no_timeline_to_place_anything_on(tmp_path: Path) -> None:
    answers: list[Message] = []
    folder = Folder([tmp_path], answers.append)
    folder.send(Place("job", "clip", TAKE))  # told to every host; nobody asked for a timeline
    assert not answers
    folder.send(Markers("clip", (Cue(1.0),)))
    folder.send(Place("", "clip", TAKE))
    assert [type(answer) for answer in answers] == [Refused, Refused]
    assert not folder.is_editor
