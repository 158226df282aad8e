from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

pytest.importorskip("torch")

from engine.packs.manifest import Manifest, read_manifest, write_manifest
from engine.packs.registry import Pack
from engine.training.evaluation.bench import Plan
from engine.training.evaluation.parts import PARTS, measure_parts
from engine.training.evaluation.stems import StemFigures
from tests.tiny_pack import file_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.training.evaluation.bench import Bench

pytestmark = pytest.mark.training

BLIND, SEEING = "stems", "scenes"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A part of words alone and one that looks at pictures, counted instead of measured."""
    counted: list[str] = []

    def counting(name: str) -> Callable[[Bench], StemFigures]:
        def measure(_bench: Bench) -> StemFigures:
            counted.append(name)
            return StemFigures(())

        return measure

    for name in (BLIND, SEEING):
        part = replace(PARTS[name], kind=StemFigures, measure=counting(name))
        monkeypatch.setitem(PARTS, name, part)
    return counted


@pytest.fixture
def folder(tiny_pack: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    return tmp_path / "tiny"


def run(folder: Path) -> None:
    subject = SimpleNamespace(pack=Pack(folder, read_manifest(folder)), facts=[])
    bench: Any = SimpleNamespace(subject=subject, plan=Plan((), ()), progress=lambda *_: None)
    measure_parts(cast("Bench", bench), (BLIND, SEEING), folder.parent / "work")


def rewrite(folder: Path, change: Callable[[Manifest], Manifest]) -> None:
    write_manifest(folder, change(read_manifest(folder)))


def with_sums(manifest: Manifest, folder: Path) -> Manifest:
    return replace(manifest, files={name: file_entry(folder / name) for name in manifest.files})


def test_a_part_is_kept_while_nothing_changes(measured: list[str], folder: Path) -> None:
    run(folder)
    run(folder)
    assert sorted(measured) == [SEEING, BLIND]


def test_other_eyes_change_only_what_sees(measured: list[str], folder: Path) -> None:
    run(folder)
    vectors = np.load(folder / "label_embeddings.npy")
    np.save(folder / "label_embeddings.npy", -vectors)
    (folder / "motion.onnx").write_bytes((folder / "scene.onnx").read_bytes())
    rewrite(folder, lambda manifest: with_sums(manifest, folder))
    run(folder)
    assert sorted(measured) == [SEEING, SEEING, BLIND]


@pytest.mark.parametrize("name", ["tokenizer.json", "velocity.onnx", "decoder.onnx"])
def test_whatever_sounds_changes_every_part(measured: list[str], folder: Path, name: str) -> None:
    run(folder)
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    rewrite(folder, lambda manifest: with_sums(manifest, folder))
    run(folder)
    assert sorted(measured) == [SEEING, SEEING, BLIND, BLIND]


def test_so_does_another_way_to_draw(measured: list[str], folder: Path) -> None:
    run(folder)
    rewrite(folder, lambda manifest: replace(manifest, sampler=replace(manifest.sampler, steps=9)))
    run(folder)
    assert sorted(measured) == [SEEING, SEEING, BLIND, BLIND]
