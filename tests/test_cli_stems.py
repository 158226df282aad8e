"""Stems from the command line: files that sum to the mix, each with its own words and level."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pyloudnorm
import pytest
import soundfile

from engine.cli import main
from engine.media.loudness import true_peak_db
from tests.command_line import facts_of
from tests.whole_samples import whole_samples

if TYPE_CHECKING:
    from engine.packs.manifest import Stem
    from tests.command_line import Lumiphone

pytestmark = pytest.mark.usefixtures("tiny_packs")

ALL: tuple[Stem, ...] = ("effects", "ambience", "score")


def is_the_sum_of_its_stems(take: dict[str, Any]) -> bool:
    stems = map(whole_samples, take["stems"].values())
    return np.array_equal(sum(stems), whole_samples(take["wav"]))


def test_stem_files_sum_to_the_mix_to_the_last_bit(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(film, "--stems", "effects,ambience,score", "--takes", "1")["takes"]
    assert [*take["stems"]] == [*ALL]
    assert [Path(wav).name for wav in take["stems"].values()] == [f"take-1.{s}.wav" for s in ALL]
    assert all(whole_samples(wav).any() for wav in take["stems"].values())
    assert is_the_sum_of_its_stems(take)


def test_the_video_carries_the_mix(generate: Lumiphone, film: Path) -> None:
    (take,) = generate(film, "--audio-codec", "pcm", "--stems", "effects,ambience")["takes"]
    with av.open(take["video"]) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    sound = np.concatenate(blocks, axis=1).reshape(-1, 2).astype(np.int64)
    assert np.array_equal(sound >> 8, whole_samples(take["wav"]))


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
    assert np.array_equal(
        sum(map(whole_samples, take["stems"].values())), whole_samples(take["wav"])
    )


def test_a_target_that_peaks_keep_away_is_missed_without_a_limiter_and_said(
    generate: Lumiphone, film: Path
) -> None:
    result = generate(film, "--no-video", "--loudness", "streaming")
    (take,) = result["takes"]
    assert np.array_equal(
        sum(map(whole_samples, take["stems"].values())), whole_samples(take["wav"])
    )
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
