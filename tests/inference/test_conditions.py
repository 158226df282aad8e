from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.cues import CueEvent, CueSheet
from engine.inference.conditions import Conditions, Material
from engine.inference.cue_raster import rasterise
from engine.inference.session import Sessions
from engine.inference.word_timing import Timing
from engine.packs.registry import Pack, get_pack
from tests.feature_pack import NULL_CLIP, TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.inference.arrays import Floats
    from engine.packs.manifest import Choice, Manifest

TEXT = np.full(384, 0.5, np.float32)
REFUSED = np.full(384, -0.5, np.float32)
SHEET = CueSheet(Fraction(25), (CueEvent(0.5), CueEvent(1.5, 0.4)), {"energy": (0.1, 0.9) * 30})
LATENTS = 100


@pytest.fixture
def conditions(sessions: Sessions, tiny: Pack) -> Conditions:
    return Conditions(sessions, tiny.manifest, "effects", Material(TEXT, REFUSED, SHEET), LATENTS)


@pytest.fixture(scope="module")
def features(feature_pack: Path) -> Pack:
    return get_pack("features", feature_pack)


@pytest.fixture(scope="module")
def feature_sessions(features: Pack) -> Iterator[Sessions]:
    with Sessions(features, "cpu", threads=1) as opened:
        yield opened


def test_a_window_has_the_cues_of_its_place(conditions: Conditions) -> None:
    whole = rasterise(SHEET, 2 * LATENTS, Fraction(375, 4), with_energy=True)
    window = conditions.window({"text": "conditional", "cues": "conditional"}, 30, 20)
    np.testing.assert_array_equal(window["cues"], whole[60:100])
    np.testing.assert_array_equal(window["text"], TEXT)


def test_the_negative_prompt_takes_the_texts_place(conditions: Conditions) -> None:
    window = conditions.window({"text": "negative", "cues": "conditional"}, 0, 10)
    np.testing.assert_array_equal(window["text"], REFUSED)


def test_null_is_zeros_of_the_same_shape(conditions: Conditions) -> None:
    window = conditions.window({"text": "null", "cues": "null"}, 4, 10)
    assert window["text"].shape == (384,)
    assert window["cues"].shape == (20, 4)
    assert not window["text"].any()
    assert not window["cues"].any()


def open_silence(tiny: Pack) -> Manifest:
    """The tiny pack's manifest, in which words may ask for what is not seen."""
    assert tiny.manifest.cues
    return replace(tiny.manifest, cues=replace(tiny.manifest.cues, silence="without-text"))


CHOICES: dict[str, Choice] = {"text": "conditional", "cues": "conditional"}


def test_the_energy_between_events_is_open_under_words_for_what_sounds_on_and_on(
    sessions: Sessions, tiny: Pack
) -> None:
    def cues(text: Floats | None, *, lasting: bool) -> Floats:
        material = Material(text, None, SHEET, timing=Timing(lasting))
        given = Conditions(sessions, open_silence(tiny), "effects", material, LATENTS)
        return given.window(CHOICES, 0, LATENTS)["cues"]

    rain, slam, wordless = (
        cues(TEXT, lasting=True),
        cues(TEXT, lasting=False),
        cues(None, lasting=False),
    )
    assert rain[:, 1].all()
    assert not rain[:, 2:].any()
    assert slam[:, 3].all()
    assert (slam[:, 2] >= wordless[:, 2]).all()
    np.testing.assert_array_equal(slam[:, [0, 1, 3]], wordless[:, [0, 1, 3]])


def test_events_ring_for_as_long_as_the_words_say(sessions: Sessions, tiny: Pack) -> None:
    def energy(ring: float) -> Floats:
        material = Material(TEXT, None, SHEET, timing=Timing(ring=ring))
        given = Conditions(sessions, open_silence(tiny), "effects", material, LATENTS)
        return given.window(CHOICES, 0, LATENTS)["cues"][:, 2]

    axe, bell = energy(0.15), energy(2.0)
    assert (bell >= axe).all()
    assert bell.sum() > 1.2 * axe.sum()


def test_a_stem_without_events_of_its_own_is_told_to_stay_where_it_lies(
    sessions: Sessions, tiny: Pack
) -> None:
    manifest = open_silence(tiny)
    assert manifest.cues
    manifest = replace(
        manifest,
        cues=replace(manifest.cues, calm={"ambience": 0.4}),
        stems={**manifest.stems, "ambience": ("text", "cues")},
    )
    for sheet in (SHEET, None):
        calm = Conditions(sessions, manifest, "ambience", Material(TEXT, None, sheet), LATENTS)
        cues = calm.window(CHOICES, 0, LATENTS)["cues"]
        expected = np.array([[0, 1, 0.4, 1]], np.float32)
        np.testing.assert_array_equal(cues, expected.repeat(len(cues), 0))
    for free in (
        Material(TEXT, None, SHEET, timing=Timing(lasting=True)),
        Material(None, None, SHEET),
    ):
        left = Conditions(sessions, manifest, "ambience", free, LATENTS)
        assert not left.window(CHOICES, 0, LATENTS)["cues"].any()
    effects = Conditions(sessions, manifest, "effects", Material(TEXT, None, SHEET), LATENTS)
    assert effects.window(CHOICES, 0, LATENTS)["cues"][:, 0].any()


