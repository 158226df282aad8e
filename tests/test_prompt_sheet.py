from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.prompt_sheet import PromptSheet, names_of
from engine.request import Request

TABLE = """\
clip,prompt,negative
street*,"rain, cars passing",
Door.MOV,a heavy door,voices
3,,birds
"""
TOML = """\
["street*"]
prompt = "rain, cars passing"
["Door.MOV"]
prompt = "a heavy door"
negative = "voices"
[3]
negative = "birds"
"""


def sheet(folder: Path, text: str, name: str = "prompts.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("prompts.csv", TABLE, "utf-8"),
        ("prompts.csv", TABLE, "utf-8-sig"),  # as spreadsheets write it
        ("prompts.csv", TABLE.replace(",", ";").replace("rain;", "rain,"), "utf-8"),
        ("prompts.txt", TABLE.replace(",", "\t").replace("rain\t", "rain,"), "utf-8"),
        ("prompts.toml", TOML, "utf-8"),
    ],
)
def test_each_clip_gets_its_words_and_the_others_the_common_ones(
    tmp_path: Path, name: str, text: str, encoding: str
) -> None:
    prompts = PromptSheet.load(sheet(tmp_path, text, name, encoding))
    common = Request(prompt="wind", negative="music", seed=7)
    wishes = [
        prompts.wish(common, names_of(Path(file), number))
        for number, file in enumerate_text("street_01.mp4", "door.mov", "dog.mp4", "cat.mp4")
    ]
    assert [(wish.prompt, wish.negative) for wish in wishes] == [
        ("rain, cars passing", "music"),
        ("a heavy door", "voices"),
        ("wind", "birds"),
        ("wind", "music"),
    ]
    assert {wish.seed for wish in wishes} == {7}


def enumerate_text(*files: str) -> list[tuple[str, str]]:
    return [(str(number), file) for number, file in enumerate(files, 1)]


def test_a_stem_s_own_column_is_for_that_stem_alone(tmp_path: Path) -> None:
    prompts = PromptSheet.load(
        sheet(tmp_path, "clip,prompt,Ambience,score\ndog,bark,rain on leaves,\n")
    )
    common = Request(prompts={"ambience": "wind", "score": "slow piano"})
    wish = prompts.wish(common, ("dog",))
    assert (wish.prompt, wish.prompts) == (
        "bark",
        {"ambience": "rain on leaves", "score": "slow piano"},
    )


def test_of_several_entries_that_fit_the_first_counts(tmp_path: Path) -> None:
    prompts = PromptSheet.load(sheet(tmp_path, "clip,prompt\ndog*,bark\n*,wind\n"))
    wishes = [prompts.wish(Request(), (name,)).prompt for name in ("Dogs", "cat")]
    assert wishes == ["bark", "wind"]


def test_entries_that_fit_nothing_are_found(tmp_path: Path) -> None:
    prompts = PromptSheet.load(sheet(tmp_path, TABLE))
    assert prompts.unused([("street.mp4", "street"), ("x", "3")]) == ["door.mov"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "clip,sound\nx,y\n"),
        ("a.csv", "clip,prompt\n,rain\n"),
        ("a.csv", "clip,prompt\nx,rain,wind,more\n"),
        ("a.csv", 'clip,prompt\nx,"rain\n'),
        ("a.csv", "street.mp4,rain\ndoor.mp4,creak\n"),
        ("a.toml", "['x']\nprompt = 3\n"),
        ("a.toml", "x = 3\n"),
        ("a.toml", "[["),
    ],
)
def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    path = sheet(tmp_path, text, name)
    with pytest.raises(InputError, match=r"a\.(csv|toml) cannot be read as prompts"):
        PromptSheet.load(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        PromptSheet.load(tmp_path / "prompts.csv")
