from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from engine.cues import CueEvent, CueSheet
from engine.errors import OutputError
from engine.media.strays import writers_mark
from engine.provenance import Origin
from engine.take_folder import TakeFolder, TakeSlot, write_json


def fill(slot: TakeSlot, origin: Origin) -> None:
    slot.path(".wav").write_bytes(b"sound")
    slot.path(".json").write_text(json.dumps({"clip": origin.to_json()}))


def make_take(root: Path, origin: Origin) -> Path:
    """The sidecar of one more take."""
    with TakeFolder.of_clip(root, origin) as folder, folder.slot() as slot:
        fill(slot, origin)
    return folder.path / f"take-{slot.number}.json"


def begin_take_and(fail: BaseException, root: Path, origin: Origin) -> None:
    with TakeFolder.of_clip(root, origin) as folder, folder.slot() as slot:
        slot.path(".wav").write_bytes(b"half")
        raise fail


def clip(folder: str, name: str, content: str) -> Origin:
    return Origin(Path("/films") / folder / name, content)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_numbers_go_on_where_earlier_takes_end(tmp_path: Path) -> None:
    origin = clip("a", "dog.mp4", "1")
    made = [make_take(tmp_path, origin).name for _ in range(3)]
    assert made == ["take-1.json", "take-2.json", "take-3.json"]
    assert names(tmp_path / "dog") == sorted(
        f"take-{k}.{s}" for k in (1, 2, 3) for s in ("json", "wav")
    )


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Dog, slow", "Dog, slow"),
        ("a/b\\c:d*", "a_b_c_d_"),
        ("../up", ".._up"),
        ("..", "clip"),
        ("odd\ud800\0", "odd__"),
        ("x" * 300, "x" * 60),
        ("  ", "dog"),
        ("", "dog"),
    ],
)
def test_a_folder_is_named_as_the_timeline_calls_the_clip(
    tmp_path: Path, name: str, folder: str
) -> None:
    with TakeFolder.of_clip(tmp_path, clip("a", "dog.mp4", "1"), name) as made:
        assert made.path == tmp_path / folder
        assert made.path.is_dir()


def test_clips_that_a_timeline_calls_the_same_get_folders_of_their_own(tmp_path: Path) -> None:
    for k, folder in enumerate(["Shot", "b.mp4", "Shot-2"]):
        origin = clip("ab"[k > 0], "ab"[k > 0] + ".mp4", f"{k}")
        with TakeFolder.of_clip(tmp_path, origin, "Shot") as made, made.slot() as slot:
            fill(slot, Origin(Path(f"/films/{k}.mp4"), f"{k}"))
        assert made.path.name == folder


def test_a_gap_left_by_a_deleted_take_is_not_filled(tmp_path: Path) -> None:
    origin = clip("a", "dog.mp4", "1")
    for _ in range(2):
        make_take(tmp_path, origin)
    (tmp_path / "dog" / "take-1.wav").unlink()
    (tmp_path / "dog" / "take-1.json").unlink()
    assert make_take(tmp_path, origin).name == "take-3.json"


def test_clips_of_one_name_get_folders_of_their_own(tmp_path: Path) -> None:
    clips = [
        clip("a", "dog.mp4", "1"),
        clip("a", "dog.mov", "2"),
        clip("b", "dog.mp4", "3"),
        clip("c", "dog.mp4", "4"),
    ]
    folders = [make_take(tmp_path, one).parent.name for one in clips]
    assert folders == ["dog", "dog.mov", "dog.mp4", "dog-2"]
    assert [make_take(tmp_path, one).parent.name for one in clips] == folders


def test_a_clip_that_was_moved_or_edited_keeps_its_folder(tmp_path: Path) -> None:
    make_take(tmp_path, clip("a", "dog.mp4", "1"))
    assert make_take(tmp_path, clip("b", "dog.mp4", "1")).parent.name == "dog"
    assert make_take(tmp_path, clip("a", "dog.mp4", "2")).parent.name == "dog"


def test_a_take_that_fails_leaves_nothing(tmp_path: Path) -> None:
    origin = clip("a", "dog.mp4", "1")
    root = tmp_path / "new" / "takes"
    with pytest.raises(KeyboardInterrupt):
        begin_take_and(KeyboardInterrupt(), root, origin)
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX processes")
def test_what_a_killed_process_left_goes_with_the_next_take(tmp_path: Path) -> None:
    origin = clip("a", "dog.mp4", "1")
    make_take(tmp_path, origin)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    work = tmp_path / "dog" / ".take-2.partial"
    work.mkdir()
    (work / "take-2.wav").write_bytes(b"half")
    machine = writers_mark().partition(".")[0]
    (work / f".writer-{machine}.{ended.pid}").touch()
    assert make_take(tmp_path, origin).name == "take-2.json"
    assert names(tmp_path / "dog") == ["take-1.json", "take-1.wav", "take-2.json", "take-2.wav"]


def test_a_take_that_fails_leaves_finished_ones_alone(tmp_path: Path) -> None:
    origin = clip("a", "dog.mp4", "1")
    make_take(tmp_path, origin)
    with pytest.raises(OutputError, match=r"dog.*No space left.*Choose another folder"):
        begin_take_and(OSError(28, "No space left on device"), tmp_path, origin)
    assert names(tmp_path / "dog") == ["take-1.json", "take-1.wav"]


def test_two_processes_never_share_a_number(tmp_path: Path) -> None:
    origin = clip("a", "dog.mp4", "1")
    with (
        TakeFolder.of_clip(tmp_path, origin) as one,
        TakeFolder.of_clip(tmp_path, origin) as other,
        one.slot() as first,
        other.slot() as second,
    ):
        fill(first, origin)
        fill(second, origin)
        assert {first.number, second.number} == {1, 2}
    assert names(tmp_path / "dog") == ["take-1.json", "take-1.wav", "take-2.json", "take-2.wav"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    root = tmp_path / "takes"
    root.write_text("not a folder")
    with (
        pytest.raises(OutputError, match="takes"),
        TakeFolder.of_clip(root, clip("a", "dog.mp4", "1")),
    ):
        pass
    assert root.read_text() == "not a folder"


def test_cues_that_were_edited_by_hand_are_kept(tmp_path: Path) -> None:
    sheet = CueSheet(Fraction(25), (CueEvent(1.0),))
    with TakeFolder.of_clip(tmp_path, clip("a", "dog.mp4", "1")) as folder:
        assert folder.place_cues(sheet).name == "cues.json"
        assert folder.place_cues(sheet).name == "cues.json"
        edited = CueSheet(Fraction(25), (CueEvent(2.0),))
        write_json(folder.path / "cues.json", edited.to_json())
        assert folder.place_cues(sheet).name == "cues-2.json"
        assert CueSheet.load(folder.path / "cues.json") == edited
        assert CueSheet.load(folder.path / "cues-2.json") == sheet


def test_json_replaces_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    with pytest.raises(TypeError):
        write_json(path, {"new": object()})
    assert json.loads(path.read_text()) == {"old": 1}
    assert names(tmp_path) == ["a.json"]
