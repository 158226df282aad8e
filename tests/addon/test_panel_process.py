"""The panel process and its engine, started by an editor: what it is for, and who outlives whom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import wave
from fractions import Fraction
from pathlib import Path

import pytest

from addon.messages import (
    Cancel,
    Cancelled,
    Clip,
    Done,
    Failed,
    Generate,
    Place,
    Progress,
    Settings,
    Show,
    WantClips,
)
from engine.packs.registry import DEFAULT_PACK
from tests.addon.editor import PANEL, Editor, alive, children, gone
from tests.command_line import ROOT
from tests.flashes import flash_film

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are told apart by ps")


def dog(tmp_path: Path, frames: int = 50) -> Clip:
    film = flash_film(tmp_path, frames=60, rate=Fraction(24000, 1001))
    rate = Fraction(24000, 1001)
    return Clip("strip-1", "dog", str(film), frames, rate, str(tmp_path / "takes"))


def long_clip(tmp_path: Path) -> Clip:
    """One whose take takes a while: many slow pictures."""
    film = flash_film(tmp_path, "long.mp4", frames=1500)
    return Clip("strip-2", "long", str(film), 1500, Fraction(25), str(tmp_path / "takes"))


def test_the_editor_gets_a_take_of_exact_length_for_its_clip(
    editor: Editor, tmp_path: Path
) -> None:
    editor.start()
    editor.launcher.send(Generate("job", (dog(tmp_path),), Settings("a bark", takes=2, seed=5)))
    done = editor.until_kind(Done, Failed)
    assert isinstance(done, Done), done
    places = [message for message in editor.heard if isinstance(message, Place)]
    assert [(place.job, place.clip, place.chosen) for place in places] == [
        ("job", "strip-1", True),
        ("job", "strip-1", False),
    ]
    for number, place in enumerate(places):
        with wave.open(place.take.wav) as sound:
            assert sound.getnframes() == round(50 * 1001 / 24000 * 48000)
            assert sound.getnchannels() == 2
        assert place.take.samples == 100_100
        assert place.take.seed == 5 + number
        assert place.take.prompt == "a bark"
        assert place.take.pack == DEFAULT_PACK
        assert Path(place.take.sidecar).exists()
    fractions = [message.fraction for message in editor.heard if isinstance(message, Progress)]
    assert fractions == sorted(fractions)
    assert fractions


def test_a_clip_that_cannot_be_read_fails_with_its_name_and_a_remedy(
    editor: Editor, tmp_path: Path
) -> None:
    editor.start()
    clip = Clip("1", "gone", str(tmp_path / "gone.mov"), 10, Fraction(25), str(tmp_path))
    editor.launcher.send(Generate("job", (clip,)))
    failed = editor.until_kind(Failed)
    assert isinstance(failed, Failed)
    assert (failed.job, failed.code) == ("job", "bad_media")
    assert "gone.mov" in failed.what
    assert failed.remedy


def test_a_running_job_can_be_cancelled(editor: Editor, tmp_path: Path) -> None:
    editor.start()
    settings = Settings(takes=50)
    editor.launcher.send(Generate("job", (long_clip(tmp_path),), settings))
    editor.until_kind(Progress)
    editor.launcher.send(Cancel("job"))
    assert editor.until_kind(Cancelled, Done, Failed) == Cancelled("job")


def test_closing_ends_panel_and_engine(
    editor: Editor, tmp_path: Path, temporary_folder: Path
) -> None:
    panel = editor.start()
    editor.launcher.send(Generate("job", (dog(tmp_path),)))
    editor.until_kind(Done)
    engine = editor.engine()
    editor.launcher.close()
    assert not alive(panel)
    assert gone(engine)
    assert not editor.launcher.running
    assert editor.launcher.poll() == []
    assert not list(temporary_folder.glob("lumiphone-*"))  # neither socket nor log stays


def test_closing_ends_panel_and_engine_in_the_middle_of_a_job(
    editor: Editor, tmp_path: Path
) -> None:
    panel = editor.start()
    editor.launcher.send(Generate("job", (long_clip(tmp_path),), Settings(takes=50)))
    editor.until_kind(Progress)
    engine = editor.engine()
    editor.launcher.close()
    assert not alive(panel)
    assert gone(engine)


def test_a_killed_panel_is_reported_its_engine_ends_and_it_starts_anew(
    editor: Editor, tmp_path: Path
) -> None:
    panel = editor.start()
    editor.launcher.send(Generate("job", (long_clip(tmp_path),), Settings(takes=50)))
    editor.until_kind(Progress)
    engine = editor.engine()
    os.kill(panel, signal.SIGKILL)
    failed = editor.until_kind(Failed)
    assert isinstance(failed, Failed)
    assert (failed.job, failed.code) == (None, "panel_gone")
    assert "-9" in failed.what
    assert gone(engine)
    assert not editor.launcher.running
    assert editor.launcher.poll() == []  # told once

    assert editor.start() != panel
    editor.launcher.send(Generate("again", (dog(tmp_path),)))
    assert isinstance(editor.until_kind(Done, Failed), Done)


def test_a_killed_engine_fails_the_job_and_starts_anew(editor: Editor, tmp_path: Path) -> None:
    editor.start()
    editor.launcher.send(Generate("job", (long_clip(tmp_path),), Settings(takes=50)))
    editor.until_kind(Progress)
    os.kill(editor.engine(), signal.SIGKILL)
    failed = editor.until_kind(Failed, Done)
    assert isinstance(failed, Failed)
    assert (failed.job, failed.code) == ("job", "engine_gone")
    editor.launcher.send(Generate("again", (dog(tmp_path),)))
    assert isinstance(editor.until_kind(Done, Failed), Done)


def test_two_editors_at_once_do_not_disturb_each_other(editor: Editor, tmp_path: Path) -> None:
    other = Editor()
    clip = dog(tmp_path)
    panels = {editor.start(), other.start()}
    assert len(panels) == 2
    editor.launcher.send(Generate("mine", (clip,)))
    other.launcher.send(Generate("theirs", (clip,)))
    editor.until_kind(Done)
    other.launcher.close()
    assert isinstance(editor.heard[-1], Done)
    assert {m.job for m in editor.heard if isinstance(m, Place)} == {"mine"}
    assert {m.job for m in other.heard if isinstance(m, Place)} <= {"theirs"}
    editor.launcher.send(Generate("more", (clip,)))
    assert isinstance(editor.until_kind(Done, Failed), Done)


HOST = """
    import sys, time
    from addon.launcher import Launcher
    from addon.messages import Generate, Hello, Progress, Settings, Clip
    from fractions import Fraction

    launcher = Launcher({panel!r}, Hello(1, "Blender", "5.0"))
    launcher.ensure()
    clip = Clip("1", "long", {film!r}, 1500, Fraction(25), {takes!r})
    launcher.send(Generate("job", (clip,), Settings(takes=50)))
    while True:
        if any(isinstance(message, Progress) for message in launcher.poll()):
            print(launcher.pid, flush=True)
            break
        time.sleep(0.01)
    {ending}
