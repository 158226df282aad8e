from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.inference.session import Sessions
from engine.inference.text import TextEncoder
from engine.packs.registry import get_pack
from engine.pipeline import Engine
from engine.request import Request
from engine.source import Source
from engine.stopwatch import Stopwatch
from engine.wording import WordReader
from tests.flashes import GREY, RED, flash_film
from tests.inference.test_word_timing import with_plane

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("words", "lasting"), [("rain", True), ("a door slams", False)])
def test_it_is_told_whether_the_prompt_names_what_sounds_on_and_on(
    tiny_pack: Path, tmp_path: Path, film: Path, words: str, *, lasting: bool
) -> None:
    tiny = get_pack("tiny", tiny_pack)
    assert tiny.manifest.text
    with Sessions(tiny, "cpu", threads=1) as sessions:
        encoder = TextEncoder(sessions, tiny, tiny.manifest.text)
        rain, door = (encoder.encode(text).features for text in ("rain", "a door slams"))
    normal = rain - door
    between = np.append(normal, -normal @ (rain + door) / 2).astype(np.float32)
    pack = with_plane(tiny, tmp_path / "packs", between)
    source = Source.open(film)
    observation = Engine(pack, "cpu").observe(source)
    with Sessions(pack, "cpu", threads=1) as sessions:
        reader = WordReader(sessions, pack, Stopwatch())
        wording = reader.wording("effects", Request(prompt=words), observation)
    assert wording.timing.lasting is lasting


def test_where_nothing_is_said_nothing_lasts(tiny_pack: Path, tmp_path: Path) -> None:
    always = np.append(np.zeros(384), 1).astype(np.float32)
    pack = with_plane(get_pack("tiny", tiny_pack), tmp_path / "packs", always)
    engine = Engine(pack, "cpu")
    observations = [
        engine.observe(Source.open(flash_film(tmp_path, name, colour=colour)))
        for name, colour in (("dog.mp4", RED), ("wall.mp4", GREY))
    ]
    with Sessions(pack, "cpu", threads=1) as sessions:
        reader = WordReader(sessions, pack, Stopwatch())
        wordings = [reader.wording("effects", Request(), seen) for seen in observations]
    assert [wording.origin.text_source for wording in wordings] == ["pictures", "nothing"]
    assert [wording.timing.lasting for wording in wordings] == [True, False]
