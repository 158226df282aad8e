from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from engine.cues import CueEvent, CueSheet
from engine.errors import CancelledError, InputError
from engine.inference.conditions import Material
from engine.inference.generator import TakeGenerator, TakeSettings
from engine.inference.session import Sessions
from engine.inference.text import TextEncoder
from engine.packs.registry import Pack, get_pack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.packs.manifest import Stem

EFFECTS = TakeSettings("effects", 7)
SECOND = 48_000


@pytest.fixture
def generator(sessions: Sessions, tiny: Pack) -> TakeGenerator:
    return TakeGenerator(sessions, tiny.manifest)


@pytest.fixture
def text(sessions: Sessions, tiny: Pack) -> TextEncoder:
    assert tiny.manifest.text
    return TextEncoder(sessions, tiny, tiny.manifest.text)


def sheet(*seconds: float) -> CueSheet:
    return CueSheet(Fraction(25), tuple(CueEvent(time) for time in seconds))


def test_one_seed_gives_the_same_take_and_another_seed_another(generator: TakeGenerator) -> None:
    first, again = (generator.generate(EFFECTS, Material(), SECOND) for _ in range(2))
    other = generator.generate(TakeSettings("effects", 8), Material(), SECOND)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


@pytest.mark.parametrize("samples", [1, 1920, SECOND, 5 * SECOND + 1])
def test_a_take_has_exactly_its_length(generator: TakeGenerator, samples: int) -> None:
    take = generator.generate(EFFECTS, Material(cues=sheet(0.1)), samples)
    assert take.shape == (1, samples)
    assert take.dtype == np.float32
    assert np.isfinite(take).all()


