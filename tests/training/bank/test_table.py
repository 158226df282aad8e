from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.training.bank.packages import PACKAGES
from engine.training.bank.procedural import procedures
from engine.training.bank.table import load_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training

HEADER = "pattern;category;role;subject;action;material;captions\n"


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / f"{name}.csv").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")


def test_the_first_rule_whose_glob_ends_the_path_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "farm",
        "animals/dog*;ANMLDog;event;dog;barking;;a dog barking",
        "animals/*;ANMLFarm;event;cow;mooing;;a cow mooing",
    )
    table = load_table(tmp_path)
    dog = table.find("farm", "usr/share/farm/animals/dog1.ogg")
    cow = table.find("farm", "usr/share/farm/animals/cow.ogg")
    assert dog is not None
    assert dog.description is not None
    assert dog.description.captions == ("a dog barking", "dog")
    assert cow is not None
    assert cow.description is not None
    assert cow.description.category == "ANMLFarm"
    assert table.find("farm", "usr/share/farm/engine.ogg") is None


def test_files_can_be_left_out_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path, "farm", "voice/*;-;;;;;speech")
    rule = load_table(tmp_path).find("farm", "a/voice/1.ogg")
    assert rule is not None
    assert rule.description is None
    assert rule.reason == "speech"


def test_music_is_described_by_its_tone(tmp_path: Path) -> None:
    write(tmp_path, "farm", "music/*;-music;;;;;")
    write(tmp_path, "music", "farm/music/*;MUSCSong;music;band;playing;;calm music|pastoral")
    rule = load_table(tmp_path).find("farm", "share/farm/music/a.ogg")
    assert rule is not None
    assert rule.description is not None
    assert rule.description.captions == ("calm music", "pastoral")


def test_a_line_with_an_unknown_role_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, "farm", "a*;ANMLDog;bark;dog;barking;;a dog")
    with pytest.raises(InputError, match=r"farm\.csv:2"):
        load_table(tmp_path)


def test_a_line_with_missing_columns_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, "farm", "a*;ANMLDog;event;dog")
    with pytest.raises(InputError, match=r"farm\.csv:2"):
        load_table(tmp_path)


def test_every_package_of_the_bank_has_rules() -> None:
    assert set(PACKAGES) <= set(load_table().rules)


def test_every_description_can_be_asked_for_and_has_a_ucs_category() -> None:
    for rules in load_table().rules.values():
        for rule in rules:
            if rule.description is not None:
                assert rule.description.captions, rule.pattern
                assert re.fullmatch(r"[A-Z]{2,5}[A-Za-z]*", rule.description.category), rule.pattern


def test_the_table_covers_more_than_a_hundred_categories() -> None:
    rules = (rule for rules in load_table().rules.values() for rule in rules)
    assert len({rule.description.category for rule in rules if rule.description}) > 100


def test_every_synthetic_sound_is_described() -> None:
    table = load_table()
    unknown = [each.name for each in procedures() if table.find("procedural", each.name) is None]
    assert unknown == []
