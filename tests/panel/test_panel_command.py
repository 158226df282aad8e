from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.command_line import ROOT, command, environment, run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_is_not_there_is_named(tiny_pack: Path, tmp_path: Path) -> None:
    outcome = run(tiny_pack, "panel", tmp_path / "rushes")
    assert outcome.code == 2
    assert "rushes does not exist" in outcome.stderr


def test_without_pyqt_it_says_what_to_install(tiny_pack: Path, tmp_path: Path) -> None:
    (tmp_path / "PyQt6").mkdir()
    (tmp_path / "PyQt6" / "__init__.py").write_text("raise ImportError('No module named PyQt6')")
    places = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        command("panel", tmp_path),
        env=environment(tiny_pack) | {"PYTHONPATH": places},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 2
    assert "needs PyQt6" in done.stderr
    assert "pip install 'lumiphone[panel]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")
def test_the_command_lasts_as_long_as_the_window_and_leaves_no_process(
    tiny_pack: Path, film: Path
) -> None:
    with subprocess.Popen(
        command("panel", film),
        env=environment(tiny_pack) | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert "The panel is open" in process.stdout.readline()
        time.sleep(2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
