from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.errors import LinkError
from addon.messages import (
    TYPES,
    Clip,
    Clips,
    Generate,
    Markers,
    Message,
    Place,
    Progress,
    Settings,
    Take,
)
from addon.wire import MAX_BYTES, from_bytes, to_bytes

PLACE = Place("job", "clip", Take(1, 7, "/a/take-1.wav", "/a/take-1.json", 96_096, 48_000))

# What a person or a file system can come up with, lone surrogates of undecodable names included.
words = st.text(st.characters(codec=None, categories=None), max_size=30)
fractions = st.fractions(min_value=0, max_value=10**6, max_denominator=10**6)
sheets = st.dictionaries(words, st.none() | st.integers() | st.lists(words, max_size=3), max_size=3)
st.register_type_strategy(str, words)
st.register_type_strategy(Fraction, fractions)
floats = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(float, floats)
of_stems = st.dictionaries(words, words, max_size=3)
st.register_type_strategy(Take, st.builds(Take, stems=of_stems))
levels = st.dictionaries(words, floats, max_size=3)
wishes = st.builds(Settings, prompts=of_stems, negatives=of_stems, levels=levels)


def messages() -> st.SearchStrategy[Message]:
    clips = st.builds(Clip, cues=st.none() | sheets)
    many = st.lists(clips, max_size=3).map(tuple)
    others = [k for k in TYPES.values() if k not in {Clips, Generate}]
    return st.one_of(
        st.builds(Clips, clips=many, request=st.none() | words),
        st.builds(Generate, clips=many, settings=wishes),
        *(st.builds(kind) for kind in others),
    )


@given(messages())
def test_every_message_comes_back_as_it_was(message: Message) -> None:
    assert from_bytes(to_bytes(message)) == message


def test_every_message_has_a_name() -> None:
    assert set(TYPES.values()) == set(get_args(Message))


def test_fractions_travel_as_text() -> None:
    clip = Clip("1", "walk", "/walk.mov", 48, Fraction(24000, 1001), "/takes")
    content = json.loads(to_bytes(Clips((clip,))))
    assert content["clips"][0]["rate"] == "24000/1001"


def test_unknown_keys_are_ignored() -> None:
    content = json.loads(to_bytes(PLACE)) | {"from_the_future": 1}
    content["take"]["also"] = [2]
    assert from_bytes(json.dumps(content).encode()) == PLACE


def test_what_is_left_out_has_its_default() -> None:
    data = b'{"type": "place", "job": "j", "clip": "c", "take": {"number": 1, "seed": 2, '
    data += b'"wav": "w", "sidecar": "s", "samples": 3, "sample_rate": 4}}'
    assert from_bytes(data) == Place("j", "c", Take(1, 2, "w", "s", 3, 4))


@given(st.binary(max_size=200))
def test_bytes_that_nobody_wrote_are_refused(data: bytes) -> None:
    with pytest.raises(LinkError, match="not understood"):
        from_bytes(data)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(TYPES)), st.data())
def test_wrong_values_are_refused_or_read_but_never_crash(name: str, data: st.DataObject) -> None:
    fields = TYPES[name].__dataclass_fields__
    content = {field: data.draw(json_values, field) for field in fields} | {"type": name}
    try:
        message = from_bytes(json.dumps(content).encode())
    except LinkError as error:
        assert "not understood" in error.what  # noqa: PT017 - either way is right
    else:
        assert type(message) is TYPES[name]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate", "1/0"),
        ("rate", "1e999999999"),
        ("rate", 25),
        ("frames", 2.5),
        ("frames", True),
        ("media", None),
        ("cues", [1]),
    ],
)
def test_a_clip_with_a_wrong_field_is_refused_by_name(key: str, value: object) -> None:
    clip = Clip("1", "walk", "/walk.mov", 48, Fraction(25), "/takes")
    content = json.loads(to_bytes(Clips((clip,))))
    content["clips"][0][key] = value
    with pytest.raises(LinkError, match=f"{key}' holds"):
        from_bytes(json.dumps(content).encode())


def test_a_missing_field_is_named() -> None:
    with pytest.raises(LinkError, match=r"'cancel\.job' is missing"):
        from_bytes(b'{"type": "cancel"}')


def test_a_stem_whose_file_is_no_text_is_refused_by_name() -> None:
    content = json.loads(to_bytes(PLACE))
    content["take"]["stems"] = {"score": 3}
    with pytest.raises(LinkError, match="stems' holds"):
        from_bytes(json.dumps(content).encode())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
def test_what_is_no_finite_number_is_refused(number: str) -> None:
    data = f'{{"type": "progress", "job": "j", "stage": "s", "fraction": {number}}}'
    with pytest.raises(LinkError, match="not understood"):
        from_bytes(data.encode())


def test_a_deep_nest_is_refused() -> None:
    with pytest.raises(LinkError, match="no JSON"):
        from_bytes(b"[" * 200_000)


def test_a_number_without_a_value_is_not_sent() -> None:
    with pytest.raises(LinkError, match="'progress' message cannot be sent"):
        to_bytes(Progress("j", "sampling", float("nan")))


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(LinkError, match="too long"):
        to_bytes(Markers("c" * MAX_BYTES, ()))
