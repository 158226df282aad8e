"""Random weights of the published forms, at reduced depth, go all the way to sound."""

from __future__ import annotations

import json
import shutil
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.cli import main  # noqa: E402 - after the skip
from engine.cues import CueEvent, CueSheet  # noqa: E402
from engine.errors import CancelledError, InputError  # noqa: E402
from engine.packs.manifest import read_manifest  # noqa: E402
from engine.packs.registry import list_packs  # noqa: E402
from engine.training.importers.mmaudio.importer import import_variant  # noqa: E402
from engine.training.importers.mmaudio.parts import read_part, shapes_of, sizes_of  # noqa: E402
from engine.training.importers.mmaudio.pieces import pieces_of  # noqa: E402
from engine.training.importers.mmaudio.variants import VARIANTS  # noqa: E402
from engine.training.importers.mmaudio.weights import find_files  # noqa: E402
from tests.command_line import run  # noqa: E402
from tests.flashes import flash_film  # noqa: E402
from tests.training.importers.mmaudio.random_weights import reduced, write_weights  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.training.importers.mmaudio.variants import Variant
    from engine.training.importers.precision import Precision

pytestmark = pytest.mark.training

SMALL, PACK = VARIANTS["small_16k"], "mmaudio-small-16k"
SIZES = reduced(SMALL)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_weights(folder, SMALL, SIZES)
    return folder


@pytest.fixture(scope="module")
def imported(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packs with the imported one, whose import was interrupted once."""
    packs = tmp_path_factory.mktemp("packs")
    begun: list[str] = []

    def tell(stage: str, _fraction: float) -> None:
        begun.append(stage)

    with pytest.raises(CancelledError):
        import_variant(
            *(SMALL, weights, packs),
            sizes=SIZES,
            progress=tell,
            cancelled=lambda: "making text" in begun,
        )
    assert [path.name for path in packs.iterdir()] == [f".importing-{PACK}"]
    assert not list_packs(packs).packs
    finished = {path.name: path.stat() for path in (packs / f".importing-{PACK}").glob("*.onnx")}
    folder = import_variant(SMALL, weights, packs, sizes=SIZES)
    assert finished.keys() == {"clip.onnx", "text.onnx"}
    for name, state in finished.items():  # which were not made again
        assert (folder / name).stat().st_mtime_ns == state.st_mtime_ns
    return packs


@pytest.fixture
def packs(imported: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(imported))
    return imported


def test_the_pack_says_what_the_model_is(packs: Path) -> None:
    manifest = read_manifest(packs / PACK)
    audio = manifest.audio
    assert (audio.sample_rate, audio.hop, audio.window, audio.latent_channels) == (
        16_000,
        512,
        250,
        20,
    )
    assert not manifest.licence.commercial_use
    assert manifest.features["sync"].points(200, manifest.pictures["sync"].rate) == 192
    assert [path.name for path in packs.iterdir()] == [PACK]
    assert {path.name for path in (packs / PACK).iterdir()} == {*manifest.files, "pack.json"}


def test_it_is_whole_and_its_licence_is_told(
    packs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packs.is_dir()
    assert main(["packs", "verify", PACK]) == 0
    assert main(["packs", "list"]) == 0
    assert "CC-BY-NC-4.0 (not commercial)" in capsys.readouterr().out


def test_it_makes_sound_for_a_clip_at_the_models_rate_and_exact_length(
    packs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packs.is_dir()
    film = flash_film(tmp_path)
    words = ["generate", str(film), "-o", str(tmp_path / "takes"), "--pack", PACK, "--steps", "2"]
    words += ["--prompt", "a dog", "--negative", "music", "--takes", "2", "--seed", "1"]
    cues = tmp_path / "wanted.json"
    cues.write_text(json.dumps(CueSheet(Fraction(25), (CueEvent(0.5),)).to_json()), "utf-8")
    words += ["--cues", str(cues)]
    assert main(words) == 0
    shown = capsys.readouterr()
    assert "may not be used commercially" in shown.err
    assert "Onsets that meet the cue sheet" in shown.out
    folder = tmp_path / "takes" / film.stem
    samples, rate = soundfile.read(folder / "take-1.wav")
    assert (rate, samples.shape) == (16_000, (32_000, 2))
    assert np.isfinite(samples).all()
    assert np.ptp(samples) > 0
    sidecar = json.loads((folder / "take-1.json").read_text("utf-8"))
    assert sidecar["pack"]["id"] == PACK
    assert 0 <= sidecar["sync"] <= 1


def test_bench_shows_each_stage_and_that_features_are_computed_once(
    packs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert packs.is_dir()
    film = flash_film(tmp_path)
    assert main(["bench", "--clip", str(film), "--pack", PACK, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"clip", "sync", "sampler", "decoder"} <= figures["cold"]["stages"].keys()
    assert not {"clip", "sync"} & figures["warm"]["stages"].keys()


def test_a_swapped_file_is_recognised_within_ten_seconds(weights: Path, tmp_path: Path) -> None:
    swapped = tmp_path / "v1-16.pth"
    tensors = torch.load(weights / "ext_weights" / "best_netG.pt", weights_only=True)
    torch.save(tensors, swapped)
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"v1-16\.pth is not the spectrogram autoencoder") as error:
        read_part("vae", swapped, SMALL, SIZES)
    assert time.monotonic() - begun < 10
    assert "it lacks" in error.value.what
    assert "releases/download" in error.value.remedy


def test_another_models_file_is_named_for_what_it_is(tmp_path: Path) -> None:
    other = VARIANTS["small_44k"]
    path = tmp_path / "mmaudio_small_16k.pth"
    torch.save(_empty(other), path)
    with pytest.raises(InputError, match="holds the flow network of small_44k, not") as error:
        read_part("flow", path, SMALL, sizes_of(SMALL))
    assert "mmaudio_small_16k.pth" in error.value.what


def _empty(variant: Variant) -> dict[str, Tensor]:
    """A flow checkpoint of the right names and shapes, which holds one number per tensor."""
    shapes = shapes_of("flow", sizes_of(variant))
    return {name: torch.zeros(1).expand(shape) for name, shape in shapes.items()}


def test_pieces_are_made_anew_where_their_files_or_the_precision_changed(
    weights: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "weights"
    shutil.copytree(weights, copy)

    def origins(precision: Precision = "fp32") -> dict[str, object]:
        pieces = pieces_of(SMALL, SIZES, find_files(copy, SMALL), precision)
        assert all(json.loads(json.dumps(piece.origin)) == piece.origin for piece in pieces)
        return {piece.name: piece.origin for piece in pieces}

    before = origins()
    assert before == origins()
    (copy / "weights" / "mmaudio_small_16k.pth").touch()
    after = origins()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"flow", "decoder", "encoder"}
    assert all(origin != after[name] for name, origin in origins("fp16").items())


def test_what_the_folder_lacks_is_told_by_the_command(tmp_path: Path) -> None:
    words = ("packs", "import", "mmaudio", "--variant", "small_16k", "--weights", tmp_path)
    told = run(tmp_path, *words, "-o", tmp_path / "packs")
    assert told.code == 2
    assert "mmaudio_small_16k.pth" in told.stderr
    assert not (tmp_path / "packs").exists()
