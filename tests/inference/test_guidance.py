from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.inference.guidance import WeightedBranch, guidance_values, weigh_branches
from engine.packs.manifest import Branch, Sampler

BOTH = frozenset({"text", "cues"})
TEXT = frozenset({"text"})
NONE: frozenset[str] = frozenset()

# The base pack's: from null to refuse by "cues", from refuse to full by "text".
SAMPLER = Sampler(
    "euler",
    20,
    {"text": 4.0, "cues": 2.0},
    (
        Branch("full", {"text": "conditional", "cues": "conditional"}, 0.0, {"text": 1.0}),
        Branch(
            "refuse",
            {"text": "negative", "cues": "conditional"},
            0.0,
            {"cues": 1.0, "text": -1.0},
        ),
        Branch("null", {"text": "null", "cues": "null"}, 1.0, {"cues": -1.0}),
    ),
)


def weighed(
    given_: frozenset[str], refused: frozenset[str] = NONE, **guidance: float
) -> dict[tuple[str, str], float]:
    branches = weigh_branches(SAMPLER, guidance_values(SAMPLER, guidance), given_, refused)
    return {(branch.choices["text"], branch.choices["cues"]): branch.weight for branch in branches}


def test_branches_weigh_what_the_pack_says() -> None:
    assert weighed(BOTH, TEXT) == {
        ("conditional", "conditional"): 4,
        ("negative", "conditional"): -2,
        ("null", "null"): -1,
    }


def test_without_a_negative_prompt_its_branch_has_no_text() -> None:
    assert weighed(BOTH) == {
        ("conditional", "conditional"): 4,
        ("null", "conditional"): -2,
        ("null", "null"): -1,
    }


def test_branches_that_come_to_the_same_are_one() -> None:
    assert weighed(frozenset({"cues"})) == {("null", "conditional"): 2, ("null", "null"): -1}
    assert weighed(NONE) == {("null", "null"): pytest.approx(1)}


def test_a_branch_that_weighs_nothing_is_not_evaluated() -> None:
    assert weighed(BOTH, TEXT, text=1.0, cues=1.0) == {("conditional", "conditional"): 1}
    assert ("null", "null") not in weighed(BOTH, TEXT, cues=1.0)


@given(
    st.sets(st.sampled_from(sorted(BOTH))),
    st.booleans(),
    st.floats(-20, 20),
    st.floats(-20, 20),
)
def test_weights_always_add_up_to_one(
    given_: set[str],
    refuses: bool,  # noqa: FBT001 - drawn
    text: float,
    cues: float,
) -> None:
    weights = weighed(frozenset(given_), TEXT if refuses else NONE, text=text, cues=cues)
    assert sum(weights.values()) == pytest.approx(1, abs=1e-4)


def test_a_branch_says_a_choice_for_every_condition() -> None:
    branches = weigh_branches(SAMPLER, SAMPLER.guidance, BOTH, NONE)
    assert all(isinstance(branch, WeightedBranch) for branch in branches)
    assert all(set(branch.choices) == BOTH for branch in branches)


def test_values_not_given_stay_the_packs_own() -> None:
    assert guidance_values(SAMPLER, {"text": 7}) == {"text": 7, "cues": 2}


def test_a_guidance_that_the_pack_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(InputError, match="'smell'") as error:
        guidance_values(SAMPLER, {"smell": 1})
    assert "text, cues" in error.value.remedy


@pytest.mark.parametrize("value", [math.nan, math.inf, 51, -51])
def test_a_guidance_out_of_bounds_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="out of bounds"):
        guidance_values(SAMPLER, {"text": value})
