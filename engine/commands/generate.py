"""``lumiphone generate``: clips in, takes out."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.arguments import (
    add_engine,
    add_json,
    add_sound_form,
    add_stretch,
    add_video,
    add_wish,
    check_video,
    sound_form,
    whole_number,
)
from engine.commands.wish import asked
from engine.errors import InputError
from engine.request import MAX_TAKES

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console

_DESCRIPTION = """\
Generate sound for clips. For each clip and take it writes

  DIR/<clip name>/take-<k>.wav   24-bit sound, exactly as long as the pictures (see --wav-format)
  DIR/<clip name>/take-<k>.<stem>.wav   its stems, which sum to it (with several --stems)
  DIR/<clip name>/take-<k>.mp4   the clip's own pictures, untouched, with the take (.mov for PCM)
  DIR/<clip name>/take-<k>.json  everything needed to make the take again
  DIR/<clip name>/cues.json      what happens when; edit it and give it back with --cues

Nothing is overwritten: where takes 1 and 2 lie, the next is take 3; an edited cues.json stays, and
the new one becomes cues-2.json. Another clip of the same name gets a folder of its own (clip.mov,
clip-2). After a cancel or an error the finished takes stay and everything else goes.
"""
_EPILOG = """\
With --json the last line on stdout is one object: {"takes": [{"number", "seed", "wav", "stems",
"video", "sidecar", "samples", "sample_rate"}], "cues", "suggested_prompt", "mood", "warnings"};
"stems" maps each stem to its WAV, if there are several. For several clips "takes" and "warnings"
cover all of them in the given order, "cues", "suggested_prompt" and "mood" are the first clip's,
and "clips" is added: a list of such objects, one per clip, each with its path as "clip".
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "generate",
        help="generate sound for clips",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", required=True, help="where the takes go"
    )
    parser.add_argument(
        "--takes", type=whole_number(1, MAX_TAKES), default=1, metavar="N", help="default: 1"
    )
    seeds = "of the first take; the next have S+1, S+2, ... (default: drawn, and reported)"
    add_wish(parser, seeds)
    add_stretch(parser)
    parser.add_argument("--cues", type=Path, metavar="FILE", help="follow this cue sheet instead")
    add_video(parser)
    add_sound_form(parser)
    add_engine(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Generate, write and report.

    Raises:
        LumiphoneError: Whatever went wrong; finished takes stay.
    """
    from engine.commands.licence import announce
    from engine.cues import CueSheet
    from engine.delivery import Delivery
    from engine.pipeline import Engine
    from engine.source import Source

    check_video(arguments)
    if arguments.cues and len(arguments.clips) > 1:
        raise InputError("--cues was given for several clips", "Give the one clip it belongs to")
    sound = sound_form(arguments)
    engine = Engine.load(arguments.pack, device=arguments.device)
    announce(engine.pack.manifest, console)
    cues = CueSheet.load(arguments.cues) if arguments.cues else None
    request = replace(asked(arguments, engine), takes=arguments.takes, cues=cues)
    engine.check(request)
    sources = [
        Source.open(clip, arguments.start, arguments.end, cancelled) for clip in arguments.clips
    ]
    engine.check(request, *(source.span for source in sources))
    codec = arguments.audio_codec if arguments.video else None
    delivery = Delivery(arguments.output, codec, arguments.container, sound)
    with console.progress() as progress:
        clips = [
            delivery.deliver(engine, source, request, progress, cancelled) for source in sources
        ]
    unsaid = "score" in engine.stems(request) and not (request.prompt_of("score") or "").strip()
    for clip in clips:
        _report(clip, console, mood=unsaid)
    console.result(_merged(clips))


def _report(clip: dict[str, Any], console: Console, *, mood: bool) -> None:
    for warning in clip["warnings"]:
        console.warning(f"{clip['clip']}: {warning}")
    if clip["suggested_prompt"]:
        console.line(f"{clip['clip']} looks like: {clip['suggested_prompt']}")
    if mood:
        console.line(f"{clip['clip']} suggests a score of: {clip['mood']}")
    for take in clip["takes"]:
        console.line(f"{take['wav']}  (seed {take['seed']})")
        for stem, wav in take["stems"].items():
            console.line(f"{wav}  ({stem})")
        if take["video"]:
            console.line(take["video"])
    judged = [take for take in clip["takes"] if "sync" in take]
    if len(judged) > 1:  # a single one is the best and the worst
        judged.sort(key=lambda take: take["sync"], reverse=True)
        ranked = (f"take {take['number']} ({take['sync']:.0%})" for take in judged)
        console.line(f"Onsets that meet the cue sheet: {', '.join(ranked)}")


def _merged(clips: list[dict[str, Any]]) -> dict[str, Any]:
    """One clip's object as it is; several clips' objects as the epilog describes."""
    first = {key: value for key, value in clips[0].items() if key != "clip"}
    if len(clips) == 1:
        return first
    return first | {
        "takes": [take for clip in clips for take in clip["takes"]],
        "warnings": [f"{clip['clip']}: {text}" for clip in clips for text in clip["warnings"]],
        "clips": clips,
    }
