from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.training.evaluation.yamnet_package import YAMNET, load_published

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_without_the_wheel_is_refused_by_the_files_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=YAMNET.file):
        load_published(tmp_path)


def test_another_release_under_the_same_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / YAMNET.file).write_bytes(b"something else")
    with pytest.raises(InputError, match="checksum"):
        load_published(tmp_path)
