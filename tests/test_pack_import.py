"""The importer is another program; here a script plays it."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.errors import CancelledError, InferenceError, InputError
from engine.pack_import import import_pack

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script plays the importer")


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Let a script of ``body`` be what is started as the importer."""
    script = tmp_path / "importer"
    script.write_text(f"#!{sys.executable}\nimport json, sys, time\n{body}\n", "utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())


def tell(**message: Any) -> str:  # noqa: ANN401 - JSON values
    return f"print({json.dumps(json.dumps(message))}, flush=True)"


def never() -> bool:
    return False


def test_what_the_importer_tells_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float]] = []
    body = "\n".join([tell(stage="making clip", fraction=0.5), tell(pack="/packs/new")])
    play(tmp_path, monkeypatch, body)
    folder = import_pack("mmaudio", ["a"], lambda stage, done: told.append((stage, done)), never)
    assert folder == Path("/packs/new")
    assert told == [("making clip", 0.5)]


def test_its_errors_are_the_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"code": "bad_input", "what": "v1-16.pth is cut short", "remedy": "Download it again"}
    play(tmp_path, monkeypatch, tell(error=error) + "\nsys.exit(2)")
    with pytest.raises(InputError, match=r"v1-16\.pth is cut short. Download it again"):
        import_pack("mmaudio", [], lambda *_: None, never)


def test_its_sudden_end_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = tell(stage="making clip", fraction=0.5) + "\nsys.exit('no memory left')"
    play(tmp_path, monkeypatch, body)
    with pytest.raises(InferenceError, match="no memory left"):
        import_pack("mmaudio", [], lambda *_: None, never)


def test_cancelling_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(tmp_path, monkeypatch, tell(stage="making clip", fraction=0.5) + "\ntime.sleep(600)")
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        import_pack("mmaudio", [], lambda *_: None, lambda: True)
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(("lacking", "words"), [("torch", "torch"), ("engine.training", "add-on")])
def test_what_importing_lacks_is_said_with_how_to_get_it(
    lacking: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == lacking else found(name)
    )
    words_given = ["packs", "import", "mmaudio", "--variant", "small_16k", "--weights", "nowhere"]
    assert main(words_given) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert "extra 'train'" in shown