def test_sound_comes_when_the_cues_say(generator: TakeGenerator) -> None:
    times = (0.5, 2.2, 4.4)  # over several of the tiny pack's windows of 1.4 s
    take = generator.generate(EFFECTS, Material(cues=sheet(*times)), 5 * SECOND)
    loudness = np.sqrt((take[0].reshape(-1, SECOND // 100) ** 2).mean(axis=1))
    for time in times:
        around = loudness[int(time * 100) - 10 : int(time * 100) + 10]
        assert abs(int(around.argmax()) - 10) <= 3
        assert around.max() > 5 * np.median(loudness)


def test_the_prompt_and_the_negative_prompt_change_the_take(
    generator: TakeGenerator, text: TextEncoder
) -> None:
    dog, rain = text.encode("dog").features, text.encode("rain").features
    takes = [
        generator.generate(EFFECTS, material, SECOND)
        for material in (Material(), Material(dog), Material(rain), Material(dog, rain))
    ]
    for i, take in enumerate(takes):
        for other in takes[:i]:
            assert np.abs(take - other).max() > 1e-3


def test_refusing_what_is_asked_for_is_asking_for_nothing(
    generator: TakeGenerator, text: TextEncoder
) -> None:
    # With guidance 1 the refusal has no weight; with 0 the prompt has none.
    dog, rain = text.encode("dog").features, text.encode("rain").features
    settings = TakeSettings("effects", 7, guidance={"text": 0.0, "cues": 1.0})
    np.testing.assert_allclose(
        generator.generate(settings, Material(dog, rain), SECOND),
        generator.generate(settings, Material(rain, rain), SECOND),
        atol=1e-5,
    )


def test_a_branch_without_weight_costs_nothing(sessions: Sessions, tiny: Pack) -> None:
    batches: list[int] = []

    class Counting:
        def run(self, graph: str, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            if graph == "velocity":
                batches.append(len(feeds["latent"]))
            return sessions.run(graph, feeds)

    generator = TakeGenerator(Counting(), tiny.manifest)
    generator.generate(EFFECTS, Material(cues=sheet(0.5)), SECOND)
    assert set(batches) == {2}
    batches.clear()
    generator.generate(EFFECTS, Material(), SECOND)
    assert set(batches) == {1}


def test_steps_and_method_can_be_chosen(generator: TakeGenerator) -> None:
    material = Material(cues=sheet(0.3))
    told: list[tuple[str, int, int]] = []

    def take(steps: int, method: str) -> NDArray[np.float32]:
        settings = TakeSettings("effects", 7, method=cast("Any", method), steps=steps)
        return generator.generate(settings, material, SECOND, lambda *step: told.append(step))

    exact = take(64, "heun")
    assert ("sampling", 64, 64) in told
    assert told[-1] == ("decoding", 47, 47)
    assert np.abs(take(8, "heun") - exact).max() < np.abs(take(8, "euler") - exact).max()


def test_cancelling_stops_within_a_step(generator: TakeGenerator) -> None:
    steps = 0

    def on_progress(_stage: str, _done: int, _total: int) -> None:
        nonlocal steps
        steps += 1

    with pytest.raises(CancelledError):
        generator.generate(EFFECTS, Material(), SECOND, on_progress, lambda: steps == 2)
    assert steps == 2


def test_a_stem_that_the_pack_does_not_make_is_refused(generator: TakeGenerator) -> None:
    with pytest.raises(InputError, match="no dialogue") as error:
        generator.generate(TakeSettings("dialogue", 1), Material(), SECOND)
    assert "effects or ambience or score" in error.value.remedy


@pytest.mark.parametrize(
    ("stem", "code"), [("effects", [1, 0, 0]), ("ambience", [0, 1, 0]), ("score", [0, 0, 1])]
)
def test_the_graph_is_told_the_stem_in_every_branch_and_window(
    sessions: Sessions, tiny: Pack, text: TextEncoder, stem: Stem, code: list[int]
) -> None:
    told: list[list[float]] = []

    class Listening:
        def run(self, graph: str, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            if graph == "velocity":
                assert len(feeds["stem"]) == len(feeds["latent"]) > 1
                told.extend(feeds["stem"].tolist())
            return sessions.run(graph, feeds)

    generator = TakeGenerator(Listening(), tiny.manifest)
    generator.generate(TakeSettings(stem, 7), Material(text.encode("dog").features), 3 * SECOND)
    assert told
    assert all(row == code for row in told)


def test_stems_of_one_seed_differ_and_not_by_their_noise_alone(generator: TakeGenerator) -> None:
    takes = [
        generator.generate(TakeSettings(stem, 7, guidance={"cues": 0.0}), Material(), SECOND)
        for stem in cast("tuple[Stem, ...]", ("effects", "ambience", "score"))
    ]
    spectra = [np.abs(np.fft.rfft(take[0])) for take in takes]
    for i, (take, spectrum) in enumerate(zip(takes, spectra, strict=True)):
        for other, others in zip(takes[:i], spectra[:i], strict=True):
            assert abs(float(np.corrcoef(take[0], other[0])[0, 1])) < 0.9
            assert int(spectrum.argmax()) != int(others.argmax())


@pytest.mark.parametrize("steps", [0, -1, 1001])
def test_steps_out_of_bounds_are_refused(generator: TakeGenerator, steps: int) -> None:
    with pytest.raises(InputError, match="steps"):
        generator.generate(TakeSettings("effects", 1, steps=steps), Material(), SECOND)


def test_a_span_longer_than_the_pack_allows_is_refused(generator: TakeGenerator) -> None:
    with pytest.raises(InputError, match=r"601\.0 s"):
        generator.generate(EFFECTS, Material(), 601 * SECOND)


def test_a_pack_in_mmaudios_form_follows_features_text_nulls_and_refusal(
    feature_pack: Path,
) -> None:
    pack = get_pack("features", feature_pack)
    stem: Stem = "effects"
    settings = TakeSettings(stem, 7, guidance={"strength": 4.5})
    text = np.full((12, 1), 2.0, np.float32)
    refused = np.full((12, 1), 3.0, np.float32)
    material = Material(
        text,
        refused,
        features={"clip": np.full((9, 1), 0.5, np.float32), "sync": np.ones((4, 1), np.float32)},
    )
    with Sessions(pack, "cpu", threads=1) as sessions:
        take = TakeGenerator(sessions, pack.manifest).generate(settings, material, SECOND)
        goal = 4.5 * (2.0 + 0.5 + 1.0) - 3.5 * (3.0 + 0.25 + 0.0)
        latent = np.full((1, 48, 40), goal, np.float32)
        expected = sessions.run("decoder", {"latent": latent})["audio"][:, :SECOND]
    np.testing.assert_allclose(take, expected, atol=1e-3)
