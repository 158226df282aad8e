from __future__ import annotations

import argparse
import importlib
import tomllib
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.training.settings import parse_settings, read_table, recorded


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    made.add_argument("--minutes", type=float, default=60.0)
    made.add_argument("--batch", type=int, required=True)
    return made


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "pack.toml"
    path.write_text("[flow]\nminutes = 90\nbatch = 8\n[other]\nbatch = 2\n", "utf-8")
    return path


def test_a_file_gives_what_the_command_line_leaves_out(config: Path) -> None:
    settings = parse_settings(parser(), "flow", ["--config", str(config), "--batch", "4"])
    assert (settings.minutes, settings.batch) == (90.0, 4)


def test_without_a_file_the_command_line_is_all() -> None:
    assert parse_settings(parser(), "flow", ["--batch", "4"]).minutes == 60.0


def test_another_table_can_be_named(config: Path) -> None:
    settings = parse_settings(parser(), "flow", ["--config", str(config), "--table", "other"])
    assert (settings.minutes, settings.batch) == (60.0, 2)


def test_a_missing_table_is_named_with_those_that_there_are(config: Path) -> None:
    with pytest.raises(InputError, match=r"has no table \[motion\]") as caught:
        parse_settings(parser(), "motion", ["--config", str(config)])
    assert "flow, other" in str(caught.value)


@pytest.mark.parametrize("text", ["[flow", None])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "broken.toml"
    if text:
        path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"broken\.toml cannot be read"):
        parse_settings(parser(), "flow", ["--config", str(path)])


def test_a_setting_that_the_command_lacks_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pack.toml"
    path.write_text("[flow]\nbatch = 8\npace = 3\n", "utf-8")
    with pytest.raises(SystemExit):
        parse_settings(parser(), "flow", ["--config", str(path)])
    assert "--pace=3" in capsys.readouterr().err


def test_what_is_recorded_holds_no_paths(config: Path) -> None:
    settings = parse_settings(parser(), "flow", ["--config", str(config)])
    assert recorded(settings) == {"batch": 8, "minutes": 90.0, "table": "flow"}


CONFIGURATION = Path(__file__).parents[2] / "engine/training/configs/lumiphone-base.toml"
STAGES = {
    "clips": ("engine.training.clips.__main__", ["--bank", "bank", "--out", "clips"]),
    "autoencoder": ("engine.training.autoencoder.train", ["--bank", "bank", "--work", "work"]),
    "decoder": (
        "engine.training.autoencoder.train",
        ["--bank", "bank", "--work", "work", "--table", "decoder", "--decoder-of", "sound.pt"],
    ),
    "adversarial": (
        "engine.training.autoencoder.adversarial",
        ["--bank", "bank", "--work", "work", "--decoder-of", "sound.pt"],
    ),
    "flow": (
        "engine.training.flow.train",
        ["--latents", "latents", "--held-out", "held-out", "--work", "work"],
    ),
    "judge": (
        "engine.training.judge.train",
        ["--latents", "latents", "--held-out", "held-out", "--work", "work"],
    ),
    "motion": ("engine.training.motion.train", ["--work", "work"]),
}


@pytest.mark.training
@pytest.mark.parametrize("table", tomllib.loads(CONFIGURATION.read_text("utf-8")))
def test_each_table_of_the_base_packs_file_is_what_its_stage_takes(table: str) -> None:
    pytest.importorskip("torch")
    module, required = STAGES[table]
    stage = importlib.import_module(module)
    options = stage.parse_arguments(["--config", str(CONFIGURATION), *required])
    for name, value in read_table(CONFIGURATION, table).items():
        assert getattr(options, name.replace("-", "_")) == value
