from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from engine import load_engine
from engine.cues import CueEvent, CueSheet
from engine.errors import CancelledError, InputError, PackError, PackNotFoundError
from engine.request import Request
from engine.source import Source
from engine.span import Span
from tests.flashes import GREY, flash_film

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.pipeline import Engine
    from engine.takes import Take


@pytest.fixture
def engine(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    return load_engine("tiny", device="cpu")


def loudness_near(take: Take, seconds: float, reach: float = 0.06) -> float:
    """RMS of a take within ``reach`` seconds of a moment."""
    centre, half = round(seconds * take.sample_rate), round(reach * take.sample_rate)
    part = take.samples[:, max(0, centre - half) : centre + half].astype(np.float64)
    return float(np.sqrt(np.mean(part**2)))


def difference(one: Take, other: Take) -> float:
    """RMS of the difference over the RMS of the first."""

    def rms(samples: NDArray[np.float32]) -> float:
        return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))

    return rms(one.samples - other.samples) / rms(one.samples)


def test_three_lines_make_a_wav(engine: Engine, film: Path, tmp_path: Path) -> None:
    takes = engine.generate(film, prompt="a dog barking")
    takes[0].save(tmp_path / "clip.wav")
    info = soundfile.info(tmp_path / "clip.wav")
    assert (info.subtype, info.samplerate, info.channels, info.frames) == (
        "PCM_24",
        48000,
        2,
        96000,
    )


@pytest.mark.parametrize(
    ("rate", "frames"),
    [
        (Fraction(24000, 1001), 1),
        (Fraction(24000, 1001), 37),
        (Fraction(30000, 1001), 50),
        (Fraction(18), 19),
        (Fraction(60), 1),
    ],
)
def test_a_take_is_exactly_as_long_as_its_pictures(
    engine: Engine, tmp_path: Path, rate: Fraction, frames: int
) -> None:
    clip = flash_film(tmp_path, flashes=(), frames=frames, rate=rate)
    (take,) = engine.generate(clip, seed=1)
    assert take.samples.shape == (2, round(frames / rate * 48000))


def test_one_seed_gives_one_take_and_another_seed_another(engine: Engine, film: Path) -> None:
    first, second = engine.generate(film, seed=5, takes=2)
    (again,) = engine.generate(film, seed=6)
    assert (first.seed, second.seed) == (5, 6)
    assert np.array_equal(second.samples, again.samples)
    assert difference(first, second) > 0.001


def test_without_a_seed_one_is_drawn_and_told(engine: Engine, film: Path) -> None:
    (one,), (other,) = engine.generate(film), engine.generate(film)
    assert one.seed != other.seed
    assert one.provenance.to_json()["seed"] == one.seed


def test_without_a_prompt_the_pictures_speak(engine: Engine, film: Path) -> None:
    (take,) = engine.generate(film, seed=1)
    assert take.observation.scene.prompt == "a dog barking"
    assert take.provenance.stems["effects"].text_source == "pictures"


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_unknown_pictures_without_a_prompt_leave_the_cues_alone(
    engine: Engine, tmp_path: Path, blank: str | None
) -> None:
    clip = flash_film(tmp_path, colour=GREY)
    (take,) = engine.generate(clip, seed=1, prompt=blank)
    assert take.observation.scene.prompt == ""
    assert take.provenance.stems["effects"].text_source == "nothing"
    assert [event.kind for event in take.observation.cues.events].count("impact") == 2


def test_prompt_and_negative_prompt_change_the_take(engine: Engine, film: Path) -> None:
    (plain,) = engine.generate(film, seed=1)
    (prompted,) = engine.generate(film, seed=1, prompt="rain on a roof")
    (refused,) = engine.generate(film, seed=1, prompt="rain on a roof", negative="thunder")
    assert prompted.provenance.stems["effects"].text_source == "prompt"
    assert difference(plain, prompted) > 0.01
    assert difference(prompted, refused) > 0.01


