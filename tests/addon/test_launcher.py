"""What the launcher makes of panel processes that do as the test says."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addon.errors import LinkError
from addon.launcher import Launcher
from addon.messages import LINK_VERSION, Bye, Cancel, Failed, WantClips, Welcome, new_id
from tests.addon.editor import HELLO, PANEL, WAIT, Editor, alive, gone
from tests.command_line import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="processes are told apart by ps"),
    pytest.mark.usefixtures("temporary_folder"),
]


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
