from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import wave
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addon.errors import LinkError
from addon.launcher import Launcher
from addon.messages import (
    LINK_VERSION,
    Bye,
    Cancel,
    Cancelled,
    Clip,
    Done,
    Failed,
    Generate,
    Hello,
    Message,
    Place,
    Progress,
    Settings,
    Show,
    WantClips,
    Welcome,
    new_id,
)
from tests.command_line import ROOT
from tests.flashes import flash_film

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are told apart by /proc")

HELLO = Hello(LINK_VERSION, "Blender", "5.0.1", "/film/scene.blend")
PANEL = [sys.executable, "-m", "addon.panel", "--headless"]
WAIT = 120.0


class Editor:
    """A host's main thread: it polls and keeps what came in."""

    def __init__(self, command: list[str] | None = None, start_seconds: float = WAIT) -> None:
        self.launcher = Launcher(command or PANEL, HELLO, start_seconds)
        self.heard: list[Message] = []

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Poll until such a message has come in since the last call."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            new = self.launcher.poll()
            self.heard += new
            for message in new:
                if wanted(message):
                    return message
            time.sleep(0.01)
        raise AssertionError(f"it never came: {self.heard}")

    def until_kind(self, *kinds: type) -> Message:
        return self.until(lambda message: isinstance(message, kinds))

    def start(self) -> int:
        """Start the panel, wait until it answers, and return its process id."""
        self.launcher.ensure()
        self.until_kind(Welcome)
        assert self.launcher.pid is not None
        return self.launcher.pid

    def engine(self) -> int:
        """The process id of the panel's engine."""
        (child,) = children(self.launcher.pid or 0)
        return child


def children(parent: int) -> list[int]:
    """Ids of a process's children."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()[:1] not in {"", "Z"}


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def editor(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    editor = Editor()
    yield editor
    editor.launcher.close()


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
        assert place.take.pack == "tiny"
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


def test_closing_ends_panel_and_engine(editor: Editor, tmp_path: Path) -> None:
    panel = editor.start()
    editor.launcher.send(Generate("job", (dog(tmp_path),)))
    editor.until_kind(Done)
    engine = editor.engine()
    editor.launcher.close()
    assert not alive(panel)
    assert gone(engine)
    assert not editor.launcher.running
    assert editor.launcher.poll() == []


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


def scripted(code: str) -> list[str]:
    """A panel process that does as the test says."""
    start = "from addon.link import *; from addon.messages import *; import queue, sys, time, os"
    meet = """
        def meet():
            inbox = queue.Queue()
            return inbox, join(Invitation.from_line(sys.stdin.readline()), inbox.put, print)
    """
    return [sys.executable, "-c", "\n".join([start, textwrap.dedent(meet), textwrap.dedent(code)])]


def ended(editor: Editor) -> Failed:
    failed = editor.until_kind(Failed)
    assert isinstance(failed, Failed)
    assert failed.job is None
    return failed


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Editor]]:
    """Gives editors with scripted panels, started."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    editors: list[Editor] = []

    def start(code: str, start_seconds: float = WAIT) -> Editor:
        editors.append(Editor(scripted(code), start_seconds))
        editors[-1].launcher.ensure()
        return editors[-1]

    yield start
    for editor in editors:
        editor.launcher.close(timeout=0.5)


def test_a_panel_that_dies_at_its_start_is_reported_with_its_log(
    stage: Callable[..., Editor],
) -> None:
    failed = ended(stage("sys.exit('no Qt on this planet')"))
    assert failed.code == "panel_gone"
    assert "code 1" in failed.what
    log = Path(failed.remedy.rpartition(": ")[2])
    assert "no Qt on this planet" in log.read_text("utf-8")
    log.unlink()


def test_a_panel_that_never_answers_is_reported_and_ended(stage: Callable[..., Editor]) -> None:
    editor = stage("time.sleep(600)", start_seconds=0.5)
    panel = editor.launcher.pid
    assert panel
    failed = ended(editor)
    assert (failed.code, "does not answer" in failed.what) == ("panel_gone", True)
    assert gone(panel)


