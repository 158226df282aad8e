from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.cues import CueEvent, CueSheet
from engine.errors import CancelledError
from engine.inference.conditions import Material
from engine.inference.drafts import Drafts
from engine.inference.generator import TakeGenerator, TakeSettings
from engine.inference.sampler import FlowSampler
from engine.inference.session import Sessions
from engine.inference.word_timing import Timing
from engine.packs.registry import Pack, get_pack
from tests.tiny_graphs import CHANNELS, TEXT_WIDTH
from tests.tiny_pack import write_judged_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.inference.arrays import Floats
    from engine.packs.manifest import Manifest

DRAFTS = 3
SECOND = 48_000
FIRST = np.eye(1, TEXT_WIDTH, dtype=np.float32)[0]  # asks for much of the first channel
SECOND_CHANNEL = np.eye(1, TEXT_WIDTH, 1, dtype=np.float32)[0]
SHEET = CueSheet(Fraction(25), (CueEvent(0.3),))
EFFECTS = TakeSettings("effects", 7, drafts=DRAFTS)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    packs = tmp_path_factory.mktemp("judged")
    write_judged_pack(packs, DRAFTS)
    return get_pack("tiny", packs)


@pytest.fixture(scope="module")
def judging(judged: Pack) -> Iterator[Sessions]:
    with Sessions(judged, "cpu", threads=1) as opened:
        yield opened


def still(latent: Floats, _time: float) -> Floats:
    """A flow in which noise stays what it is."""
    return np.zeros_like(latent)


def noises() -> list[Floats]:
    """Three latents: little, much, and least of the first channel; ever more of the second."""
    latents = np.zeros((3, 8, CHANNELS), np.float32)
    latents[:, :, 0] = np.array([0.1, 0.9, -0.5])[:, None]
    latents[:, :, 1] = np.array([0.0, 0.95, 1.0])[:, None]
    return list(latents)


def best(drafts: Drafts, material: Material) -> int:
    latents = noises()
    chosen = drafts.best(
        FlowSampler("euler", 4),
        still,
        latents,
        material,
        on_step=lambda _: None,
        cancelled=lambda: False,
    )
    return next(number for number, latent in enumerate(latents) if latent is chosen)


def test_the_draft_that_matches_the_words_best_is_taken(judging: Sessions, judged: Pack) -> None:
    drafts = Drafts(judging, judged.manifest)
    assert best(drafts, Material(FIRST)) == 1
    assert best(drafts, Material(SECOND_CHANNEL)) == 2


def test_what_is_refused_counts_against_a_draft(judging: Sessions, judged: Pack) -> None:
    drafts = Drafts(judging, judged.manifest)
    assert best(drafts, Material(FIRST, negative=SECOND_CHANNEL)) == 0


def test_there_is_one_draft_where_no_words_can_be_judged_by(
    judging: Sessions, judged: Pack, tiny: Pack
) -> None:
    def count(manifest: Manifest, material: Material) -> int:
        return Drafts(judging, manifest).count(TakeSettings("ambience", 7, steps=8), material)

    assert count(judged.manifest, Material(FIRST)) == DRAFTS
    assert count(judged.manifest, Material(cues=SHEET)) == 1
    assert count(tiny.manifest, Material(FIRST)) == 1
    assert judged.manifest.cues
    cues = replace(judged.manifest.cues, calm={"ambience": 0.4})
    calm = replace(judged.manifest, cues=cues)
    assert count(calm, Material(FIRST)) == 1
    assert count(calm, Material(FIRST, timing=Timing(lasting=True))) == DRAFTS
    deaf = replace(judged.manifest, stems={**judged.manifest.stems, "ambience": ("cues",)})
    assert count(deaf, Material(FIRST)) == 1


def test_only_takes_of_more_steps_than_usual_are_drafted_unless_drafts_are_asked_for(
    judging: Sessions, judged: Pack
) -> None:
    def count(settings: TakeSettings) -> int:
        return Drafts(judging, judged.manifest).count(settings, Material(FIRST))

    assert count(TakeSettings("effects", 7)) == 1
    assert count(TakeSettings("effects", 7, steps=4)) == 1
    assert count(TakeSettings("effects", 7, steps=5)) == DRAFTS
    assert count(TakeSettings("effects", 7, steps=3, drafts=2)) == 2


def test_a_take_without_words_is_the_same_with_and_without_a_judge(
    judging: Sessions, judged: Pack, sessions: Sessions, tiny: Pack
) -> None:
    material = Material(cues=SHEET)
    with_judge = TakeGenerator(judging, judged.manifest).generate(EFFECTS, material, SECOND)
    without = TakeGenerator(sessions, tiny.manifest).generate(EFFECTS, material, SECOND)
    np.testing.assert_array_equal(with_judge, without)


def test_a_seed_gives_the_same_take_and_a_judged_one_matches_no_worse(
    judging: Sessions, judged: Pack, sessions: Sessions, tiny: Pack
) -> None:
    ranked, plain = (
        TakeGenerator(runner, pack.manifest)
        for runner, pack in ((judging, judged), (sessions, tiny))
    )
    changed = 0
    for seed in range(6):
        settings = TakeSettings("effects", seed, drafts=DRAFTS)
        first, again = (ranked.draw(settings, Material(FIRST), SECOND) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        other = plain.draw(settings, Material(FIRST), SECOND)
        assert first[:, 0].mean() >= other[:, 0].mean() - 1e-6
        changed += not np.array_equal(first, other)
    assert changed


def test_progress_counts_the_drafts_too_and_they_can_be_cancelled(
    judging: Sessions, judged: Pack
) -> None:
    generator = TakeGenerator(judging, judged.manifest)
    told: list[tuple[int, int]] = []
    generator.draw(EFFECTS, Material(FIRST), SECOND, lambda done, total: told.append((done, total)))
    total = DRAFTS * 4 + 4
    assert told == [(done, total) for done in range(1, total + 1)]
    with pytest.raises(CancelledError):
        generator.draw(EFFECTS, Material(FIRST), SECOND, cancelled=lambda: True)
