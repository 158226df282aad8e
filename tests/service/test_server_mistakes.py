"""What cannot be done is said, and harms nothing that comes after."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from engine.packs.registry import DEFAULT_PACK
from engine.protocol import ClipRange, Error, Generate, Packs, Wish
from engine.wire import MAX_LINE
from tests.service_client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Mistake(NamedTuple):
    """Something wrong in a clip or a wish, and what must be said of it."""

    said: str
    code: str = "bad_input"
    clip: dict[str, Any] = {}  # noqa: RUF012 - never changed
    wish: dict[str, Any] = {}  # noqa: RUF012 - never changed


MISTAKES = [
    Mistake("dog.mp4", "bad_media", clip={"media": "/nowhere/dog.mp4"}),
    Mistake("is no path", clip={"media": "dog\0.mp4"}),
    Mistake("is no path", clip={"media": "\ud800"}),
    Mistake("empty", clip={"frames": 0}),
    Mistake("at most 600 s", clip={"frames": 2**53}),
    Mistake("starts before", clip={"media_start": Fraction(-1)}),
    Mistake("lasts 2.00 s", clip={"media_start": Fraction(9)}),
    Mistake("pictures a second", clip={"rate": Fraction(0)}),
    Mistake("times its speed", clip={"speed": Fraction(0)}),
    Mistake("times its speed", clip={"speed": Fraction(-1)}),
    Mistake(f"'{DEFAULT_PACK}' makes no dialogue", wish={"stems": ("effects", "dialogue")}),
    Mistake("score, which is not asked for", wish={"prompts": {"score": "a waltz"}}),
    Mistake("hum, which is not asked for", wish={"levels": {"hum": -3.0}}),
    Mistake("99 dB for the stem ambience", wish={"levels": {"ambience": 99.0}}),
    Mistake("'nothing'", "pack_not_found", wish={"pack": "nothing"}),
    Mistake("'abacus'", wish={"device": "abacus"}),
    Mistake("0 takes", wish={"takes": 0}),
    Mistake("-1 seed", wish={"seed": -1}),
    Mistake("0 steps", wish={"steps": 0}),
    Mistake("mood", wish={"guidance": {"mood": 1.0}}),
    Mistake("cue sheet", "bad_cues", wish={"cues": {"events": "none"}}),
    Mistake("'rate'", "bad_cues", wish={"cues": {"rate": "1e999999999"}}),
    Mistake("'seconds'", "bad_cues", wish={"cues": {"events": [{"seconds": 10**400}]}}),
]


@pytest.fixture(scope="module")
def shared(default_pack: Path) -> Iterator[Client]:
    """One service for tests whose jobs all fail: none of them may harm the next."""
    with Client(default_pack) as client:
        yield client
        assert client.close() == 0
        assert client.stderr == ""


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.said)
def test_what_cannot_be_done_is_said_with_a_remedy(
    shared: Client, film: Path, tmp_path: Path, mistake: Mistake
) -> None:
    clip = ClipRange(**({"media": str(film)} | mistake.clip))
    wish = Wish(**({"pack": DEFAULT_PACK} | mistake.wish))
    shared.send(Generate("bad", clip, wish, str(tmp_path / "takes")))
    error = shared.end_of("bad")
    assert isinstance(error, Error)
    assert (error.code, mistake.said in error.what) == (mistake.code, True), error
    assert len(error.remedy) > 5
    assert not (tmp_path / "takes").exists()


def test_a_folder_that_cannot_be_written_is_named(
    shared: Client, clip: ClipRange, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder, code in ((str(tmp_path / "file"), "bad_output"), ("a\0b", "bad_input")):
        shared.send(Generate("g", clip, Wish(pack=DEFAULT_PACK), folder))
        error = shared.end_of("g")
        assert isinstance(error, Error)
        assert error.code == code


def test_retimed_pictures_cannot_be_copied_which_is_said_before_the_work(
    shared: Client, film: Path, tmp_path: Path
) -> None:
    clip = ClipRange(str(film), speed=Fraction(2))
    shared.send(Generate("g", clip, Wish(pack=DEFAULT_PACK), str(tmp_path), video=True))
    error = shared.end_of("g")
    assert isinstance(error, Error)
    assert "2 times its speed" in error.what
    assert not any(stage.startswith("take") for stage in shared.stages("g"))


def test_a_line_beyond_all_size_is_refused_and_the_next_is_read(shared: Client) -> None:
    shared.write(b'{"type":"packs","id":"' + b"x" * (MAX_LINE + 1000) + b'"}\n')
    error = shared.next(Error)
    assert (error.id, error.code) == (None, "bad_message")
    shared.send(Packs("p"))
    shared.result_of("p")