def test_steps_and_guidance_change_the_take_and_are_told(engine: Engine, film: Path) -> None:
    (plain,) = engine.generate(film, seed=1, prompt="rain")
    (more,) = engine.generate(film, seed=1, prompt="rain", steps=9)
    (strong,) = engine.generate(film, seed=1, prompt="rain", guidance=6)
    (named,) = engine.generate(film, seed=1, prompt="rain", guidance={"cues": 4})
    assert plain.provenance.steps == 4
    assert more.provenance.steps == 9
    assert strong.provenance.guidance == {"text": 6, "cues": 1.5}
    assert named.provenance.guidance == {"text": 2, "cues": 4}
    assert all(difference(plain, take) > 0.001 for take in (more, strong, named))


def test_the_sound_falls_on_what_is_seen(engine: Engine, film: Path) -> None:
    (take,) = engine.generate(film, seed=1)
    impacts = [e.seconds for e in take.observation.cues.events if e.kind == "impact"]
    assert impacts == pytest.approx([0.4, 1.4], abs=0.03)
    assert loudness_near(take, 0.4) > 2 * loudness_near(take, 1.0)


def test_a_cue_that_is_moved_moves_the_sound(engine: Engine, film: Path) -> None:
    sheet = CueSheet(Fraction(25), (CueEvent(1.0),))
    (take,) = engine.generate(film, seed=1, cues=sheet)
    assert take.observation.cues == sheet
    assert loudness_near(take, 1.0) > 2 * loudness_near(take, 0.4)


def test_cues_of_a_stretch_count_from_its_start(engine: Engine, film: Path) -> None:
    source = Source.open(film, "25f", "45f")
    (take,) = engine.generate(source, seed=1)
    impacts = [e.seconds for e in take.observation.cues.events if e.kind == "impact"]
    assert impacts == pytest.approx([0.4], abs=0.03)
    assert take.samples.shape[1] == round(Fraction(20, 25) * 48000)


def test_a_span_from_a_timeline_plays_at_its_own_speed(engine: Engine, film: Path) -> None:
    span = Span(film, Fraction(24), 24, speed=Fraction(2))
    (take,) = engine.generate(Source.of_span(span), seed=1)
    impacts = [e.seconds for e in take.observation.cues.events if e.kind == "impact"]
    assert impacts == pytest.approx([0.2, 0.7], abs=0.05)
    assert take.samples.shape[1] == 48000


@pytest.mark.parametrize(
    ("start", "end"), [("2.5", None), (None, "51f"), ("1.0", "1.0"), ("00:00:01:00", "12f")]
)
def test_a_stretch_outside_the_clip_is_refused(
    film: Path, start: str | None, end: str | None
) -> None:
    with pytest.raises(InputError, match=r"dog\.mp4 has no stretch.*50 pictures"):
        Source.open(film, start, end)


def test_a_clip_longer_than_the_window_has_no_seam(engine: Engine, tmp_path: Path) -> None:
    clip = flash_film(tmp_path, flashes=(), frames=250)  # 10 s; the tiny pack's window is 1.4 s
    (take,) = engine.generate(clip, seed=1)
    blocks = take.samples[0, 4800:-4800].reshape(-1, 960).astype(np.float64)
    levels = np.sqrt((blocks**2).mean(axis=1))
    assert take.samples.shape[1] == 480_000
    assert levels.max() < 4 * np.median(levels)


def test_every_stage_tells_how_far_it_is(engine: Engine, film: Path) -> None:
    told: list[tuple[str, float]] = []
    engine.generate(film, takes=2, progress=lambda stage, done: told.append((stage, done)))
    stages = {
        stage: [fraction for _, fraction in group]
        for stage, group in itertools.groupby(told, key=lambda entry: entry[0])
    }
    assert list(stages) == [
        "looking at the pictures",
        *(f"take {k} of 2, {part}" for k in (1, 2) for part in ("sampling", "decoding")),
    ]
    for fractions in stages.values():
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1


