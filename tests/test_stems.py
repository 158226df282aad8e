"""Stems from the library: apart, together, and as asked for each."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from engine.errors import InputError
from engine.media.loudness import CEILING_DB, true_peak_db
from engine.packs.manifest import read_manifest, write_manifest
from engine.packs.registry import get_pack
from engine.pipeline import Engine
from engine.stems import usual_stems
from tests.flashes import flash_film
from tests.whole_samples import whole_samples

if TYPE_CHECKING:
    from pathlib import Path

    from engine.packs.manifest import Stem
    from engine.takes import Take

ALL: tuple[Stem, ...] = ("effects", "ambience", "score")


@pytest.fixture
def engine(tiny_pack: Path) -> Engine:
    return Engine(get_pack("tiny", tiny_pack), device="cpu")


def loudness(samples: Any) -> float:  # noqa: ANN401 - an array
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2))))


def test_effects_and_ambience_are_made_where_a_pack_makes_both_else_what_it_makes_first(
    engine: Engine, film: Path, feature_pack: Path
) -> None:
    (take,) = engine.generate(film, seed=1)
    assert [*take.stems] == ["effects", "ambience"]
    assert usual_stems(get_pack("features", feature_pack).manifest) == ("effects",)


def test_stems_come_in_one_order_and_each_once(engine: Engine, film: Path) -> None:
    (take,) = engine.generate(film, seed=1, stems=("score", "effects", "score"))
    assert [*take.stems] == ["effects", "score"]


def test_a_stem_of_a_seed_is_the_same_alone_and_among_others(engine: Engine, film: Path) -> None:
    (together,) = engine.generate(film, seed=1, stems=ALL)
    for stem in ALL:
        (alone,) = engine.generate(film, seed=1, stems=(stem,))
        assert np.array_equal(alone.samples, alone.stems[stem])
        gain = float((alone.samples * together.stems[stem]).sum() / (alone.samples**2).sum())
        assert 0.5 < gain <= 1 + 1e-5, "one gain for all keeps the mix from peaking"
        np.testing.assert_allclose(together.stems[stem], gain * alone.samples, atol=2e-7)


def test_stems_sum_to_the_mix_under_the_ceiling(engine: Engine, film: Path) -> None:
    levels: dict[Stem, float] = dict.fromkeys(ALL, 12.0)
    (take,) = engine.generate(film, seed=1, stems=ALL, levels=levels)
    total = sum(samples.astype(np.float64) for samples in take.stems.values())
    assert np.array_equal(total, take.samples)
    assert np.abs(take.samples).max() > 0.5
    assert true_peak_db(take.samples) < CEILING_DB


def test_a_stem_is_saved_alone(engine: Engine, film: Path, tmp_path: Path) -> None:
    (take,) = engine.generate(film, seed=1)
    parts = [whole_samples(take.save(tmp_path / f"{stem}.wav", stem)) for stem in take.stems]
    assert np.array_equal(sum(parts), whole_samples(take.save(tmp_path / "mix.wav")))


def test_levels_are_the_packs_unless_given(engine: Engine, film: Path) -> None:
    def parts(levels: dict[Stem, float]) -> Take:
        (take,) = engine.generate(film, seed=1, levels=levels)
        return take

    usual, softer = parts({}), parts({"ambience": -18.0})
    assert usual.provenance.stems["ambience"].level == -12
    change = loudness(softer.stems["ambience"]) - loudness(usual.stems["ambience"])
    assert change == pytest.approx(-6, abs=0.1)
    assert loudness(softer.stems["effects"]) == pytest.approx(loudness(usual.stems["effects"]))


def test_each_stem_follows_its_own_words(engine: Engine, film: Path) -> None:
    (plain,) = engine.generate(film, seed=1, stems=ALL, prompt="a dog")
    (own,) = engine.generate(
        film,
        seed=1,
        stems=ALL,
        prompt={"effects": "a dog", "ambience": "rain", "score": "a dog"},
        negative={"score": "drums"},
    )
    changed = [
        stem
        for stem in ALL
        if float(np.corrcoef(plain.stems[stem][0], own.stems[stem][0])[0, 1]) < 0.9999
    ]
    assert changed == ["ambience", "score"]
    assert own.provenance.stems["ambience"].heard == "rain"
    assert own.provenance.heard == "a dog, rain"


def test_without_words_a_score_takes_up_the_mood_and_the_others_what_is_seen(
    engine: Engine, film: Path
) -> None:
    (take,) = engine.generate(film, seed=1, stems=ALL)
    origins = take.provenance.stems
    assert {origins[stem].text_source for stem in ALL} == {"pictures"}
    assert origins["effects"].heard == origins["ambience"].heard == "a dog barking"
    assert origins["score"].heard == take.observation.mood
    (told,) = engine.generate(film, seed=1, stems=ALL[2:], prompt=take.observation.mood)
    (alone,) = engine.generate(film, seed=1, stems=ALL[2:])
    assert np.array_equal(told.samples, alone.samples)


def test_where_nobody_says_anything_a_pack_may_have_words_of_its_own_for_a_stem(
    tiny_pack: Path, tmp_path: Path
) -> None:
    manifest = replace(read_manifest(tiny_pack / "tiny"), words={"ambience": "rain"})
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    write_manifest(tmp_path / "tiny", manifest)
    engine = Engine(get_pack("tiny", tmp_path), device="cpu")
    dull = flash_film(tmp_path, colour=(0.5, 0.5, 0.5))
    (take,) = engine.generate(dull, seed=1)
    effects, ambience = (take.provenance.stems[stem] for stem in ALL[:2])
    assert (effects.text_source, effects.heard) == ("nothing", "")
    assert (ambience.text_source, ambience.heard) == ("pack", "rain")
    (told,) = engine.generate(dull, seed=1, prompt={"ambience": "rain"})
    assert np.array_equal(told.samples, take.samples)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"stems": ("dialogue",)}, "makes no dialogue"),
        ({"prompt": {"score": "a waltz"}}, "score, which is not asked for"),
        ({"negative": {"score": "drums"}}, "score, which is not asked for"),
        ({"levels": {"score": -3.0}}, "score, which is not asked for"),
        ({"levels": {"effects": 21.0}}, "21 dB"),
        ({"levels": {"effects": float("nan")}}, "nan dB"),
    ],
)
def test_what_cannot_be_meant_of_a_stem_is_refused(
    engine: Engine, film: Path, wish: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        engine.generate(film, **wish)
    assert "decode" not in engine.stopwatch.seconds
