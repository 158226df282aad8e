from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError, OutputError
from engine.media.staging import staged
from tests.command_line import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_KILLED = """
import pathlib, sys, time
from engine.media.staging import staged
with staged(pathlib.Path(sys.argv[1])) as draft:
    draft.write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def test_the_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    with staged(path) as draft:
        draft.write_text("half")
        assert not path.exists()
        assert draft.parent == tmp_path
    assert path.read_text() == "half"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError, InputError("no", "yes")])
def test_after_a_failure_nothing_is_left_and_the_old_file_stays(
    tmp_path: Path, failure: type[BaseException] | BaseException
) -> None:
    path = tmp_path / "take.wav"
    path.write_text("old")
    with pytest.raises(type(failure) if isinstance(failure, BaseException) else failure):
        _fail(path, failure)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def _fail(path: Path, failure: type[BaseException] | BaseException) -> None:
    with staged(path) as draft:
        draft.write_text("half")
        raise failure


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EACCES, "may write to"),
        (errno.EROFS, "can be written to"),
        (errno.EIO, "another folder"),
    ],
)
def test_what_the_system_refuses_is_said_with_a_remedy(
    tmp_path: Path, code: int, advice: str
) -> None:
    path = tmp_path / "take.wav"
    with pytest.raises(OutputError) as refused:
        _fail(path, OSError(code, os.strerror(code)))
    assert str(path) in refused.value.what
    assert advice in refused.value.remedy


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Create the folder first"):
        _fail(tmp_path / "gone" / "take.wav", KeyboardInterrupt)


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        _fail(tmp_path, KeyboardInterrupt)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_draft_of_a_killed_process_goes_with_the_next_writing_and_not_before(
    tmp_path: Path,
) -> None:
    path = tmp_path / "index [1].json"
    words = [sys.executable, "-c", _KILLED, str(path)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        with staged(path) as draft:
            draft.write_text("whole")
        drafts = list(tmp_path.glob(".index*"))
        assert [file.read_text() for file in drafts] == ["half"], "it still writes"
        process.send_signal(signal.SIGKILL)
    with staged(tmp_path / "other.json") as draft:
        draft.write_text("whole")
    assert drafts[0].exists(), "of another file"
    with staged(path) as draft:
        draft.write_text("whole")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index [1].json", "other.json"]


def test_the_draft_of_another_machine_is_left_for_a_day(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    new, old = (tmp_path / f".index-0123abcd.1-{k}2345678.part.json" for k in (1, 2))
    for file in (new, old):
        file.write_text("half")
    os.utime(old, (1, 1))
    with staged(path) as draft:
        draft.write_text("whole")
    assert new.exists()
    assert not old.exists()
