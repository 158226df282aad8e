from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from addon.messages import Clip
from addon.panel.model.earlier_takes import earlier_takes
from tests.panel.stage import Stage, sheet, write_take

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from addon.panel.window.app import Panel


def sidecar(clip: Clip) -> dict[str, Any]:
    return {
        "clip": {"path": clip.media, "sha256": "0"},
        "span": {"rate": "25", "frames": 50, "media_start": "0", "speed": "1"},
        "prompt": "boots",
        "negative": None,
        "suggested_prompt": "",
        "seed": 5,
        "pack": {"id": "lumiphone-base"},
        "samples": 96_000,
        "sample_rate": 48_000,
        "wav": "take-2.wav",
    }


def leave(clip: Clip, data: object, name: str = "take-2") -> None:
    folder = Path(clip.folder) / "street"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(data), "utf-8")
    write_take(folder / f"{name}.wav", 2, sheet(2), 1)


def test_the_panel_shows_what_was_made_of_a_clip_before(
    open_panel: Callable[[Stage], Panel], clip: Clip
) -> None:
    leave(clip, sidecar(clip))
    panel = open_panel(Stage([clip], is_editor=False))
    (card,) = panel.window.takes.cards
    assert card.take.number == 2
    assert "boots" in card.caption.words


def test_takes_of_another_stretch_of_the_same_file_are_not_its_own(clip: Clip) -> None:
    leave(clip, sidecar(clip))
    assert len(earlier_takes(clip)) == 1
    assert earlier_takes(replace(clip, frames=49)) == []
    assert earlier_takes(replace(clip, media_start=Fraction(1, 25))) == []
    assert earlier_takes(replace(clip, media="/elsewhere.mp4")) == []


def test_a_take_whose_sound_is_gone_is_none(clip: Clip) -> None:
    leave(clip, sidecar(clip) | {"wav": "take-3.wav"})
    assert earlier_takes(clip) == []


def test_an_earlier_take_is_not_deleted_under_an_editor_that_may_play_it(
    open_panel: Callable[[Stage], Panel], clip: Clip
) -> None:
    leave(clip, sidecar(clip))
    panel = open_panel(Stage([clip]))
    wav = Path(panel.window.takes.cards[0].take.wav)
    panel.window.takes.cards[0].head.delete.click()
    assert panel.window.takes.cards == []
    assert wav.exists()


@given(
    data=st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
    key=st.sampled_from(["clip", "span", "seed", "wav", "pack", "samples", "prompt"]),
)
def test_whatever_else_lies_there_is_passed_over(
    tmp_path_factory: pytest.TempPathFactory, data: object, key: str
) -> None:
    folder = tmp_path_factory.mktemp("takes")
    clip = Clip("1", "street", "/film.mp4", 50, Fraction(25), str(folder))
    (folder / "street").mkdir()
    for number, content in enumerate((data, sidecar(clip) | {key: data})):
        path = folder / "street" / f"take-{number}.json"
        path.write_text(json.dumps(content), "utf-8")
    assert all(isinstance(take.seed, int) for take in earlier_takes(clip))
