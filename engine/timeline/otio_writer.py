"""Writes OpenTimelineIO: the edit as it came, or built anew, with tracks of sound below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import opentimelineio as otio

from engine.media.staging import staged
from engine.timeline import otio_reader
from engine.timeline.location import media_path

if TYPE_CHECKING:
    from collections.abc import Sequence as Row
    from fractions import Fraction
    from pathlib import Path

    from engine.timeline.sequence import Media, Placed, Sequence, Track, Transition
    from engine.timeline.sound_tracks import Sound, SoundTrack


def write(path: Path, edit: Sequence, source: Path, sound: Row[SoundTrack]) -> None:
    """Write an edit with its new tracks; the file appears whole or not at all.

    Args:
        path: The file, replaced if it exists.
        edit: The edit as it was read.
        source: The file that it was read from; if that is OTIO, everything in it is kept.
        sound: What to add.

    Raises:
        InputError: ``source`` cannot be read any more.
        OutputError: It cannot be written.
    """
    if source.suffix.lower() == ".otio":
        timeline = otio_reader.load(source)
        _make_absolute(timeline, source.parent)
    else:
        timeline = _built(edit)
    for track in sound:
        timeline.tracks.append(_sound_track(track, edit))
    _save(timeline, path)


def copy(source: Path, path: Path) -> None:
    """Write an OTIO file elsewhere; what it names by its own place is found from there too.

    Raises:
        InputError: ``source`` cannot be read.
        OutputError: The copy cannot be written.
    """
    timeline = otio_reader.load(source)
    _make_absolute(timeline, source.parent)
    _save(timeline, path)


def _save(timeline: otio.schema.Timeline, path: Path) -> None:
    with staged(path) as draft:
        draft.write_text(timeline.to_json_string(indent=1), "utf-8")


def _make_absolute(timeline: otio.schema.Timeline, folder: Path) -> None:
    """Paths that count from the old file's folder would lead nowhere from the new one's."""
    for clip in timeline.find_clips():
        reference = clip.media_reference
        if not isinstance(reference, otio.schema.ExternalReference) or not reference.target_url:
            continue
        if "://" not in reference.target_url:
            reference.target_url = str(media_path(reference.target_url, folder))


def _time(frames: Fraction | int, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(frames), float(rate))


def _range(first: Fraction | int, frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(first, rate), _time(frames, rate))


def _gap(frames: int, rate: Fraction) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=_range(0, frames, rate))


def _sound_track(track: SoundTrack, edit: Sequence) -> otio.schema.Track:
    made = otio.schema.Track(track.name, kind=otio.schema.TrackKind.Audio)
    position = 0
    for sound in track.sounds:
        if sound.first > position:
            made.append(_gap(sound.first - position, edit.rate))
        made.append(_sound_clip(sound, edit))
        position = sound.end
    return made


def _sound_clip(sound: Sound, edit: Sequence) -> otio.schema.Clip:
    # Resolve counts in the file's timecode, which is where the file lies on the edit.
    origin = edit.start + sound.first - sound.before
    reference = otio.schema.ExternalReference(
        str(sound.wav), _range(origin, sound.file_frames, edit.rate)
    )
    shown = _range(origin + sound.before, sound.frames, edit.rate)
    return otio.schema.Clip(sound.name, reference, shown)


def _built(edit: Sequence) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(edit.name, global_start_time=_time(edit.start, edit.rate))
    for track in edit.tracks:
        timeline.tracks.append(_track(track, edit.rate))
    return timeline


def _track(track: Track, rate: Fraction) -> otio.schema.Track:
    video, audio = otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio
    made = otio.schema.Track(track.name, kind=video if track.kind == "video" else audio)
    position = 0
    transitions = {transition.cut: transition for transition in track.transitions}
    for clip in track.clips:
        begin, end = _cuts(clip, track)
        if begin > position:
            made.append(_gap(begin - position, rate))
        if begin in transitions:
            _join(made, transitions.pop(begin), rate)
        made.append(_clip(clip, begin, end, rate))
        position = end
        if end in transitions and not any(_cuts(c, track)[0] == end for c in track.clips):
            _join(made, transitions.pop(end), rate)
    return made


def _cuts(clip: Placed, track: Track) -> tuple[int, int]:
    """Where a clip would begin and end without transitions."""
    begin, end = clip.first, clip.end
    for transition in track.transitions:
        after = transition.first + transition.frames
        if clip.fade_in and transition.first <= begin < after and transition.cut < clip.end:
            begin = transition.cut
        elif clip.fade_out and transition.first < end <= after and transition.cut > clip.first:
            end = transition.cut
    return begin, end


def _join(made: otio.schema.Track, transition: Transition, rate: Fraction) -> None:
    cut = transition.cut
    made.append(
        otio.schema.Transition(
            transition.name,
            otio.schema.TransitionTypes.SMPTE_Dissolve,
            _time(cut - transition.first, rate),
            _time(transition.first + transition.frames - cut, rate),
        )
    )


def _clip(clip: Placed, begin: int, end: int, rate: Fraction) -> otio.schema.Clip:
    media = clip.media
    origin = media.start if media and media.start else 0
    start = origin + clip.media_start + (begin - clip.first) / rate * clip.speed
    made = otio.schema.Clip(
        clip.name,
        _reference(media) if media else otio.schema.MissingReference(),
        _range(start * rate, end - begin, rate),
    )
    if clip.speed == 0:
        made.effects.append(otio.schema.FreezeFrame())
    elif clip.speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(clip.speed)))
    return made


def _reference(media: Media) -> otio.schema.ExternalReference:
    available = None
    if media.start is not None and media.duration is not None:
        available = otio.opentime.TimeRange(
            _time(media.start * media.rate, media.rate),
            _time(media.duration * media.rate, media.rate),
        )
    return otio.schema.ExternalReference(str(media.path), available)
