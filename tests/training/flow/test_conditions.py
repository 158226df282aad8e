from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("torch")

from engine.cues import CueEvent, CueSheet
from engine.training.flow.conditions import (
    Wear,
    drop_cues,
    mixed_text,
    stem_code,
    worn_sheet,
)

pytestmark = pytest.mark.training

SHEET = CueSheet(
    Fraction(25),
    tuple(CueEvent(second, 0.6) for second in np.arange(0.5, 100, 0.5)),
    {"energy": tuple(np.linspace(0, 1, 2500))},
)


def test_no_wear_leaves_event_times_alone() -> None:
    gentle = Wear(jitter=0.0, missed=0.0, false_rate=0.0)
    worn = worn_sheet(SHEET, 100, gentle, np.random.default_rng(0))
    assert [event.seconds for event in worn.events] == [event.seconds for event in SHEET.events]


def test_wear_is_as_large_as_it_says() -> None:
    wear = Wear(jitter=0.02, missed=0.25, false_rate=0.0)
    random = np.random.default_rng(0)
    sheets = [worn_sheet(SHEET, 100, wear, random) for _ in range(20)]
    kept = sum(len(sheet.events) for sheet in sheets) / (20 * len(SHEET.events))
    errors = [
        min((event.seconds - true.seconds for true in SHEET.events), key=abs)
        for event in sheets[0].events
    ]
    assert kept == pytest.approx(0.75, abs=0.03)
    assert np.std(errors) == pytest.approx(0.02, rel=0.2)


def test_invented_events_come_at_their_rate() -> None:
    wear = Wear(missed=1.0, false_rate=0.5)
    random = np.random.default_rng(0)
    counts = [len(worn_sheet(SHEET, 100, wear, random).events) for _ in range(50)]
    assert np.mean(counts) == pytest.approx(50, rel=0.1)


def test_dropped_streams_are_zero_with_their_mark() -> None:
    cues = np.ones((8, 4), np.float32)
    wear = Wear(no_cues=0.0, no_onsets=0.5, no_energy=0.5)
    random = np.random.default_rng(0)
    for _ in range(50):
        kept = drop_cues(cues, "effects", wear, random)
        for first in (0, 2):
            assert kept[:, first : first + 2].min() == kept[:, first : first + 2].max()
    assert cues.min() == 1
    assert not drop_cues(cues, None, Wear(no_cues=1.0), random).any()


@pytest.mark.parametrize("stem", ["ambience", "score"])
def test_stems_that_are_made_from_words_alone_seldom_see_cues(stem: str) -> None:
    random = np.random.default_rng(0)
    cues = np.ones((8, 4), np.float32)
    kept = [drop_cues(cues, stem, Wear(), random).any() for _ in range(1000)]
    assert np.mean(kept) == pytest.approx(1 - Wear().no_cues_beside, abs=0.05)


def test_text_is_a_unit_vector_or_nothing() -> None:
    embeddings = np.eye(3, 384, dtype=np.float32)
    random = np.random.default_rng(0)
    norms = [np.linalg.norm(mixed_text(embeddings, Wear(), random)) for _ in range(300)]
    present = np.array(norms) > 0
    assert np.allclose(np.array(norms)[present], 1, atol=1e-5)
    assert 1 - present.mean() == pytest.approx(Wear().no_text, abs=0.05)
    assert not mixed_text(embeddings[:0], Wear(), random).any()


def test_a_stem_is_told_by_its_place_except_where_it_is_left_open() -> None:
    random = np.random.default_rng(0)
    told = Wear(no_stem=0.0)
    assert stem_code("ambience", told, random).tolist() == [0, 1, 0]
    assert not stem_code(None, told, random).any()
    codes = [stem_code("score", Wear(no_stem=0.3), random) for _ in range(1000)]
    assert np.mean([code.any() for code in codes]) == pytest.approx(0.7, abs=0.05)
