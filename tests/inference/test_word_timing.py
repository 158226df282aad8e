from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import PackError
from engine.inference.cue_raster import RING
from engine.inference.word_timing import LONGEST, SHORTEST, Timing, WordTiming
from engine.packs.manifest import write_manifest
from engine.packs.registry import Pack, get_pack
from tests.tiny_pack import file_entry

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NORMAL = np.eye(1, 384, 3, dtype=np.float32)[0]
PLANE = np.append(NORMAL, np.float32(-0.5))  # beyond 0.5 on the fourth axis


def with_plane(
    tiny: Pack,
    packs: Path,
    plane: NDArray[np.float32],
    ringing: NDArray[np.float32] | None = None,
) -> Pack:
    """A copy of the tiny pack that has a rule, or two."""
    folder = packs / "tiny"
    shutil.copytree(tiny.folder, folder)
    np.save(folder / "lasting.npy", plane)
    manifest = tiny.manifest
    assert manifest.cues
    cues = replace(
        manifest.cues, silence="without-text", lasting="lasting.npy", calm={"ambience": 0.4}
    )
    files = {**manifest.files, "lasting.npy": file_entry(folder / "lasting.npy")}
    if ringing is not None:
        np.save(folder / "ringing.npy", ringing)
        cues = replace(cues, ringing="ringing.npy")
        files["ringing.npy"] = file_entry(folder / "ringing.npy")
    write_manifest(folder, replace(manifest, cues=cues, files=files))
    return get_pack("tiny", packs)


def test_words_beyond_the_plane_sound_on_and_on(tiny: Pack, tmp_path: Path) -> None:
    timing = WordTiming(with_plane(tiny, tmp_path, PLANE))
    assert timing(0.6 * NORMAL) == Timing(lasting=True, ring=RING)
    assert timing(0.4 * NORMAL) == Timing(lasting=False, ring=RING)


def test_without_a_rule_all_words_may_sound_on_and_on(tiny: Pack) -> None:
    assert WordTiming(tiny)(NORMAL).lasting
    assert WordTiming(tiny)(-NORMAL).lasting


def test_the_other_plane_tells_the_logarithm_of_the_ring(tiny: Pack, tmp_path: Path) -> None:
    ringing = np.append(NORMAL, np.float32(-0.7))
    timing = WordTiming(with_plane(tiny, tmp_path, PLANE, ringing))
    assert timing(0.7 * NORMAL).ring == pytest.approx(1.0, rel=1e-4)
    assert timing(0.0 * NORMAL).ring == pytest.approx(np.exp(-0.7), rel=1e-4)


@pytest.mark.parametrize(("beyond", "ring"), [(1000.0, LONGEST), (-1000.0, SHORTEST)])
def test_no_word_rings_for_ever_or_not_at_all(
    tiny: Pack, tmp_path: Path, beyond: float, ring: float
) -> None:
    timing = WordTiming(with_plane(tiny, tmp_path, PLANE, PLANE))
    assert timing(np.float32(beyond) * NORMAL).ring == pytest.approx(ring)


@pytest.mark.parametrize("plane", [PLANE[1:], PLANE[None], np.full(385, np.nan, np.float32)])
@pytest.mark.parametrize("damaged", ["lasting", "ringing"])
def test_a_rule_that_does_not_fit_the_text_space_is_named(
    tiny: Pack, tmp_path: Path, plane: NDArray[np.float32], damaged: str
) -> None:
    planes = (plane, PLANE) if damaged == "lasting" else (PLANE, plane)
    pack = with_plane(tiny, tmp_path, *planes)
    with pytest.raises(PackError, match=rf"{damaged}\.npy is no plane through a text space of 384"):
        WordTiming(pack)


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY cut short"])
@pytest.mark.parametrize("damaged", ["lasting", "ringing"])
def test_a_damaged_rule_is_named(tiny: Pack, tmp_path: Path, content: bytes, damaged: str) -> None:
    pack = with_plane(tiny, tmp_path, PLANE, PLANE)
    (pack.folder / f"{damaged}.npy").write_bytes(content)
    with pytest.raises(PackError, match=rf"{damaged}\.npy cannot be read"):
        WordTiming(pack)