"""


@pytest.mark.parametrize(
    ("ending", "kill"), [("time.sleep(600)", True), ("sys.exit()", False)], ids=["killed", "exits"]
)
@pytest.mark.usefixtures("editor")  # for its environment
def test_when_the_editor_is_gone_panel_and_engine_end(
    tmp_path: Path, ending: str, *, kill: bool
) -> None:
    clip = long_clip(tmp_path)
    code = HOST.format(panel=PANEL, film=clip.media, takes=clip.folder, ending=ending)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, cwd=ROOT
    ) as host:
        assert host.stdout
        panel = int(host.stdout.readline())
        (engine,) = children(panel)
        if kill:
            host.kill()
        else:
            assert host.wait(30) == 0
    assert gone(panel)
    assert gone(engine)


def test_without_a_window_no_qt_is_loaded(editor: Editor) -> None:
    panel = editor.start()
    maps = Path(f"/proc/{panel}/maps").read_text("utf-8")
    assert "python" in maps
    assert "Qt6" not in maps


def test_where_no_window_can_be_opened_the_editor_hears_why_and_is_still_served(
    editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken" / "PyQt6"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libEGL.so.1 is missing')")
    monkeypatch.setenv("PYTHONPATH", f"{broken.parent}{os.pathsep}{ROOT}")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    editor.start()
    editor.launcher.send(Show())
    failed = editor.until_kind(Failed)
    assert isinstance(failed, Failed)
    assert (failed.job, failed.code) == (None, "no_window")
    assert "libEGL" in failed.what
    editor.launcher.send(Generate("job", (dog(tmp_path),)))
    assert isinstance(editor.until_kind(Done, Failed), Done)


def test_without_a_screen_asking_for_the_window_is_an_error_not_a_crash(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    panel = editor.start()
    editor.launcher.send(Show())
    failed = editor.until_kind(Failed)
    assert isinstance(failed, Failed)
    assert (failed.code, "no screen" in failed.what) == ("no_window", True)
    assert alive(panel)


def test_the_window_opens_when_the_editor_asks_and_asks_for_the_clips(
    editor: Editor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("PyQt6.QtWidgets")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    panel = editor.start()
    editor.launcher.send(Show())
    editor.until_kind(WantClips)
    editor.launcher.close()
    assert not alive(panel)


def test_starting_twice_starts_one(editor: Editor) -> None:
    panel = editor.start()
    editor.launcher.ensure()
    assert editor.launcher.pid == panel
