"""Every variant from import to sound: the small ones at true size, from the command line.

    python -m pytest -m slow tests/training/importers

The files of a variant at true size go when its test is over; docs/importers.md says what time,
memory and disk it takes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import soundfile

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.cli import main  # noqa: E402 - after the skip
from engine.training.importers.mmaudio.importer import import_variant  # noqa: E402
from engine.training.importers.mmaudio.variants import VARIANTS  # noqa: E402
from tests.command_line import ROOT, run  # noqa: E402
from tests.flashes import flash_film  # noqa: E402
from tests.training.importers.mmaudio.random_weights import reduced, write_weights  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.training.importers.mmaudio.variants import Variant

pytestmark = [pytest.mark.training, pytest.mark.slow]

RATES = {"16k": 16_000, "44k": 44_100}
PROMPTLY = 10  # seconds in which a wrong file is told


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where weights of true size lie; the variants share CLIP and Synchformer."""
    folder = tmp_path_factory.mktemp("downloads")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where packs are made and looked for; they are too large to be kept."""
    folder = tmp_path / "packs"
    monkeypatch.setenv("LUMIPHONE_PACKS", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", ["medium_44k", "large_44k", "large_44k_v2"])
def test_a_variant_at_reduced_depth_makes_sound(name: str, packs: Path, tmp_path: Path) -> None:
    variant = VARIANTS[name]
    write_weights(tmp_path / "weights", variant, reduced(variant))
    import_variant(variant, tmp_path / "weights", packs, sizes=reduced(variant))
    pack = _pack_of(variant)
    assert main(["packs", "verify", pack]) == 0
    _check_takes(flash_film(tmp_path), 2, pack, RATES[variant.codec])


@pytest.mark.parametrize("name", ["small_16k", "small_44k"])
def test_a_small_variant_at_true_size_goes_all_the_way_from_the_command_line(
    name: str, downloads: Path, packs: Path, tmp_path: Path
) -> None:
    variant = VARIANTS[name]
    _download(variant, downloads)
    words = ["packs", "import", "mmaudio", "--variant", name]
    assert main([*words, "--weights", str(downloads), "-o", str(packs)]) == 0
    pack = _pack_of(variant)
    assert main(["packs", "verify", pack]) == 0
    film = flash_film(tmp_path, frames=25)  # CLIP takes half a minute for a second of it
    _check_takes(film, 1, pack, RATES[variant.codec])
    assert main(["bench", "--pack", pack, "--clip", str(film)]) == 0


def test_wrong_files_of_true_size_are_told_promptly(downloads: Path, tmp_path: Path) -> None:
    _download(VARIANTS["small_16k"], downloads)
    clip, flow = "open_clip_pytorch_model.bin", "mmaudio_small_16k.pth"
    for number, (name, instead, told) in enumerate(
        [
            (clip, _cut(downloads / "ext_weights" / clip, tmp_path), "is cut short or damaged"),
            (flow, _cut(downloads / "weights" / flow, tmp_path), "is cut short or damaged"),
            (
                "v1-16.pth",
                downloads / "ext_weights" / "best_netG.pt",
                "holds the vocoder of the 16kHz",
            ),
            (flow, downloads / "ext_weights" / clip, "holds the CLIP image and text encoders, not"),
        ]
    ):
        folder = tmp_path / str(number)
        _link_all(downloads, folder)
        (folder / name).unlink()
        (folder / name).symlink_to(instead)
        words = ("packs", "import", "mmaudio", "--variant", "small_16k", "--weights", folder)
        begun = time.monotonic()
        outcome = run(tmp_path, *words, "-o", tmp_path / "packs")
        assert time.monotonic() - begun < PROMPTLY
        assert outcome.code == 2
        assert f"{name} {told}" in outcome.stderr


def _pack_of(variant: Variant) -> str:
    return f"mmaudio-{variant.name.replace('_', '-')}"


def _download(variant: Variant, folder: Path) -> None:
    script = "tests.training.importers.mmaudio.random_weights"
    subprocess.run([sys.executable, "-m", script, variant.name, str(folder)], cwd=ROOT, check=True)


def _cut(whole: Path, folder: Path) -> Path:
    """The first tenth of a file."""
    cut = folder / f"cut-{whole.name}"
    with whole.open("rb") as file:
        cut.write_bytes(file.read(whole.stat().st_size // 10))
    return cut


def _link_all(files: Path, folder: Path) -> None:
    folder.mkdir()
    for path in files.glob("*/*"):
        (folder / path.name).symlink_to(path)


def _check_takes(film: Path, seconds: int, pack: str, rate: int) -> None:
    takes = film.parent / "takes"
    words = ["generate", str(film), "-o", str(takes), "--pack", pack, "--steps", "2"]
    assert main(words) == 0
    samples, found = soundfile.read(takes / film.stem / "take-1.wav")
    assert (found, samples.shape) == (rate, (seconds * rate, 2))
    assert samples.any()
