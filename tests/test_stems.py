"""Stems from the library and the command line: apart, together, and as asked for each."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import av
import numpy as np
import pyloudnorm
import pytest
import soundfile

from engine import load_engine
from engine.cli import main
from engine.errors import InputError
from engine.media.loudness import CEILING_DB, true_peak_db
from engine.packs.manifest import read_manifest, write_manifest
from engine.packs.registry import get_pack
from engine.pipeline import Engine
from engine.stems import usual_stems
from tests.flashes import flash_film

if TYPE_CHECKING:
    from engine.packs.manifest import Stem
    from engine.takes import Take

Lumiphone: TypeAlias = Callable[..., dict[str, Any]]
ALL: tuple[Stem, ...] = ("effects", "ambience", "score")


@pytest.fixture(autouse=True)
def _packs(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))


@pytest.fixture
def engine() -> Engine:
    return load_engine("tiny", device="cpu")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return flash_film(tmp_path_factory.mktemp("films"))


@pytest.fixture
def lumiphone(capsys: pytest.CaptureFixture[str]) -> Lumiphone:
    """Run a command with --json and return its object; it must end with the given code."""

    def run(*words: str | Path, code: int = 0) -> dict[str, Any]:
        ended = main([*map(str, words), "--json"])
        output = capsys.readouterr()
        assert ended == code, output.err
        data: dict[str, Any] = json.loads(output.out.splitlines()[-1])
        return data

    return run


@pytest.fixture
def generate(lumiphone: Lumiphone, tmp_path: Path) -> Lumiphone:
    words = ("generate", "-o", tmp_path / "takes", "--pack", "tiny", "--seed", "3")
    return lambda *more, code=0: lumiphone(*words, *more, code=code)


def steps(path: str | Path) -> Any:  # noqa: ANN401 - an array
    """A file's samples as 24-bit whole numbers."""
    assert soundfile.info(path).subtype == "PCM_24"
    whole = soundfile.read(path, dtype="int32")[0].astype(np.int64)
    assert not (whole % 256).any()
    return whole // 256


def loudness(samples: Any) -> float:  # noqa: ANN401 - an array
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2))))


