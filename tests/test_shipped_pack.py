"""The pack that ships, from a real clip to sound. What is asked here is the least; see README."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine import load_engine
from engine.cues import CueSheet
from engine.onset_agreement import match
from engine.packs.registry import get_pack
from engine.packs.verify import verify
from engine.training.clips.onsets import detect_onsets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.packs.manifest import Stem
    from engine.pipeline import Engine
    from engine.takes import Take

pytestmark = pytest.mark.shipped

SAMPLES = Path(__file__).parents[1] / "samples"
IMPACTS = SAMPLES / "impacts.mp4"
TRUE = CueSheet.load(SAMPLES / "impacts.json")
NEAR = 0.06  # seconds


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine(device="cpu")


@pytest.fixture(scope="module")
def take(engine: Engine) -> Take:
    """The demo's first take: no prompt, no cue sheet."""
    return engine.generate(IMPACTS, seed=1)[0]


def heard(take: Take) -> list[float]:
    return [onset.sample / take.sample_rate for onset in detect_onsets(take.samples[0])]


def log_spectrum(take: Take) -> NDArray[np.float64]:
    """Log magnitudes of 43 ms frames, [frames, bins]: what a take sounds like, roughly."""
    frames = take.samples[0][: take.samples.shape[1] // 2048 * 2048].reshape(-1, 2048)
    return np.log(np.abs(np.fft.rfft(frames * np.hanning(2048))) + 1e-3)


def distance(first: Take, second: Take) -> float:
    return float(np.abs(log_spectrum(first) - log_spectrum(second)).mean())


def test_it_is_whole_and_every_graph_is_what_its_manifest_says() -> None:
    pack = get_pack()
    assert verify(pack) == ()
    size = sum(entry.bytes for entry in pack.manifest.files.values())
    assert size < 80_000_000
    assert pack.manifest.licence.commercial_use


def test_a_take_is_exact_in_length_level_and_channels(take: Take) -> None:
    # 168 pictures at 24000/1001 last 336,336 samples.
    assert take.samples.shape == (2, 336_336)
    np.testing.assert_array_equal(take.samples[0], take.samples[1])
    assert 0.02 < np.abs(take.samples).max() < 10 ** (-1 / 20)
    assert abs(take.samples.mean()) < 1e-4
    assert np.abs(take.samples[:, [0, -1]]).max() < 1e-3


def test_visible_impacts_are_found(take: Take) -> None:
    found = [event.seconds for event in take.observation.cues.events]
    agreement = match([event.seconds for event in TRUE.events], found, NEAR)
    assert agreement.recall > 0.5
    assert agreement.precision > 0.7


def test_sound_begins_where_its_cue_sheet_says(engine: Engine) -> None:
    (take,) = engine.generate(IMPACTS, seed=1, cues=TRUE, prompt="a hammer hits metal")
    strong = [event.seconds for event in TRUE.events if event.strength > 0.3]
    agreement = match(strong, heard(take), NEAR)
    assert agreement.recall > 0.7


def contrast(engine: Engine, prompt: str) -> float:
    """dB from where effects are long past a contact to where they just made one; three takes."""
    stems: tuple[Stem, ...] = ("effects",)
    takes = engine.generate(IMPACTS, seed=1, takes=3, cues=TRUE, prompt=prompt, stems=stems)
    times = np.arange(takes[0].samples.shape[1]) / takes[0].sample_rate
    contacts = np.array([event.seconds for event in TRUE.events])
    place = np.searchsorted(contacts, times, "right")
    since = np.where(place > 0, times - contacts[place - 1], np.inf)

    def level(where: NDArray[np.bool_]) -> float:
        return float(
            np.mean([10 * np.log10(np.mean(take.samples[0, where] ** 2)) for take in takes])
        )

    return level(since < 0.1) - level((since > 0.35) & (since < np.inf))


def test_words_for_what_happens_are_still_between_contacts_and_rain_is_not(engine: Engine) -> None:
    hammer, rain = (contrast(engine, words) for words in ("a hammer hits metal", "rain falling"))
    assert hammer > 12
    assert hammer > rain + 8


def test_another_seed_is_another_take_and_the_same_seed_the_same(
    engine: Engine, take: Take
) -> None:
    again, other = engine.generate(IMPACTS, seed=1, takes=2)
    np.testing.assert_array_equal(again.samples, take.samples)
    assert distance(other, take) > 0.3


def sounds(engine: Engine, prompt: str, negative: str | None = None) -> NDArray[np.float64]:
    """Mean log spectrum of the effects of three takes on the true contacts."""
    stems: tuple[Stem, ...] = ("effects",)
    takes = engine.generate(
        IMPACTS, seed=1, takes=3, cues=TRUE, prompt=prompt, negative=negative, stems=stems
    )
    mean: NDArray[np.float64] = np.mean([log_spectrum(take).mean(axis=0) for take in takes], axis=0)
    return mean


@pytest.mark.parametrize(
    ("one", "other"),
    [("heavy rain falling", "a hammer hits metal"), ("a fire crackling", "a river flowing")],
)
def test_words_draw_the_sound_to_them_and_refused_words_drive_it_away(
    engine: Engine, one: str, other: str
) -> None:
    between = sounds(engine, one) - sounds(engine, other)
    assert np.abs(between).mean() > 0.3
    refused = sounds(engine, "outdoors", one) - sounds(engine, "outdoors", other)
    alike = refused @ between / (np.linalg.norm(refused) * np.linalg.norm(between))
    assert alike < -0.5
