from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from engine.packs.registry import get_pack
from engine.training.evaluation.subject import Setting, Subject, Wish
from tests.tiny_pack import write_judged_pack

pytestmark = pytest.mark.training


def test_only_a_take_that_is_to_be_judged_differs_from_one_without_a_judge(
    tiny_pack: Path, tmp_path: Path
) -> None:
    write_judged_pack(tmp_path, drafts=3)
    judged = Subject(get_pack("tiny", tmp_path), 48_000, "cpu")
    plain = Subject(get_pack("tiny", tiny_pack), 48_000, "cpu")
    changed = 0
    for seed in range(4):
        wish = Wish("rain")
        first = judged.take(wish, seed)
        np.testing.assert_array_equal(first, plain.take(wish, seed))
        changed += not np.array_equal(first, judged.take(wish, seed, setting=Setting(drafts=3)))
    assert changed
    assert [fact.usual for fact in judged.facts] == [True, False] * 4
