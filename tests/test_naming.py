from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.naming import UcsName

DOOR = UcsName("DOORWood", "LUMI", "SHOW")


@pytest.mark.parametrize("text", ["DOORWood_LUMI_SHOW", "AMBUrbn-EXT_L1_My Show", "MUSCDrml_A_B-2"])
def test_three_parts_are_understood(text: str) -> None:
    name = UcsName.parse(text)
    assert f"{name.category}_{name.creator}_{name.source}" == text


@pytest.mark.parametrize(
    "text", ["", "DOORWood", "DOORWood_LUMI", "door_LUMI_SHOW", "DOORWood_L_S_X", "DOORWood_a/b_S"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="CatID_CreatorID_SourceID"):
        UcsName.parse(text)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("knock on wood", "DOORWood_Knock On Wood 01_LUMI_SHOW"),
        ("", "DOORWood_Sound 01_LUMI_SHOW"),
        ("a door's slam, heavy_metal", "DOORWood_A Doors Slam Heavy Metal 01_LUMI_SHOW"),
        ("a door that someone slams again", "DOORWood_A Door That Someone Slams 01_LUMI_SHOW"),
        ("x" * 60, "DOORWood_X" + "x" * 24 + " 01_LUMI_SHOW"),
    ],
)
def test_the_name_says_what_is_heard(words: str, expected: str) -> None:
    assert DOOR.file_name(words, 1) == expected


@given(st.text())
def test_any_words_give_four_fields_that_every_system_can_store(words: str) -> None:
    name = DOOR.file_name(words, 7)
    assert len(name.split("_")) == 4
    assert name.isascii()
    assert not set(name) & set('<>:"/\\|?*')
