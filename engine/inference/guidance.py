"""Guidance as data: which velocities a step evaluates and how it mixes them.

Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598) in the general form of several
branches, each with some conditions given, none, or the negative prompt's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from engine.packs.manifest import Choice, Sampler

MAX_GUIDANCE = 50.0
_NEGLIGIBLE = 1e-6


class WeightedBranch(NamedTuple):
    """A velocity to evaluate, and its share in the result."""

    choices: Mapping[str, Choice]
    weight: float


def guidance_values(sampler: Sampler, wanted: Mapping[str, float]) -> dict[str, float]:
    """Return the pack's guidance values with some replaced.

    Raises:
        InputError: The pack has no such value, or it is no number from -50 to 50.
    """
    for name, value in wanted.items():
        if name not in sampler.guidance:
            raise InputError(
                f"The pack has no guidance '{name}'", f"Use {', '.join(sampler.guidance) or 'none'}"
            )
        if not math.isfinite(value) or abs(value) > MAX_GUIDANCE:
            raise InputError(
                f"The guidance '{name}' of {value} is out of bounds",
                f"Use one from 0 to {MAX_GUIDANCE:g}; the pack's own is {sampler.guidance[name]:g}",
            )
    return {**sampler.guidance, **wanted}


def weigh_branches(
    sampler: Sampler,
    guidance: Mapping[str, float],
    given: Collection[str],
    refused: Collection[str],
) -> tuple[WeightedBranch, ...]:
    """Return the branches to evaluate; their weights add up to one.

    Branches that come to the same (no prompt, no negative prompt) are merged; what then weighs
    nothing is left out.

    Args:
        sampler: The pack's.
        guidance: All named values, from :func:`guidance_values`.
        given: Condition inputs that have a value.
        refused: Condition inputs that have a negative prompt's value.
    """
    weights: dict[tuple[Choice, ...], float] = {}
    for branch in sampler.branches:
        inputs = sorted(branch.conditions)
        key = tuple(_resolve(branch.conditions[n], n in given, n in refused) for n in inputs)
        weight = branch.constant + sum(k * guidance[name] for name, k in branch.weights.items())
        weights[key] = weights.get(key, 0.0) + weight
    names = sorted(sampler.branches[0].conditions)
    return tuple(
        WeightedBranch(dict(zip(names, key, strict=True)), weight)
        for key, weight in weights.items()
        if abs(weight) > _NEGLIGIBLE
    )


def _resolve(choice: Choice, given: bool, refused: bool) -> Choice:  # noqa: FBT001 - one caller
    if (choice == "conditional" and not given) or (choice == "negative" and not refused):
        return "null"
    return choice
