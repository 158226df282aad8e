from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import InputError, PackError
from engine.inference.text import MAX_PROMPT, TextEncoder
from engine.packs.registry import Pack, get_pack

if TYPE_CHECKING:
    from pathlib import Path

    from engine.inference.session import Sessions
    from engine.packs.stages import TextStage


@pytest.fixture
def stage(tiny: Pack) -> TextStage:
    assert tiny.manifest.text
    return tiny.manifest.text


@pytest.fixture
def encoder(sessions: Sessions, tiny: Pack, stage: TextStage) -> TextEncoder:
    return TextEncoder(sessions, tiny, stage)


def test_a_prompt_becomes_a_vector_of_length_one(encoder: TextEncoder) -> None:
    encoded = encoder.encode("footsteps on gravel")
    assert encoded.features.shape == (384,)
    assert np.linalg.norm(encoded.features) == pytest.approx(1, abs=1e-5)
    assert encoded.warning is None


def test_other_words_give_another_vector_and_the_same_words_the_same(encoder: TextEncoder) -> None:
    first, again, other = (encoder.encode(text).features for text in ("rain", "rain", "dog"))
    np.testing.assert_array_equal(first, again)
    assert float(first @ other) < 0.99


def test_blanks_around_and_between_words_do_not_matter(encoder: TextEncoder) -> None:
    np.testing.assert_array_equal(
        encoder.encode(" a \n dog\t").features, encoder.encode("a dog").features
    )


@pytest.mark.parametrize("prompt", ["", "犬が吠える", "\U0001f415 barks", "a\x00b", "Ünïcödé"])
def test_any_text_can_be_encoded(encoder: TextEncoder, prompt: str) -> None:
    assert np.isfinite(encoder.encode(prompt).features).all()


def test_a_prompt_beyond_the_models_length_is_cut_with_a_warning(encoder: TextEncoder) -> None:
    long = encoder.encode("x" * 63 + "y" * 100)
    assert long.warning is not None
    assert "64 tokens" in long.warning
    np.testing.assert_array_equal(long.features, encoder.encode("x" * 63 + "z" * 9).features)
    assert encoder.encode("x" * 62).warning is None


def test_an_endless_prompt_is_refused(encoder: TextEncoder) -> None:
    encoder.encode("a" * MAX_PROMPT)
    with pytest.raises(InputError, match="2001 characters") as error:
        encoder.encode("a" * (MAX_PROMPT + 1))
    assert "2000" in error.value.remedy


def test_bytes_that_are_no_text_are_refused(encoder: TextEncoder) -> None:
    with pytest.raises(InputError, match="no text"):
        encoder.encode("dog \udcff")


def test_the_settings_that_a_tokenizer_file_carries_from_training_are_ignored(
    sessions: Sessions, tiny_pack: Path, tmp_path: Path, stage: TextStage, encoder: TextEncoder
) -> None:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "tokenizer.json"
    data = json.loads(path.read_text("utf-8"))
    data["truncation"] = {
        "direction": "Right",
        "max_length": 4,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    data["padding"] = {
        "strategy": {"Fixed": 9},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 5,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    path.write_text(json.dumps(data), "utf-8")
    pack = get_pack("tiny", tmp_path)
    plain = TextEncoder(sessions, pack, stage).encode("a dog")
    np.testing.assert_array_equal(plain.features, encoder.encode("a dog").features)


def test_padding_up_to_the_length_does_not_change_a_masked_vector(
    sessions: Sessions, tiny: Pack, stage: TextStage, encoder: TextEncoder
) -> None:
    padded = TextEncoder(sessions, tiny, replace(stage, pad=True)).encode("a dog")
    np.testing.assert_allclose(padded.features, encoder.encode("a dog").features, atol=1e-6)


def test_a_damaged_tokenizer_is_reported_by_name(
    sessions: Sessions, tiny_pack: Path, tmp_path: Path, stage: TextStage
) -> None:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    (tmp_path / "tiny" / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(PackError, match=r"tokenizer\.json"):
        TextEncoder(sessions, get_pack("tiny", tmp_path), stage)
