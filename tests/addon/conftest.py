from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.addon.editor import Editor
from tests.command_line import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Where sockets and logs go; pytest's own folders have too long names for sockets."""
    tmp_path_factory.getbasetemp()  # lest it be made in here
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def editor(
    default_pack: Path,
    temporary_folder: Path,  # noqa: ARG001 - sockets and logs go there
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Editor]:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(default_pack))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    editor = Editor()
    yield editor
    editor.launcher.close()
