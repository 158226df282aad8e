from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

from addon.installation import bytes_below

if TYPE_CHECKING:
    from pathlib import Path


def test_the_bytes_of_all_files_below_are_counted_or_those_of_one_kind(tmp_path: Path) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "a.whl").write_bytes(b"12345")
    (tmp_path / "deep" / "deeper" / "b.whl").write_bytes(b"123")
    (tmp_path / "deep" / "c.py").write_bytes(b"1")
    assert bytes_below(tmp_path) == 9
    assert bytes_below(tmp_path, ".whl") == 8


def test_folders_and_files_that_vanish_meanwhile_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kept.whl").write_bytes(b"12345")
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            (tmp_path / "lib" / "python" / "package").mkdir(parents=True)
            (tmp_path / "lib" / "python" / "package" / "part.whl").write_bytes(b"")
            shutil.rmtree(tmp_path / "lib")

    mover = threading.Thread(target=come_and_go)
    mover.start()
    try:
        assert {bytes_below(tmp_path) for _ in range(1500)} == {5}
    finally:
        over.set()
        mover.join()
