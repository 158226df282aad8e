"""``lumiphone suggest``: what a clip shows, and a prompt for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import add_engine, add_json, add_stretch

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.commands.console import Console


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "suggest",
        help="say what a clip shows, and suggest a prompt",
        description="Say what a clip shows, and suggest a prompt. This prompt is what `generate`"
        " follows when none is given; a score follows the mood of the pictures.",
    )
    parser.add_argument("clip", type=Path, metavar="CLIP")
    add_stretch(parser)
    add_engine(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Look, and say what is seen.

    Raises:
        LumiphoneError: Whatever went wrong.
    """
    from engine.pipeline import Engine
    from engine.source import Source

    engine = Engine.load(arguments.pack, device=arguments.device)
    source = Source.open(arguments.clip, arguments.start, arguments.end, cancelled)
    with console.progress() as progress:
        seen = engine.observe(source, progress, cancelled, stages={"scene"})
    scene = seen.scene
    console.line(f"Suggested prompt: {scene.prompt or '(nothing recognised)'}")
    if "score" in engine.pack.manifest.stems:
        console.line(f"For a score: {seen.mood}")
    console.table([(f"{label.probability:6.1%}", label.label) for label in scene.labels])
    console.result(
        {
            "suggested_prompt": scene.prompt,
            "mood": seen.mood,
            "labels": [
                {"label": label.label, "probability": round(label.probability, 4)}
                for label in scene.labels
            ],
        }
    )
