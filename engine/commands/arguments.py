"""Arguments that several commands share, and checks of their values."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.wish import add_words
from engine.errors import InputError
from engine.inference.guidance import MAX_GUIDANCE
from engine.request import MAX_SEED, MAX_STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.prompt_sheet import PromptSheet
    from engine.sound_form import SoundForm

LOUDNESS_TARGETS = ("r128", "a85", "netflix", "streaming")  # those of programme_loudness.py


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from ``low`` to ``high``."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {low} to {high}")
        return value

    return parse


def guidance(text: str) -> tuple[str | None, float]:
    """Parse ``4.5`` (of the prompt, as (None, 4.5)) or ``cues=2`` (of what the pack calls so)."""
    name, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MAX_GUIDANCE:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number from 0 to {MAX_GUIDANCE:g} or NAME=NUMBER"
        )
    return name or None, value


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json`` and ``--debug``, which every command has."""
    parser.add_argument(
        "--json", action="store_true", help="end stdout with one JSON object and print nothing else"
    )
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Declare which pack and device to use."""
    parser.add_argument("--pack", metavar="ID", help="model pack (see: lumiphone packs list)")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s"
    )


def add_wish(parser: argparse.ArgumentParser, seeds: str) -> None:
    """Declare what to hear and how to sample; ``seeds`` says what the seed stands for."""
    add_words(parser)
    parser.add_argument("--seed", type=whole_number(0, MAX_SEED), metavar="S", help=seeds)
    parser.add_argument(
        "--steps", type=whole_number(1, MAX_STEPS), metavar="N", help="default: the pack's"
    )
    parser.add_argument(
        "--guidance",
        type=guidance,
        action="append",
        metavar="X",
        help="how closely to follow the prompt, 0 to 50, or NAME=X for another of the pack's",
    )


def add_prompts(parser: argparse.ArgumentParser, clip: str) -> None:
    """Declare a file of prompts; ``clip`` says what its first column holds."""
    parser.add_argument(
        "--prompts",
        type=Path,
        metavar="FILE",
        help=f"what to hear in which {clip}: CSV with the columns clip, prompt, negative and those "
        "of stems, or TOML; the others are as --prompt and --negative say",
    )


def prompt_sheet(arguments: argparse.Namespace) -> PromptSheet:
    """Return what :func:`add_prompts` asked for.

    Raises:
        InputError: The file is missing or of another form.
    """
    from engine.prompt_sheet import PromptSheet

    return PromptSheet.load(arguments.prompts) if arguments.prompts else PromptSheet()


def add_stretch(parser: argparse.ArgumentParser) -> None:
    """Declare which part of a clip is meant."""
    form = "HH:MM:SS:FF, MM:SS.s, seconds or 240f, counted from the clip's first picture"
    parser.add_argument("--start", metavar="TC", help=f"first picture ({form})")
    parser.add_argument("--end", metavar="TC", help="the picture after the last (same forms)")


def add_video(parser: argparse.ArgumentParser) -> None:
    """Declare whether and how takes are written as video too."""
    parser.add_argument(
        "--video",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write the clip with its sound too (default: yes)",
    )
    parser.add_argument(
        "--audio-codec", choices=("aac", "pcm"), default="aac", help="in the video (default: aac)"
    )
    parser.add_argument(
        "--container",
        choices=("mp4", "mov", "mkv"),
        help="of the video (default: mp4, for PCM mov; another if it cannot hold the pictures)",
    )


def check_video(arguments: argparse.Namespace) -> None:
    """Refuse what no file can hold.

    Raises:
        InputError: PCM sound in MP4.
    """
    if arguments.audio_codec == "pcm" and arguments.container == "mp4":
        raise InputError("MP4 cannot hold PCM sound", "Choose --container mov or mkv")


def add_sound_form(parser: argparse.ArgumentParser) -> None:
    """Declare in which form sound is delivered."""
    parser.add_argument(
        "--wav-format",
        choices=("wav", "bwf"),
        default="wav",
        help="bwf: Broadcast Wave with timecode, loudness and provenance (default: wav)",
    )
    parser.add_argument(
        "--loudness",
        choices=LOUDNESS_TARGETS,
        metavar="TARGET",
        help="the sound is the full mix: bring it to r128, a85, netflix or streaming "
        "(default: left as it is, to be mixed)",
    )
    parser.add_argument(
        "--ucs",
        metavar="CATID_CREATORID_SOURCEID",
        help="name WAV files after the Universal Category System, such as DOORWood_LUMI_SHOW",
    )


def sound_form(arguments: argparse.Namespace) -> SoundForm:
    """Return what :func:`add_sound_form` asked for.

    Raises:
        InputError: The UCS name has another form.
    """
    from engine.naming import UcsName
    from engine.sound_form import SoundForm

    ucs = UcsName.parse(arguments.ucs) if arguments.ucs else None
    return SoundForm(arguments.wav_format, arguments.loudness, ucs)
