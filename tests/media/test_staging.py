from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError, OutputError
from engine.media.staging import staged

if TYPE_CHECKING:
    from pathlib import Path


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
