from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from addon.panel.model.memory import Draft, Memory

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES = ("prompts", "negatives", "presets", "starred", "spectrogram", "draft")
DRAFT = (
    *("prompt", "stems", "levels", "takes", "seed", "effort", "guidance", "pack", "device"),
    *("prompts", "negatives", "volume", "apart"),
)


def test_what_was_set_is_there_the_next_day(tmp_path: Path) -> None:
    path = tmp_path / "new" / "panel.json"
    memory = Memory(path, presets=["boots"], spectrogram=True)
    memory.remember("a dog", "birds")
    memory.star("/takes/take-1.wav", on=True)
    memory.draft = Draft("a dog", "birds", ["ambience"], {"ambience": -6.0}, 5, 7, 4.0, 2.5, "x")
    memory.draft.prompts, memory.draft.volume = {"ambience": "rain"}, -3.0
    memory.draft.apart = True
    memory.save()
    assert Memory.load(path) == memory


def test_levels_from_when_they_were_none_of_a_mix_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "panel.json"
    path.write_text('{"draft": {"levels": {"ambience": 0.0}, "prompt": "rain"}}', "utf-8")
    assert Memory.load(path).draft == Draft("rain")


def test_of_a_draft_only_what_the_pack_makes_is_asked_for() -> None:
    draft = Draft(prompt=" a dog ", levels={"score": -3.0, "effects": 0.0}, volume=-6.0)
    draft.prompts = {"effects": " bark ", "ambience": "  ", "score": "a waltz"}
    asked = draft.settings(("effects", "ambience", "dialogue"))
    assert (asked.prompt, asked.stems) == ("a dog", ("effects", "ambience"))
    assert (asked.prompts, asked.levels, asked.level) == ({"effects": "bark"}, {"effects": 0}, -6)


def test_a_missing_file_is_an_empty_memory(tmp_path: Path) -> None:
    path = tmp_path / "panel.json"
    assert Memory.load(path) == Memory(path)


def test_a_damaged_file_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "panel.json"
    path.write_bytes(b'{"prompts": ["a dog"')
    assert Memory.load(path).prompts == []


@given(
    data=st.dictionaries(st.sampled_from(NAMES), anything)
    | st.fixed_dictionaries({"draft": st.dictionaries(st.sampled_from(DRAFT), anything)})
)
def test_whatever_the_file_holds_the_panel_opens_with_settings_that_make_sense(
    tmp_path_factory: pytest.TempPathFactory, data: object
) -> None:
    path = tmp_path_factory.mktemp("memory") / "panel.json"
    path.write_text(json.dumps(data), "utf-8")
    draft = Memory.load(path).draft
    assert 1 <= draft.takes <= 16
    assert isinstance(draft.prompt, str)
    assert all(isinstance(stem, str) for stem in draft.stems)
    assert draft.seed is None or draft.seed >= 0
    assert draft.effort in {0.5, 1, 4}
    assert draft.settings(draft.stems).stems == tuple(draft.stems)


def test_the_newest_prompt_comes_first_and_none_comes_twice() -> None:
    memory = Memory()
    for prompt in ("a dog", "rain", " a dog ", "  "):
        memory.remember(prompt, "")
    assert memory.prompts == ["a dog", "rain"]


def test_a_history_stays_short() -> None:
    memory = Memory()
    for number in range(200):
        memory.remember(f"sound {number}", "")
    assert len(memory.prompts) == 50
    assert memory.prompts[0] == "sound 199"