def facts_of(take: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(Path(take["sidecar"]).read_text("utf-8"))
    return facts


# ---------------------------------------------------------------- the library


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
    parts = [steps(take.save(tmp_path / f"{stem}.wav", stem)) for stem in take.stems]
    assert np.array_equal(sum(parts), steps(take.save(tmp_path / "mix.wav")))


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


# ---------------------------------------------------------------- the command line


def test_stem_files_sum_to_the_mix_to_the_last_bit(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(film, "--stems", "effects,ambience,score", "--takes", "1")["takes"]
    assert [*take["stems"]] == [*ALL]
    assert [Path(wav).name for wav in take["stems"].values()] == [f"take-1.{s}.wav" for s in ALL]
    parts = [steps(wav) for wav in take["stems"].values()]
    assert all(part.any() for part in parts)
    assert np.array_equal(sum(parts), steps(take["wav"]))


def test_the_video_carries_the_mix(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(film, "--audio-codec", "pcm", "--stems", "effects,ambience")["takes"]
    with av.open(take["video"]) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    sound = np.concatenate(blocks, axis=1).reshape(-1, 2).astype(np.int64)
    assert np.array_equal(sound >> 8, steps(take["wav"]))


def test_one_stem_is_the_mix_and_has_no_file_of_its_own(
    generate: Lumiphone, film: Path, tmp_path: Path
) -> None:
    (take,) = generate(film, "--stems", "effects", "--no-video")["takes"]
    assert take["stems"] == {}
    assert sorted(path.name for path in (tmp_path / "takes" / "dog").iterdir()) == [
        *("cues.json", "take-1.json", "take-1.wav")
    ]


def test_words_and_levels_go_to_their_stem(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(
        *(film, "--no-video", "--stems", "effects,ambience,score", "--negative", "speech"),
        *("--prompt", "a dog", "--prompt", "ambience=rain on a roof", "--prompt", "score="),
        *("--negative", "ambience=thunder", "--stem-levels", "ambience=-6,score=-20dB"),
    )["takes"]
    facts = facts_of(take)
    assert (facts["prompt"], facts["negative"]) == ("a dog", "speech")
    told = facts["stems"]
    assert [told[stem]["prompt"] for stem in ALL] == [None, "rain on a roof", ""]
    assert [told[stem]["negative"] for stem in ALL] == [None, "thunder", None]
    assert [told[stem]["text_source"] for stem in ALL] == ["prompt", "prompt", "pictures"]
    assert [told[stem]["level"] for stem in ALL] == [0, -6, -20]
    assert [told[stem]["wav"] for stem in ALL] == [f"take-1.{stem}.wav" for stem in ALL]


def test_words_with_an_equals_sign_that_name_no_stem_are_for_all(
    generate: Lumiphone, film: Path
) -> None:
    (take,) = generate(film, "--no-video", "--prompt", "speed=fast rain")["takes"]
    assert facts_of(take)["prompt"] == "speed=fast rain"


@pytest.mark.parametrize(
    "words",
    [
        ("--stems", "effects,noise"),
        ("--stems", ""),
        ("--stem-levels", "ambience"),
        ("--stem-levels", "ambience=loud"),
        ("--stem-levels", "ambience=21"),
        ("--stem-levels", "ambience=nan"),
        ("--stems", "dialogue"),
        ("--prompt", "score=a waltz"),
    ],
)
def test_a_wrong_stem_is_bad_input(
    capsys: pytest.CaptureFixture[str], film: Path, tmp_path: Path, words: tuple[str, str]
) -> None:
    try:
        code = main(["generate", str(film), "-o", str(tmp_path), "--pack", "tiny", *words])
    except SystemExit as ended:  # argparse's own way
        code = int(ended.code or 0)
    assert code == 2
    assert words[1].partition("=")[0].rpartition(",")[2] in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("form", ["wav", "bwf"])
def test_a_mix_at_a_loudness_target_is_still_the_sum_of_its_stems(
    generate: Lumiphone, film: Path, form: str
) -> None:
    (take,) = generate(film, "--no-video", "--loudness", "r128", "--wav-format", form)["takes"]
    samples, rate = soundfile.read(take["wav"])
    assert pyloudnorm.Meter(rate).integrated_loudness(samples) == pytest.approx(-23, abs=0.5)
    assert np.array_equal(sum(map(steps, take["stems"].values())), steps(take["wav"]))


def test_a_target_that_peaks_keep_away_is_missed_without_a_limiter_and_said(
    generate: Lumiphone, film: Path
) -> None:
    result = generate(film, "--no-video", "--loudness", "streaming")
    (take,) = result["takes"]
    assert np.array_equal(sum(map(steps, take["stems"].values())), steps(take["wav"]))
    assert true_peak_db(soundfile.read(take["wav"], dtype="float32")[0].T) < -1
    missed = [text for text in result["warnings"] if "ceiling" in text]
    loud = facts_of(take)["loudness"]["integrated"]
    assert bool(missed) == (abs(loud + 14) > 1)


def test_broadcast_waves_name_their_stem(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(
        film, "--no-video", "--wav-format", "bwf", "--prompt", "a dog", "--prompt", "ambience=rain"
    )["takes"]
    said = {}
    for name, path in {"mix": take["wav"], **take["stems"]}.items():
        with av.open(path) as container:
            said[name] = container.metadata["comment"]
    assert said == {"mix": "a dog, rain", "effects": "a dog", "ambience": "rain"}
    assert b"ambience L" in Path(take["stems"]["ambience"]).read_bytes()


def test_ucs_names_tell_stems_in_their_last_field(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(
        film, "--no-video", "--ucs", "DOORWood_LUMI_SHOW", "--prompt", "knock on wood"
    )["takes"]
    base = "DOORWood_Knock On Wood 01_LUMI_SHOW"
    assert Path(take["wav"]).name == f"{base}.wav"
    assert [Path(wav).name for wav in take["stems"].values()] == [
        *(f"{base}_effects.wav", f"{base}_ambience.wav")
    ]


@pytest.mark.parametrize("which", ["sidecar", "wav", "score", "video"])
def test_what_made_a_take_is_told_by_each_of_its_files_and_makes_them_again(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path, which: str
) -> None:
    (take,) = generate(
        *(film, "--stems", "effects,score,ambience", "--prompt", "ambience=rain"),
        *("--negative", "score=drums", "--stem-levels", "score=-3"),
    )["takes"]
    file = take["stems"].get(which) or take[which]
    again = lumiphone("inspect", file, "--again", tmp_path / "again")["again"]
    assert [*again["stems"]] == [*ALL]
    for stem in ALL:
        assert Path(again["stems"][stem]).read_bytes() == Path(take["stems"][stem]).read_bytes()
    assert Path(again["wav"]).read_bytes() == Path(take["wav"]).read_bytes()


def test_a_sidecar_from_before_there_were_stems_makes_its_take_again(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, tmp_path: Path
) -> None:
    (take,) = generate(film, "--no-video", "--stems", "effects")["takes"]
    facts = facts_of(take)
    del facts["stems"]
    facts |= {"stem": "effects", "text_source": "pictures"}
    Path(take["sidecar"]).write_text(json.dumps(facts), "utf-8")
    again = lumiphone("inspect", take["sidecar"], "--again", tmp_path / "again")["again"]
    assert Path(again["wav"]).read_bytes() == Path(take["wav"]).read_bytes()


@pytest.mark.parametrize("damage", [{"stems": "all"}, {"stems": {"effects": 3}}, {"stems": None}])
def test_a_sidecar_with_damaged_stems_is_shown_all_the_same(
    generate: Lumiphone, lumiphone: Lumiphone, film: Path, damage: dict[str, Any]
) -> None:
    (take,) = generate(film, "--no-video", "--stems", "effects")["takes"]
    Path(take["sidecar"]).write_text(json.dumps(facts_of(take) | damage), "utf-8")
    assert lumiphone("inspect", take["sidecar"])["facts"]["seed"] == 3


def test_a_person_is_told_where_each_stem_lies(
    capsys: pytest.CaptureFixture[str], film: Path, tmp_path: Path
) -> None:
    words = ("generate", film, "-o", tmp_path, "--pack", "tiny", "--stems", "effects,score")
    assert main([*map(str, words)]) == 0
    said = capsys.readouterr().out
    assert "take-1.effects.wav  (effects)" in said
    assert "a score of: " in said
    assert main(["inspect", str(tmp_path / "dog" / "take-1.score.wav")]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"score +-9 dB, .* music \(from the pictures\)", shown)
