"""The tables on synchrony: held-out clips, cue sheets, stems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.training.evaluation.markdown import SYNC, header, known, percent, row, sync_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.training.evaluation.end_to_end import SceneFigures
    from engine.training.evaluation.following import CueFigures
    from engine.training.evaluation.stems import StemFigures


def scene_table(figures: SceneFigures) -> Iterator[str]:
    """Yield the figures of the held-out clips."""
    sounding = [clip for clip in figures.clips if clip.contacts]
    contacts = sum(clip.contacts for clip in sounding)
    yield "## From pictures to sound: held-out Blender scenes (in brackets: turned at random)"
    yield ""
    yield from header("", *SYNC, "onsets a second where nothing sounds")
    for each in figures.rows:
        yield row(each.source, *sync_cells(each.sync), known(each.silent_rate))
    yield ""
    yield (
        f"{len(sounding)} clips with {contacts} contacts, {len(figures.clips) - len(sounding)} in"
        " which things move and nothing sounds; `samples/held_out`. Per clip, F1 at 50 / 100 ms:"
    )
    yield ""
    yield from header("clip", "contacts", "cue sheet", "take", "events/s", "onsets/s", "seen")
    for clip in figures.clips:
        pairs = [
            f"{sync.f1_strict:.2f} / {sync.f1_lenient:.2f}" if sync else "-"
            for sync in (clip.cues, clip.takes)
        ]
        rates = (f"{clip.cue_rate:.2f}", f"{clip.onset_rate:.2f}")
        yield row(clip.name, str(clip.contacts), *pairs, *rates, clip.seen)


def cue_table(figures: CueFigures) -> Iterator[str]:
    """Yield the figures of sounds that follow given cue sheets."""
    yield "## Sound follows cues: onset F1 against random sheets (in brackets: turned at random)"
    yield ""
    yield from header("", *SYNC, "energy (shuffled)")
    for each in figures.rows:
        energy = f"{each.energy:.2f} ({each.chance_energy:.2f})"
        yield row(each.source, *sync_cells(each.sync), energy)


def stem_table(figures: StemFigures) -> Iterator[str]:
    """Yield the figures of the stems."""
    yield "## Stems: onsets belong to the effects, music to the score"
    yield ""
    names = ("sounds", "onsets a second", "F1 at 100 ms (turned)", "Music in top 5", "its score")
    yield from header("", *names, "heard most")
    for each in figures.rows:
        yield row(
            each.source,
            str(each.takes),
            f"{each.onset_rate:.2f}",
            f"{each.sync.f1_lenient:.2f} ({each.sync.chance_lenient:.2f})" if each.sync else "-",
            percent(each.music_top),
            f"{each.music_score:.2f}",
            ", ".join(each.heard),
        )
    yield ""
    yield "Each stem was given words of its own kind and the same random cue sheets."