def test_under_words_a_sheet_without_events_may_say_nothing(sessions: Sessions, tiny: Pack) -> None:
    still = CueSheet(Fraction(25), (), {"energy": (0.0,) * 60})
    manifest = open_silence(tiny)
    worded = Conditions(sessions, manifest, "effects", Material(TEXT, None, still), LATENTS)
    assert worded.given == {"text"}
    wordless = Conditions(sessions, manifest, "effects", Material(None, None, still), LATENTS)
    assert wordless.given == {"cues"}


def test_what_a_stem_does_not_use_is_not_given(sessions: Sessions, tiny: Pack) -> None:
    material = Material(TEXT, None, SHEET)
    ambience = Conditions(sessions, tiny.manifest, "ambience", material, LATENTS)
    assert ambience.given == {"text"}
    window = ambience.window({"text": "conditional", "cues": "conditional"}, 0, 10)
    assert not window["cues"].any()


def test_it_is_known_what_is_given_and_what_refused(
    sessions: Sessions, tiny: Pack, conditions: Conditions
) -> None:
    assert conditions.given == {"text", "cues"}
    assert conditions.refused == {"text"}
    nothing = Conditions(sessions, tiny.manifest, "effects", Material(), LATENTS)
    assert nothing.given == frozenset()
    assert nothing.refused == frozenset()


def test_a_sheet_without_events_is_known_silence_not_ignorance(
    sessions: Sessions, tiny: Pack
) -> None:
    material = Material(cues=CueSheet(Fraction(25)))
    silent = Conditions(sessions, tiny.manifest, "effects", material, LATENTS)
    window = silent.window({"text": "null", "cues": "conditional"}, 0, 10)
    assert (window["cues"][:, 1] == 1).all()


def test_a_learned_null_is_spread_over_the_window(
    feature_sessions: Sessions, features: Pack
) -> None:
    conditions = Conditions(feature_sessions, features.manifest, "effects", Material(), LATENTS)
    window = conditions.window(dict.fromkeys(("text", "clip", "sync"), "null"), 0, 47)
    assert window["clip"].shape == (8, 1)
    assert (window["clip"] == NULL_CLIP).all()
    assert window["text"].shape == (TOKENS, 1)


def test_features_are_cut_by_time_and_held_at_their_end(
    feature_sessions: Sessions, features: Pack
) -> None:
    clip = np.arange(12, dtype=np.float32)[:, None]
    material = Material(features={"clip": clip})
    conditions = Conditions(feature_sessions, features.manifest, "effects", material, LATENTS)
    choices = dict.fromkeys(("text", "clip", "sync"), "conditional")
    latents_per_second = features.manifest.audio.latent_rate
    start = int(latents_per_second)  # 46 latents: 7.85 features, rounded to 8
    window = conditions.window(choices, start, 47)  # type: ignore[arg-type] # a literal above
    np.testing.assert_array_equal(window["clip"][:, 0], [8, 9, 10, 11, 11, 11, 11, 11])
    assert conditions.given == {"clip"}


def test_a_whole_take_has_all_its_features_and_nulls_as_many(
    feature_sessions: Sessions, features: Pack
) -> None:
    sync = np.arange(7, dtype=np.float32)[:, None]
    material = Material(features={"sync": sync})
    conditions = Conditions(feature_sessions, features.manifest, "effects", material, LATENTS)
    whole = conditions.window(dict.fromkeys(("text", "clip", "sync"), "conditional"), 0, LATENTS)
    np.testing.assert_array_equal(whole["sync"], sync)
    null = conditions.window(dict.fromkeys(("text", "clip", "sync"), "null"), 0, LATENTS)
    assert len(null["sync"]) == 7


def test_a_window_has_as_many_points_as_its_pictures_fill_segments(
    feature_sessions: Sessions, features: Pack
) -> None:
    sync = np.arange(40, dtype=np.float32)[:, None]
    material = Material(features={"sync": sync})
    conditions = Conditions(feature_sessions, features.manifest, "effects", material, 600)
    choices = dict.fromkeys(("text", "clip", "sync"), "conditional")
    window = conditions.window(choices, 150, 96)  # type: ignore[arg-type] # a literal above
    # 96 latents are 2.048 s, 51 pictures, 5 full segments; 150 latents are 3.2 s, ten strides.
    np.testing.assert_array_equal(window["sync"][:, 0], [10, 11, 12, 13, 14])
