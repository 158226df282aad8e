"""Writes Final Cut Pro 7 XML: the edit as it came, or built anew, with tracks of sound below."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from engine.media.staging import staged
from engine.timebase import format_timecode
from engine.timeline import fcp7_reader
from engine.timeline.location import media_path
from engine.timeline.sequence import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence as Row
    from fractions import Fraction
    from pathlib import Path

    from engine.timeline.sequence import Media, Sequence, Track, Transition
    from engine.timeline.sound_tracks import Sound, SoundTrack

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
_SIZE = (1920, 1080)  # of a sequence whose pictures nobody measured


def write(
    path: Path,
    edit: Sequence,
    source: Path,
    sound: Row[SoundTrack],
    size: tuple[int, int] = _SIZE,
) -> None:
    """Write an edit with its new tracks; the file appears whole or not at all.

    Args:
        path: The file, replaced if it exists.
        edit: The edit as it was read.
        source: The file that it was read from; if that is FCP7 XML, everything in it is kept.
        sound: What to add.
        size: Pixels across and down, where the edit does not say.

    Raises:
        InputError: ``source`` cannot be read any more.
        OutputError: It cannot be written.
    """
    if source.suffix.lower() in (".xml", ".xmeml"):
        document = fcp7_reader.load(source)
        sequence = fcp7_reader.sequence_of(document, source)
        _make_absolute(document, source.parent)
    else:
        root = ET.Element("xmeml", version="5")
        sequence = _Builder(edit).sequence(ET.SubElement(root, "sequence", id="sequence-1"), size)
        document = ET.ElementTree(root)
    media = sequence.find("media")
    if media is None:
        media = ET.SubElement(sequence, "media")
    audio = media.find("audio")
    if audio is None:
        audio = _audio(media, sound)
    for track in sound:
        _sound_track(audio, track, edit)
    _save(document, path)


def copy(source: Path, path: Path) -> None:
    """Write an XML file elsewhere; what it names by its own place is found from there too.

    Raises:
        InputError: ``source`` cannot be read.
        OutputError: The copy cannot be written.
    """
    document = fcp7_reader.load(source)
    _make_absolute(document, source.parent)
    _save(document, path)


def _save(document: ET.ElementTree[ET.Element], path: Path) -> None:
    ET.indent(document, " ")
    with staged(path) as draft:
        draft.write_text(_HEAD + ET.tostring(document.getroot(), "unicode") + "\n", "utf-8")


def _make_absolute(document: ET.ElementTree[ET.Element], folder: Path) -> None:
    """Paths that count from the old file's folder would lead nowhere from the new one's."""
    for location in document.iter("pathurl"):
        if location.text and "://" not in location.text:
            location.text = _url(media_path(location.text.strip(), folder))


def _url(path: Path) -> str:
    text = path.as_posix()
    if PureWindowsPath(text).drive:
        text = "/" + text
    return "file://localhost" + quote(text, safe="/:")


def _add(parent: ET.Element, **texts: object) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag.rstrip("_")).text = str(text)


def _rate(parent: ET.Element, rate: Fraction) -> None:
    ntsc = rate.denominator == 1001
    _add(ET.SubElement(parent, "rate"), timebase=round(rate), ntsc="TRUE" if ntsc else "FALSE")


def _timecode(parent: ET.Element, frame: int, rate: Fraction, *, drop_frame: bool) -> None:
    code = ET.SubElement(parent, "timecode")
    _rate(code, rate)
    _add(
        code,
        string=format_timecode(frame, rate, drop_frame=drop_frame),
        frame=frame,
        displayformat="DF" if drop_frame else "NDF",
    )


def _audio(media: ET.Element, sound: Row[SoundTrack]) -> ET.Element:
    audio = ET.SubElement(media, "audio")
    _add(audio, numOutputChannels=2)
    characteristics = ET.SubElement(ET.SubElement(audio, "format"), "samplecharacteristics")
    _add(characteristics, depth=24, samplerate=sound[0].sounds[0].sample_rate)
    return audio


def _sound_track(audio: ET.Element, track: SoundTrack, edit: Sequence) -> None:
    # One track of stereo clips, as Resolve writes them. Pairs of mono tracks, Final Cut's own way,
    # come out twice as loud where a reader takes each for the whole file.
    made = ET.SubElement(audio, "track", premiereTrackType="Stereo")
    _add(made, name=track.name, enabled="TRUE", locked="FALSE")
    for sound in track.sounds:
        _sound_clip(made, sound, edit)


def _sound_clip(track: ET.Element, sound: Sound, edit: Sequence) -> None:
    identity = {"id": f"lumiphone-{sound.name}", "premiereChannelType": "stereo"}
    item = ET.SubElement(track, "clipitem", identity)
    _add(item, name=sound.name, enabled="TRUE", duration=sound.file_frames)
    _rate(item, edit.rate)
    _add(item, start=sound.first, end=sound.end)
    _add(item, in_=sound.before, out=sound.before + sound.frames)
    file = ET.SubElement(item, "file", id=f"lumiphone-file-{sound.name}")
    _add(file, name=sound.wav.name, pathurl=_url(sound.wav), duration=sound.file_frames)
    _rate(file, edit.rate)
    origin = edit.start + sound.first - sound.before
    _timecode(file, origin, edit.rate, drop_frame=edit.drop_frame)
    stream = ET.SubElement(ET.SubElement(file, "media"), "audio")
    _add(ET.SubElement(stream, "samplecharacteristics"), depth=24, samplerate=sound.sample_rate)
    _add(stream, channelcount=2)
    _add(ET.SubElement(item, "sourcetrack"), mediatype="audio", trackindex=1)


class _Builder:
    """Builds the edit anew, where it came in another form.

    Args:
        edit: The edit.
    """

    def __init__(self, edit: Sequence) -> None:
        self._edit = edit
        self._files: dict[Media, str] = {}
        self._clips = 0

    def sequence(self, element: ET.Element, size: tuple[int, int]) -> ET.Element:
        """Fill in the sequence and return it."""
        edit = self._edit
        _add(element, name=edit.name, duration=edit.frames)
        _rate(element, edit.rate)
        _timecode(element, edit.start, edit.rate, drop_frame=edit.drop_frame)
        media = ET.SubElement(element, "media")
        video = ET.SubElement(media, "video")
        characteristics = ET.SubElement(ET.SubElement(video, "format"), "samplecharacteristics")
        _add(characteristics, width=size[0], height=size[1], pixelaspectratio="square")
        _rate(characteristics, edit.rate)
        tracks = {"video": video}
        if any(track.kind == "audio" for track in edit.tracks):
            tracks["audio"] = ET.SubElement(media, "audio")
        for track in edit.tracks:
            self._track(tracks[track.kind], track)
        return element

    def _track(self, parent: ET.Element, track: Track) -> None:
        made = ET.SubElement(parent, "track")
        _add(made, name=track.name, enabled="TRUE", locked="FALSE")
        entries: list[Placed | Transition] = [*track.clips, *track.transitions]
        # A transition stands before the clip that it brings in.
        for entry in sorted(entries, key=lambda entry: (entry.first, isinstance(entry, Placed))):
            if isinstance(entry, Placed):
                self._clip(made, entry, track)
            else:
                self._transition(made, entry, track)

    def _transition(self, parent: ET.Element, transition: Transition, track: Track) -> None:
        item = ET.SubElement(parent, "transitionitem")
        end = transition.first + transition.frames
        alignment = {transition.first: "start", end: "end"}.get(transition.cut, "center")
        _add(item, start=transition.first, end=end, alignment=alignment)
        _rate(item, self._edit.rate)
        effect = ET.SubElement(item, "effect")
        name = "Cross Dissolve" if track.kind == "video" else "Cross Fade (+3dB)"
        _add(effect, name=name, effectid=name, effecttype="transition", mediatype=track.kind)

    def _clip(self, parent: ET.Element, clip: Placed, track: Track) -> None:
        rate = self._edit.rate
        self._clips += 1
        tag = "clipitem" if clip.media else "generatoritem"
        item = ET.SubElement(parent, tag, id=f"clipitem-{self._clips}")
        speed = clip.speed if clip.speed > 0 else 1
        first = round(clip.media_start / speed * rate)
        duration = clip.media.duration if clip.media else None
        length = round(duration / speed * rate) if duration else first + clip.frames
        _add(item, name=clip.name, enabled="TRUE", duration=length)
        _rate(item, rate)
        _add(item, start=-1 if clip.fade_in else clip.first, end=-1 if clip.fade_out else clip.end)
        _add(item, in_=first, out=first + clip.frames)
        if clip.media:
            self._file(item, clip.media, track)
        if clip.speed != 1:
            _retime(item, clip.speed)
        _add(ET.SubElement(item, "sourcetrack"), mediatype=track.kind, trackindex=1)

    def _file(self, item: ET.Element, media: Media, track: Track) -> None:
        if media in self._files:
            ET.SubElement(item, "file", id=self._files[media])
            return
        self._files[media] = f"file-{len(self._files) + 1}"
        file = ET.SubElement(item, "file", id=self._files[media])
        _add(file, name=media.path.name, pathurl=_url(media.path))
        if media.duration is not None:
            _add(file, duration=round(media.duration * media.rate))
        _rate(file, media.rate)
        _timecode(file, round((media.start or 0) * media.rate), media.rate, drop_frame=False)
        ET.SubElement(ET.SubElement(file, "media"), track.kind)


def _retime(item: ET.Element, speed: Fraction) -> None:
    effect = ET.SubElement(ET.SubElement(item, "filter"), "effect")
    _add(effect, name="Time Remap", effectid="timeremap", effectcategory="motion")
    _add(effect, effecttype="motion", mediatype="video")
    values = {"variablespeed": 0, "speed": float(abs(speed) * 100)}
    for name, value in {**values, "reverse": "TRUE" if speed < 0 else "FALSE"}.items():
        _add(ET.SubElement(effect, "parameter"), parameterid=name, name=name, value=value)
