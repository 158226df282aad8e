from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cues import CueEvent, CueSheet
from engine.errors import CueSheetError

events = st.builds(
    CueEvent,
    st.integers(0, 10**6).map(lambda value: value / 1000),
    st.integers(0, 1000).map(lambda value: value / 1000),
    st.text(min_size=1, max_size=5),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(events=st.lists(events), rate=st.sampled_from([Fraction(25), Fraction(24000, 1001)]))
def test_a_sheet_written_and_read_is_the_same(events: list[CueEvent], rate: Fraction) -> None:
    sheet = CueSheet(rate, tuple(sorted(events)), {"energy": (0.0, 0.5, 1.0)})
    assert CueSheet.from_json(sheet.to_json(), "here") == sheet


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"rate": "1e999999999"},
        {"rate": "1/0"},
        {"rate": True},
        {"rate": float("nan")},
        {"rate": float("inf")},
        {"rate": 10**400},
        {"events": {}},
        {"events": [1]},
        {"events": [{}]},
        {"events": [{"seconds": -1}]},
        {"events": [{"seconds": 10**400}]},
        {"events": [{"seconds": float("inf")}]},
        {"events": [{"seconds": 1, "strength": 1.5}]},
        {"events": [{"seconds": 1, "kind": ""}]},
        {"curves": []},
        {"curves": {"energy": 1}},
        {"curves": {"energy": [2]}},
        {"curves": {"energy": [1], "mouth": []}},
    ],
    ids=lambda data: repr(data)[:50],
)
def test_what_is_no_sheet_is_refused(data: object) -> None:
    with pytest.raises(CueSheetError, match=r"^here"):
        CueSheet.from_json(data, "here")


@given(
    data=st.fixed_dictionaries(
        {},
        optional={
            "rate": json_values,
            "events": json_values | st.lists(st.fixed_dictionaries({"seconds": json_values})),
            "curves": json_values,
        },
    )
)
def test_whatever_comes_is_a_sheet_or_refused(data: dict[str, Any]) -> None:
    try:
        sheet = CueSheet.from_json(data, "here")
    except CueSheetError:
        return
    assert CueSheet.from_json(sheet.to_json(), "here").rate == sheet.rate
