"""Every variant from import to sound: the small ones at true size, from the command line.

    python -m pytest -m slow tests/training/importers

takes the better part of an hour, 12 GB of memory and 20 GB of disk.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import soundfile

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.cli import main  # noqa: E402 - after the skip
from engine.training.importers.mmaudio.importer import import_variant  # noqa: E402
from engine.training.importers.mmaudio.variants import VARIANTS  # noqa: E402
from tests.command_line import ROOT  # noqa: E402
from tests.flashes import flash_film  # noqa: E402
from tests.training.importers.mmaudio.random_weights import reduced, write_weights  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.training, pytest.mark.slow]

RATES = {"16k": 16_000, "44k": 44_100}


@pytest.mark.parametrize("name", ["medium_44k", "large_44k", "large_44k_v2"])
def test_a_variant_at_reduced_depth_makes_sound(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant, packs = VARIANTS[name], tmp_path / "packs"
    write_weights(tmp_path / "weights", variant, reduced(variant))
    import_variant(variant, tmp_path / "weights", packs, sizes=reduced(variant))
    monkeypatch.setenv("LUMIPHONE_PACKS", str(packs))
    pack = f"mmaudio-{name.replace('_', '-')}"
    assert main(["packs", "verify", pack]) == 0
    _check_takes(tmp_path, pack, RATES[variant.codec])


@pytest.mark.parametrize("name", ["small_16k", "small_44k"])
def test_a_small_variant_at_true_size_goes_all_the_way_from_the_command_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, packs = tmp_path / "weights", tmp_path / "packs"
    script = "tests.training.importers.mmaudio.random_weights"
    subprocess.run([sys.executable, "-m", script, name, str(weights)], cwd=ROOT, check=True)
    words = ["packs", "import", "mmaudio", "--variant", name]
    words += ["--weights", str(weights), "-o", str(packs)]
    assert main(words) == 0
    monkeypatch.setenv("LUMIPHONE_PACKS", str(packs))
    pack = f"mmaudio-{name.replace('_', '-')}"
    assert main(["packs", "verify", pack]) == 0
    _check_takes(tmp_path, pack, RATES[VARIANTS[name].codec])
    assert main(["bench", "--pack", pack]) == 0


def _check_takes(tmp_path: Path, pack: str, rate: int) -> None:
    film, takes = flash_film(tmp_path), tmp_path / "takes"
    words = ["generate", str(film), "-o", str(takes), "--pack", pack, "--steps", "2"]
    assert main(words) == 0
    samples, found = soundfile.read(takes / film.stem / "take-1.wav")
    assert (found, samples.shape) == (rate, (2 * rate, 2))
