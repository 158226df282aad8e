from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import PackError
from engine.inference.lasting import LastingWords
from engine.packs.manifest import write_manifest
from engine.packs.registry import Pack, get_pack
from tests.tiny_pack import file_entry

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NORMAL = np.eye(1, 384, 3, dtype=np.float32)[0]
PLANE = np.append(NORMAL, np.float32(-0.5))  # beyond 0.5 on the fourth axis


def with_plane(tiny: Pack, packs: Path, plane: NDArray[np.float32]) -> Pack:
    """A copy of the tiny pack that has a rule."""
    folder = packs / "tiny"
    shutil.copytree(tiny.folder, folder)
    np.save(folder / "lasting.npy", plane)
    manifest = tiny.manifest
    assert manifest.cues
    cues = replace(
        manifest.cues, silence="without-text", lasting="lasting.npy", calm={"ambience": 0.4}
    )
    files = {**manifest.files, "lasting.npy": file_entry(folder / "lasting.npy")}
    write_manifest(folder, replace(manifest, cues=cues, files=files))
    return get_pack("tiny", packs)


def test_words_beyond_the_plane_sound_on_and_on(tiny: Pack, tmp_path: Path) -> None:
    lasting = LastingWords(with_plane(tiny, tmp_path, PLANE))
    assert lasting(0.6 * NORMAL)
    assert not lasting(0.4 * NORMAL)


def test_without_a_rule_all_words_may_sound_on_and_on(tiny: Pack) -> None:
    assert LastingWords(tiny)(NORMAL)
    assert LastingWords(tiny)(-NORMAL)


@pytest.mark.parametrize("plane", [PLANE[1:], PLANE[None], np.full(385, np.nan, np.float32)])
def test_a_rule_that_does_not_fit_the_text_space_is_named(
    tiny: Pack, tmp_path: Path, plane: NDArray[np.float32]
) -> None:
    pack = with_plane(tiny, tmp_path, plane)
    with pytest.raises(PackError, match=r"lasting\.npy is no plane through a text space of 384"):
        LastingWords(pack)


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY cut short"])
def test_a_damaged_rule_is_named(tiny: Pack, tmp_path: Path, content: bytes) -> None:
    pack = with_plane(tiny, tmp_path, PLANE)
    (pack.folder / "lasting.npy").write_bytes(content)
    with pytest.raises(PackError, match=r"lasting\.npy cannot be read"):
        LastingWords(pack)
