"""``lumiphone inspect``: what made a file, and making it again."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.arguments import add_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands.console import Console
    from engine.inspection import Inspection

_DESCRIPTION = """\
Say what made a file: clip, stretch, prompt, seed, pack. FILE is a take's sidecar, a WAV or a video.
Broadcast Wave files (--wav-format bwf) and videos tell it alone; a plain WAV needs its sidecar.

With --again the take is made once more, from the same clip and with the same pack, as WAV and
sidecar in DIR/<clip name>; on the same kind of device its sound is the same.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "inspect",
        help="say what made a file, and make it again",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--again", type=Path, metavar="DIR", help="make it once more, into DIR")
    parser.add_argument("--clip", type=Path, metavar="PATH", help="where the clip lies now")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), help="for --again (default: as it was made)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Look, show, and make again if asked.

    Raises:
        LumiphoneError: Whatever went wrong.
    """
    from engine.inspection import Inspection

    inspection = Inspection.of(arguments.file)
    facts = inspection.facts
    command = ["lumiphone", "inspect", str(arguments.file), "--again", "DIR"]
    console.table(_rows(facts))
    console.line(f"Read from {inspection.place}. To make it again: {shlex.join(command)}")
    result: dict[str, Any] = {"read_from": str(inspection.place), "facts": facts}
    if arguments.again:
        made = _again(inspection, arguments, console, cancelled)
        console.line(f"Made again: {made['wav']}")
        result["again"] = made
    else:
        result["command"] = command
    console.result(result)


def _rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    from engine.inspection import stem_in_words, stems_in

    span, pack, program = facts["span"], facts["pack"], facts["program"]
    length = f"{span.get('frames')} pictures at {span.get('rate')} a second"
    place = f"from {span.get('media_start')} s, speed {span.get('speed')}"
    rows = [
        ("made by", f"{program.get('name')} {program.get('version')}"),
        ("clip", f"{facts['clip']['path']} (sha256 {facts['clip'].get('sha256')})"),
        ("stretch", f"{length}, {place}"),
        ("pack", f"{pack['id']} (sha256 {pack.get('sha256')})"),
    ]
    rows += [
        (name.replace("_", " "), _text(facts[name]))
        for name in (
            *("prompt", "negative", "suggested_prompt", "seed", "method", "steps"),
            *("guidance", "device", "loudness_target", "loudness"),
        )
        if facts.get(name) is not None and facts[name] != ""
    ]
    rows += [(stem, stem_in_words(known)) for stem, known in stems_in(facts).items()]
    given = isinstance(facts.get("cues"), dict)
    return [*rows, ("cue sheet", "given by hand" if given else "from the pictures")]


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {entry}" for name, entry in value.items())
    return str(value)


def _again(
    inspection: Inspection,
    arguments: argparse.Namespace,
    console: Console,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    from engine.delivery import Delivery
    from engine.media.programme_loudness import TARGETS
    from engine.pipeline import Engine
    from engine.sound_form import SoundForm

    facts = inspection.facts
    request, source = inspection.request(), inspection.source(arguments.clip, cancelled)
    target = facts.get("loudness_target")
    form = SoundForm(
        "bwf" if facts.get("wav_format") == "bwf" else "wav", target if target in TARGETS else None
    )
    device = arguments.device or ("cpu" if facts.get("device") == "cpu" else "auto")
    engine = Engine.load(facts["pack"]["id"], device=device)
    inspection.check_pack(engine.pack)
    delivery = Delivery(arguments.again, codec=None, sound=form)
    with console.progress() as progress:
        clip = delivery.deliver(engine, source, request, progress, cancelled)
    made: dict[str, Any] = clip["takes"][0]
    return made
