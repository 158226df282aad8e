from __future__ import annotations

import pytest

from engine.training.evaluation.prompts import Prompt, load_prompts
from engine.training.evaluation.yamnet_package import installed, load_published


def test_there_are_at_least_twenty_prompts_each_named_once() -> None:
    words = [prompt.words for prompt in load_prompts().prompts]
    assert len(set(words)) == len(words) >= 20


def all_prompts() -> set[Prompt]:
    table = load_prompts()
    return {*table.prompts, *(prompt for pair in table.pairs for prompt in pair)}


def test_every_prompt_says_what_must_be_heard_and_where_it_is_recorded() -> None:
    for prompt in all_prompts():
        assert prompt.classes
        assert all(len(name.split("/")) == 2 for name in prompt.recordings)
        assert prompt.every is None or 0.2 <= prompt.every <= 3


def test_pairs_can_be_told_apart_by_their_classes() -> None:
    for first, second in load_prompts().pairs:
        assert set(first.classes).isdisjoint(second.classes), (first.words, second.words)


def test_more_than_twenty_things_are_refused_so_that_twenty_can_be_heard() -> None:
    pairs = load_prompts().pairs
    assert len({prompt.words for pair in pairs for prompt in pair}) >= 50
    assert len({frozenset((a.words, b.words)) for a, b in pairs}) == len(pairs)


@pytest.mark.skipif(not installed(), reason="needs YAMNet's class names")
def test_yamnet_knows_every_class() -> None:
    known = set(load_published().class_names)
    for prompt in all_prompts():
        assert known.issuperset(prompt.classes), prompt.words