@pytest.mark.parametrize("after", [0, 3, 30, 55, 58])
def test_work_stops_when_it_is_cancelled(engine: Engine, film: Path, after: int) -> None:
    asked = itertools.count()
    with pytest.raises(CancelledError):
        engine.generate(film, takes=3, cancelled=lambda: next(asked) >= after)
    assert next(asked) == after + 1, "it went on after the cancel"


def test_what_takes_share_is_computed_once(engine: Engine, film: Path) -> None:
    source = Source.open(film)
    takes = engine.takes(source, Request(takes=3))
    first = next(takes)
    seconds = dict(engine.stopwatch.seconds)
    rest = list(takes)
    assert all(take.observation is first.observation for take in rest)
    assert engine.stopwatch.seconds["decode"] == seconds["decode"]
    assert engine.stopwatch.seconds["sampler"] > seconds["sampler"]


def test_a_take_too_long_for_the_pack_is_refused_before_any_picture_is_read(
    engine: Engine, film: Path
) -> None:
    source = Source.open(film)
    long = replace(source, span=Span(film, Fraction(1), 3600))
    with pytest.raises(InputError, match=r"3600\.0 s.*at most 600 s"):
        engine.generate(long)
    assert "decode" not in engine.stopwatch.seconds


@pytest.mark.parametrize(
    "wish",
    [
        {"takes": 0},
        {"takes": 101},
        {"seed": -1},
        {"steps": 0},
        {"steps": 1001},
        {"guidance": 51.0},
        {"guidance": {"salt": 1.0}},
        {"guidance": float("nan")},
        {"prompt": "rain " * 2000},
    ],
)
def test_a_wish_out_of_bounds_is_refused(
    engine: Engine, film: Path, wish: dict[str, object]
) -> None:
    with pytest.raises(InputError):
        engine.generate(film, **wish)  # type: ignore[arg-type] # one wish at a time
    assert "decode" not in engine.stopwatch.seconds


def test_a_prompt_longer_than_the_model_reads_gives_a_warning(engine: Engine, film: Path) -> None:
    (take,) = engine.generate(film, seed=1, prompt="rain on a roof " * 10)
    assert any("longer than the model reads" in warning for warning in take.observation.warnings)


def test_a_missing_pack_says_which_there_are(engine: Engine) -> None:
    with pytest.raises(PackNotFoundError, match=r"'nobody' .*tiny"):
        load_engine("nobody")
    assert engine.pack.manifest.id == "tiny"


def test_a_pack_with_a_changed_file_is_not_loaded(
    tmp_path: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_pack, tmp_path / "packs")
    (tmp_path / "packs" / "tiny" / "LICENSE").write_text("XX0-1.0\n", "utf-8")
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tmp_path / "packs"))
    with pytest.raises(PackError, match=r"LICENSE.*checksum"):
        load_engine("tiny")


def test_the_sidecar_holds_everything_needed_to_make_a_take_again(
    engine: Engine, film: Path
) -> None:
    sheet = CueSheet(Fraction(25), (CueEvent(1.0, 0.5, "impact"),))
    source = Source.open(film, "5f", "45f")
    (take,) = engine.generate(source, prompt="rain", negative="wind", cues=sheet, steps=3)
    sidecar = json.loads(json.dumps(take.to_json()))
    span = Span(
        Path(sidecar["clip"]["path"]),
        Fraction(sidecar["span"]["rate"]),
        sidecar["span"]["frames"],
        Fraction(sidecar["span"]["media_start"]),
        Fraction(sidecar["span"]["speed"]),
    )
    (again,) = load_engine(sidecar["pack"]["id"], device=sidecar["device"]).generate(
        Source.of_span(span),
        prompt=sidecar["prompt"],
        negative=sidecar["negative"],
        seed=sidecar["seed"],
        steps=sidecar["steps"],
        guidance=sidecar["guidance"],
        cues=CueSheet.from_json(sidecar["cues"], "sidecar"),
    )
    assert np.array_equal(take.samples, again.samples)
    assert again.to_json() == take.to_json()
