"""``lumiphone loudness``: how loud finished mixes are, and bringing them to a target."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import LOUDNESS_TARGETS, add_json
from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.commands.console import Console
    from engine.mastering import Mastered, Mix
    from engine.media.programme_loudness import Loudness

_DESCRIPTION = """\
Measure finished mixes (any sound or film with one or two channels), after ITU-R BS.1770 and EBU
R 128. With -o each is written: sound as 24-bit Broadcast Wave, a film with its pictures untouched
(OUT.wav: its sound alone). With --target as well, it is brought to that loudness, true peaks under
its ceiling. The files themselves are never changed.

  r128       EBU R 128            -23 LUFS  +-0.5 LU  -1 dBTP
  a85        ATSC A/85            -24 LKFS  +-2 LU    -2 dBTP
  netflix    Netflix, whole mix   -27 LKFS  +-2 LU    -2 dBTP
  streaming  streaming services   -14 LUFS  +-1 LU    -1 dBTP
"""
_EPILOG = """\
With --json the last line on stdout is one object: {"files": [{"file", "loudness", "meets", "gain",
"written", "loudness_written", "warning"}]}; the last four only with -o.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "loudness",
        help="measure mixes, and bring them to a delivery's loudness",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--target", choices=LOUDNESS_TARGETS, help="bring them to this loudness")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="a file, or for several files a folder"
    )
    parser.add_argument(
        "--audio-codec",
        choices=("aac", "pcm"),
        help="in a film (default: AAC, or PCM where it was PCM)",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, cancelled: Callable[[], bool]) -> None:
    """Measure, write and report.

    Raises:
        LumiphoneError: Whatever went wrong; files that were written stay.
    """
    from engine.mastering import Mix
    from engine.media.programme_loudness import FIGURES

    if arguments.target and not arguments.output:
        raise InputError(
            "--target changes nothing without -o", "Say where to write, or leave --target out"
        )
    targets = _places(arguments.files, arguments.output)
    entries: list[dict[str, object]] = []
    rows: list[Sequence[str]] = [("", *FIGURES, "meets")]
    with console.progress() as progress:
        for number, (file, out) in enumerate(zip(arguments.files, targets, strict=True)):
            progress(file.name[:24], number / len(targets))
            mix = Mix.open(file, cancelled)
            entry, lines = _entry(mix), [_row(str(file), mix.loudness)]
            if out:
                written = mix.write(
                    _named(out, mix), arguments.target, arguments.audio_codec, cancelled
                )
                lines.append(_row(f"  {written.path}", written.loudness))
                entry |= _written(written)
            entries.append(entry)
            rows += lines
            _warn(mix, entry, arguments.target, console)
    console.table(rows)
    console.result({"files": entries})


def _places(files: Sequence[Path], output: Path | None) -> list[Path | None]:
    """Where each file goes: a folder's path has its stem and no suffix yet.

    Raises:
        InputError: Two would be the same file.
    """
    if output is None:
        return [None] * len(files)
    if len(files) == 1 and output.suffix and not output.is_dir():
        return [output]
    from engine.take_folder import writing

    with writing(output):
        output.mkdir(parents=True, exist_ok=True)
    places = [output / file.name for file in files]
    (name, count), *_ = Counter(place.stem for place in places).most_common(1)
    if count > 1:
        raise InputError(
            f"Several files are called {name}", "Give them one by one, each with its own -o"
        )
    return list(places)


def _named(out: Path, mix: Mix) -> Path:
    """In a folder a film keeps a suffix that can be written, and everything else becomes WAV."""
    from engine.mastering import FILM_SUFFIXES

    if out.name != mix.path.name:
        return out
    if mix.clip is None:
        return out.with_suffix(".wav")
    return out if out.suffix.lower() in FILM_SUFFIXES else out.with_suffix(".mov")


def _entry(mix: Mix) -> dict[str, object]:
    from engine.mastering import met_by

    return {
        "file": str(mix.path),
        "loudness": mix.loudness.to_json(),
        "meets": met_by(mix.loudness),
    }


def _written(written: Mastered) -> dict[str, object]:
    return {
        "gain": round(written.gain, 2),
        "written": str(written.path),
        "loudness_written": written.loudness.to_json(),
        "warning": written.warning,
    }


def _row(name: str, loudness: Loudness) -> Sequence[str]:
    from engine.mastering import met_by

    return (name, *loudness.figures(), ", ".join(met_by(loudness)))


def _warn(mix: Mix, entry: dict[str, object], target: str | None, console: Console) -> None:
    for text in _warnings(mix, entry, target):
        console.warning(f"{mix.path}: {text}")


def _warnings(mix: Mix, entry: dict[str, object], target: str | None) -> Iterator[str]:
    from engine.media.programme_loudness import TARGETS

    if mix.track.tracks > 1:
        yield f"It has {mix.track.tracks} tracks of sound: only the first counts"
    if entry.get("warning"):
        yield str(entry["warning"])
    if target and TARGETS[target].remark:
        yield TARGETS[target].remark
