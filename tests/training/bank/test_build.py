from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from engine.errors import InputError
from engine.training.bank.attribution import write_attribution
from engine.training.bank.build import Source, build, survey
from engine.training.bank.packages import UnpackedPackage
from engine.training.bank.recording import SAMPLE_RATE, UnusableRecordingError
from engine.training.bank.store import Bank, assign_splits
from engine.training.bank.table import load_table
from tests.training.small_bank import click, noise, small_sources, source

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


def test_every_entry_lies_where_the_index_says(tmp_path: Path) -> None:
    entries, dropped = build(small_sources(), tmp_path)
    bank = Bank(tmp_path)
    assert dropped == []
    assert bank.entries == tuple(entries)
    for entry in bank.entries:
        assert float(np.abs(bank.samples(entry)).max()) == pytest.approx(0.84, rel=0.06)
    ends = [entry.offset + entry.samples for entry in bank.entries]
    assert [entry.offset for entry in bank.entries] == [0, *ends[:-1]]


def test_an_interrupted_build_goes_on_and_gives_the_same_bank(tmp_path: Path) -> None:
    build(small_sources(), tmp_path / "whole")

    def stop(done: int, _total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(small_sources(), tmp_path / "cut", stop)
    with (tmp_path / "cut" / "index.jsonl.part").open("a") as index:
        index.write('{"offset": 12')  # as if the machine had died while writing
    with (tmp_path / "cut" / "audio.s16.part").open("ab") as audio:
        audio.write(b"rubbish!")
    build(small_sources(), tmp_path / "cut")
    for name in ("audio.s16", "index.jsonl"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_broken_files_are_dropped_with_the_reason(tmp_path: Path) -> None:
    def broken(_seconds: float | None) -> None:
        raise UnusableRecordingError("holds no audio")

    bad = source("bad", "event", "WOODImpt", click())
    bad = Source("test", "1", "bad.ogg", "CC0", bad.description, broken)  # type: ignore[arg-type] # never returns
    entries, dropped = build([*small_sources(), bad], tmp_path)
    assert len(entries) == len(small_sources())
    assert dropped == ["test:bad.ogg: holds no audio"]


def test_music_stays_about_a_quarter(tmp_path: Path) -> None:
    songs = [source(f"song{k}", "music", "MUSCSong", noise(20, k)) for k in range(2)]
    beds = [source(f"bed{k}", "bed", "RAIN", noise(45, k)) for k in range(2)]
    entries, _ = build(songs + beds, tmp_path)
    music = sum(entry.samples for entry in entries if entry.role == "music")
    assert music / sum(entry.samples for entry in entries) == pytest.approx(0.25, abs=0.01)


def test_about_eight_percent_of_every_kind_is_held_out() -> None:
    strata = {kind: [f"{kind}/{k}" for k in range(100)] for kind in ("dogs", "doors")}
    splits = assign_splits(strata)
    for keys in strata.values():
        assert 8 <= sum(splits[key] == "held-out" for key in keys) <= 9
    assert assign_splits(strata) == splits


def test_rare_kinds_are_not_held_out() -> None:
    assert set(assign_splits({"gong": ["a", "b", "c"]}).values()) == {"train"}


def test_a_bank_whose_files_do_not_fit_is_refused(tmp_path: Path) -> None:
    build(small_sources(), tmp_path)
    with (tmp_path / "audio.s16").open("ab") as audio:
        audio.write(b"\0\0")
    with pytest.raises(InputError, match="does not fit"):
        Bank(tmp_path)
    with pytest.raises(InputError, match="no audio bank"):
        Bank(tmp_path / "elsewhere")


@pytest.fixture
def package(tmp_path: Path) -> UnpackedPackage:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name in ("dog1", "dog2", "voice", "secret", "strange"):
        soundfile.write(folder / f"{name}.wav", click(pitch=len(name) * 100), SAMPLE_RATE)
    (folder / "dog2.wav").write_bytes((folder / "dog1.wav").read_bytes())
    text = "Files: *\nCopyright: 2020 Ann\nLicense: CC0\n\nFiles: secret.wav\nLicense: GFDL\n"
    return UnpackedPackage("farm", "1", folder, text)


def write_table(folder: Path) -> None:
    folder.mkdir()
    (folder / "farm.csv").write_text(
        "pattern;category;role;subject;action;material;captions\n"
        "dog*;ANMLDog;event;dog;barking;;a dog barking\n"
        "voice*;-;;;;;speech\n"
        "secret*;ANMLDog;event;dog;barking;;a dog barking\n"
    )


def test_a_survey_tells_used_unknown_and_left_out_files_apart(
    package: UnpackedPackage, tmp_path: Path
) -> None:
    write_table(tmp_path / "table")
    found = survey([package], load_table(tmp_path / "table"))
    assert [each.path for each in found.sources] == ["dog1.wav"]
    assert found.unmatched == ["farm: strange.wav"]
    assert dict(found.left_out) == {
        "farm: speech": 1,
        "farm: licence GFDL": 1,
        "farm: same content as another file": 1,
    }


def test_the_attribution_names_every_file_with_licence_and_authors(
    package: UnpackedPackage, tmp_path: Path
) -> None:
    write_table(tmp_path / "table")
    found = survey([package], load_table(tmp_path / "table"))
    entries, _ = build(found.sources, tmp_path / "bank")
    write_attribution(tmp_path / "ATTRIBUTION.md", [package], entries)
    text = (tmp_path / "ATTRIBUTION.md").read_text("utf-8")
    assert "## farm 1" in text
    assert "CC0, © 2020 Ann" in text
    assert "* `dog1.wav`" in text