def test_a_panel_that_hangs_up_and_stays_is_reported_and_ended(
    stage: Callable[..., Editor],
) -> None:
    editor = stage("meet()[1].close(); time.sleep(600)")
    panel = editor.launcher.pid
    assert panel
    assert "hung up" in ended(editor).what
    assert gone(panel)


def test_a_panel_of_another_version_is_refused_with_both_versions(
    stage: Callable[..., Editor],
) -> None:
    editor = stage("meet()[1].send(Welcome(99, '9.9')); time.sleep(600)")
    failed = ended(editor)
    assert failed.code == "wrong_version"
    assert "99" in failed.what
    assert str(LINK_VERSION) in failed.what
    assert not editor.launcher.running


def test_what_a_panel_says_before_its_end_is_heard(stage: Callable[..., Editor]) -> None:
    editor = stage("c = meet()[1]; c.send(WantClips('1')); c.close(); sys.exit(7)")
    failed = ended(editor)
    assert editor.heard == [WantClips("1"), failed]
    assert "code 7" in failed.what


def test_a_panel_that_takes_leave_has_not_failed(stage: Callable[..., Editor]) -> None:
    editor = stage("c = meet()[1]; c.send(Bye()); c.close()")
    editor.until_kind(Bye, Failed)
    assert editor.heard == [Bye()]
    assert not editor.launcher.running


def test_garbage_from_a_panel_is_reported_and_the_link_goes_on(
    stage: Callable[..., Editor],
) -> None:
    editor = stage("""
        i, c = meet()
        c._outbox.put(b"garbage")
        c.send(WantClips("1"))
        time.sleep(600)
    """)
    editor.until_kind(WantClips)
    assert isinstance(editor.heard[0], Failed)
    assert editor.heard[0].code == "bad_message"


def test_a_panel_that_ignores_its_end_is_killed(stage: Callable[..., Editor]) -> None:
    editor = stage("""
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        i, c = meet()
        c.send(Welcome(1, "deaf"))
        time.sleep(600)
    """)
    editor.until_kind(Welcome)
    panel = editor.launcher.pid
    assert panel
    start = time.monotonic()
    editor.launcher.close(timeout=0.3)
    assert time.monotonic() - start < 10
    assert not alive(panel)


def test_polling_never_waits_for_a_panel_that_is_stopped(stage: Callable[..., Editor]) -> None:
    editor = stage("i, c = meet(); c.send(Welcome(1, 'x')); time.sleep(600)")
    editor.until_kind(Welcome)
    os.kill(editor.launcher.pid or 0, signal.SIGSTOP)
    start = time.monotonic()
    for _ in range(100):
        editor.launcher.send(Cancel("x" * 100_000))
        assert editor.launcher.poll() == []
    assert time.monotonic() - start < 5


def test_messages_wait_until_the_panel_is_up(stage: Callable[..., Editor]) -> None:
    editor = stage("""
        time.sleep(0.5)
        i, c = meet()
        heard = [i.get(), i.get()]
        c.send(Welcome(1, heard[0].project))
        c.send(WantClips(heard[1].job))
        time.sleep(600)
    """)
    editor.launcher.send(Cancel("early"))
    assert editor.until_kind(WantClips) == WantClips("early")
    assert Welcome(1, "/film/scene.blend") in editor.heard


def test_sending_to_no_panel_is_an_error_with_a_remedy() -> None:
    with pytest.raises(LinkError, match="not running"):
        Launcher(PANEL, HELLO).send(Cancel("x"))


def test_a_missing_interpreter_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    launcher = Launcher([str(tmp_path / "python")], HELLO)
    with pytest.raises(LinkError, match="cannot be started"):
        launcher.ensure()
    assert not launcher.running
    launcher.close()


def test_ids_are_never_given_twice() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
