"""What is to be heard, stem by stem, as arguments say it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeVar

from engine.request import HIGHEST_LEVEL, LOWEST_LEVEL, Request
from engine.stems import STEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.packs.manifest import Stem
    from engine.pipeline import Engine

Value = TypeVar("Value")


def add_words(parser: argparse.ArgumentParser) -> None:
    """Declare stems, and what to hear and not to hear in them."""
    parser.add_argument(
        "--prompt",
        type=words,
        action="append",
        metavar="[STEM=]T",
        help="what to hear; without it, what is seen. For one stem: --prompt ambience='rain'",
    )
    parser.add_argument(
        "--negative",
        type=words,
        action="append",
        metavar="[STEM=]T",
        help="what not to hear, in all stems or in one",
    )
    parser.add_argument(
        *("--stems", "--stem"),
        type=stems,
        action="append",
        metavar="S,S",
        help=f"of {', '.join(STEMS)}: what to make, each in a file of its own, and their mix "
        "(default: effects,ambience, or what the pack makes)",
    )
    parser.add_argument(
        "--stem-levels",
        type=levels,
        action="append",
        metavar="S=DB,S=DB",
        help="how loud stems are in the mix, such as ambience=-6 (default: the pack's)",
    )


def words(text: str) -> tuple[Stem | None, str]:
    """Parse ``rain`` (for all stems, as (None, "rain")) or ``ambience=rain``."""
    name, mark, said = text.partition("=")
    stem = next((stem for stem in STEMS if stem == name.strip().lower()), None)
    return (stem, said.strip()) if mark and stem else (None, text)


def stems(text: str) -> tuple[Stem, ...]:
    """Parse ``effects,ambience``."""
    return tuple(_stem(part) for part in text.split(","))


def levels(text: str) -> tuple[tuple[Stem, float], ...]:
    """Parse ``ambience=-6,score=-12``."""
    return tuple(_level(part) for part in text.split(","))


def _stem(text: str) -> Stem:
    for stem in STEMS:
        if stem == text.strip().lower():
            return stem
    raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(STEMS)}")


def _level(text: str) -> tuple[Stem, float]:
    name, mark, number = text.partition("=")
    try:
        value = float(number.lower().removesuffix("db"))
    except ValueError:
        mark, value = "", 0.0
    if not mark or not LOWEST_LEVEL <= value <= HIGHEST_LEVEL:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not STEM=DB with a number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}"
        )
    return _stem(name), value


def asked(arguments: argparse.Namespace, engine: Engine) -> Request:
    """Return what was asked for of every clip, one take of it."""
    prompts, negatives = dict(arguments.prompt or ()), dict(arguments.negative or ())
    return Request(
        prompt=prompts.get(None),
        negative=negatives.get(None),
        seed=arguments.seed,
        steps=arguments.steps,
        guidance={name or engine.prompt_guidance: x for name, x in arguments.guidance or ()},
        stems=tuple(stem for part in arguments.stems or () for stem in part),
        prompts=_of_stems(prompts),
        negatives=_of_stems(negatives),
        levels=dict(pair for part in arguments.stem_levels or () for pair in part),
    )


def said_of_stems(arguments: argparse.Namespace) -> Iterator[str]:
    """Yield the arguments that choose stems and their levels, as another run would take them."""
    for part in arguments.stems or ():
        yield from ("--stems", ",".join(part))
    for pairs in arguments.stem_levels or ():
        yield from ("--stem-levels", ",".join(f"{stem}={level:g}" for stem, level in pairs))


def _of_stems(values: Mapping[Stem | None, Value]) -> dict[Stem, Value]:
    return {stem: value for stem, value in values.items() if stem is not None}
