"""Clips, pictures, cues and the playhead: between the model and the window's right side."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QImage

from addon.panel.model.background import Task, Workers
from addon.panel.model.thumbnails import Thumbnail, thumbnails
from engine.span import Span
from engine.timebase import format_timecode

if TYPE_CHECKING:
    from collections.abc import Callable

    from addon.messages import Clip
    from addon.panel.model.view_model import ViewModel
    from addon.panel.window.main_window import MainWindow
    from addon.panel.window.playback import Player
    from engine.errors import LumiphoneError

_NO_CLIPS = "No clip is selected.\n\n"
_HOW = {
    True: "Select strips in the editor's timeline, then press F5.",
    False: "Start the panel with a folder or with clips:\nlumiphone panel FOLDER",
}
_FRAME_MIDDLE = Fraction(1, 2)  # where rounding cannot show a neighbour


@dataclass(slots=True)
class _Strip:
    """The small pictures of a clip, as far as they are there."""

    clip: Clip
    pictures: dict[int, QImage] = field(default_factory=dict)
    count: int = 1


class PicturePresenter(QObject):
    """Shows the clip, and keeps picture, lanes and playhead at one time.

    Args:
        model: The model.
        window: The window.
        workers: Where pictures are read.
        player: Plays; None where QtMultimedia cannot be used.
    """

    def __init__(
        self, model: ViewModel, window: MainWindow, workers: Workers, player: Player | None
    ) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._workers = workers
        self._player = player
        self._strips: dict[str, _Strip] = {}
        self._shown: Clip | None = None
        self._connect()
        self._show_clips()
        self._show_current()

    def _connect(self) -> None:
        model, window = self._model, self._window
        model.clips_changed.connect(self._show_clips)
        model.current_changed.connect(self._show_current)
        model.cues_changed.connect(self._show_cues)
        window.clip_bar.chosen.connect(model.select)
        window.cues.edited.connect(model.edit_cues)
        window.cues.reset_wanted.connect(model.reset_cues)
        window.cues.markers_wanted.connect(model.send_markers)
        window.axis.scrubbed.connect(self._scrub)
        window.axis.playhead_moved.connect(self._show_time)
        window.step_wanted.connect(self.step)
        window.jump_wanted.connect(self.jump)
        transport = window.transport
        transport.start.clicked.connect(lambda: self.jump(to_end=False))
        transport.back.clicked.connect(lambda: self.step(-1))
        transport.forward.clicked.connect(lambda: self.step(1))
        if self._player is None:
            for button in (transport.play, transport.loop):
                button.setEnabled(False)
                button.setToolTip("Playback needs Qt's multimedia libraries, which are missing")
            return
        window.play_wanted.connect(self._player.toggle)
        transport.play.clicked.connect(self._player.toggle)
        transport.loop.toggled.connect(self._set_loop)
        self._player.moved.connect(window.axis.set_playhead)
        self._player.playing_changed.connect(lambda on: transport.show_playing(on=on))
        self._player.showed.connect(window.viewer.show_picture)
        self._player.failed.connect(self._playing_failed)

    # -------------------------------------------------------------- time

    def step(self, frames: int) -> None:
        """Move the playhead by whole frames."""
        if self._shown is None:
            return
        rate = self._shown.rate
        now = int(self._window.axis.playhead * rate + Fraction(1, 1000))
        frame = min(max(now + frames, 0), self._shown.frames - 1)
        self._window.axis.scrub(float((frame + _FRAME_MIDDLE) / rate))

    def jump(self, to_end: bool) -> None:  # noqa: FBT001 - a signal's argument
        """Move the playhead to the first or last frame."""
        if self._shown is not None:
            last = (self._shown.frames - _FRAME_MIDDLE) / self._shown.rate
            self._window.axis.scrub(float(last) if to_end else 0.0)

    def _scrub(self, seconds: float) -> None:
        if self._player is not None:
            self._player.seek(seconds)
        else:
            self._show_thumbnail(seconds)

    def _show_time(self, seconds: float) -> None:
        if self._shown is not None:
            self._window.transport.show_time(seconds, self._shown.rate, self._shown.frames)

    def _set_loop(self, on: bool) -> None:  # noqa: FBT001 - a signal's argument
        if self._player is not None:
            self._player.loop = on

    def _playing_failed(self, why: str) -> None:
        name = self._shown.name if self._shown else "The clip"
        self._model.report(
            f"{name} cannot be played here ({why})",
            "Sound can still be made for it; listen to it in the editor",
            "warning",
        )

    # -------------------------------------------------------------- clips

    def _show_clips(self) -> None:
        names = [
            (state.clip.name, format_timecode(state.clip.frames, state.clip.rate))
            for state in self._model.clips
        ]
        self._window.clip_bar.show_clips(names, self._index())
        for state in self._model.clips:
            strip = self._strips.get(state.clip.id)
            if strip is None or not _same_pictures(strip.clip, state.clip):
                self._read_strip(state.clip)
            elif strip.pictures:
                self._show_poster(strip)

    def _index(self) -> int:
        current = self._model.current
        return self._model.clips.index(current) if current in self._model.clips else 0

    def _show_current(self) -> None:
        state, window = self._model.current, self._window
        clip = state.clip if state else None
        window.clip_bar.show_current(self._index())
        for widget in (window.filmstrip, window.cues, window.takes, window.transport):
            widget.setEnabled(clip is not None)
        if clip is None:
            window.viewer.show_words(_NO_CLIPS + _HOW[self._model.has_host])
            window.transport.show_nothing()
            window.filmstrip.show_clip("", "", Fraction(25))
        elif self._shown is None or not _same_pictures(clip, self._shown):
            self._begin(clip)
        self._shown = clip
        if self._player is not None and clip is None:
            self._player.load(None)
        self._show_time(window.axis.playhead)
        self._show_cues()

    def _begin(self, clip: Clip) -> None:
        window = self._window
        window.viewer.show_words("")
        window.viewer.show_picture(None)
        rate = f"{float(clip.rate):.3f}".rstrip("0").rstrip(".")
        speed = f" · {float(clip.speed):g}\N{MULTIPLICATION SIGN}" if clip.speed != 1 else ""
        details = f"{format_timecode(clip.frames, clip.rate)} · {rate} fps{speed}"
        window.filmstrip.show_clip(clip.name, details, clip.rate)
        window.cues.events.rate = clip.rate
        window.cues.events.select(None)
        window.axis.set_duration(float(clip.frames / clip.rate))
        self._shown = clip
        if clip.id in self._strips:
            self._show_strip(self._strips[clip.id])
        if self._player is not None:
            self._player.load(clip)

    def _show_cues(self) -> None:
        state = self._model.current
        self._window.cues.show_sheet(state.cues if state else None, self._model.kinds)
        self._window.cues.show_origin(
            looking=state is not None and state.looking is not None,
            edited=state is not None and state.edited,
            markers=self._model.has_host,
        )

    # -------------------------------------------------------------- small pictures

    def _read_strip(self, clip: Clip) -> None:
        strip = _Strip(clip)
        self._strips[clip.id] = strip
        span = Span(Path(clip.media), clip.rate, clip.frames, clip.media_start, clip.speed)

        def work(report: Callable[[object], None], cancelled: Callable[[], bool]) -> None:
            for thumbnail in thumbnails(span, cancelled):
                report(thumbnail)

        def arrived(thing: object) -> None:
            assert isinstance(thing, Thumbnail)  # noqa: S101 - what the work reports
            self._take_in(strip, thing)

        self._workers.start(Task(work, arrived, self._strip_failed))

    def _take_in(self, strip: _Strip, thumbnail: Thumbnail) -> None:
        height, width, _ = thumbnail.pixels.shape
        pixels = thumbnail.pixels.tobytes()
        image = QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888)
        strip.pictures[thumbnail.index] = image.copy()
        strip.count = thumbnail.count
        if len(strip.pictures) == 1:
            self._show_poster(strip)
        if self._shown is not None and _same_pictures(self._shown, strip.clip):
            self._show_strip(strip)

    def _show_strip(self, strip: _Strip) -> None:
        self._window.filmstrip.show_pictures(strip.pictures, strip.count)
        if self._player is None:
            self._show_thumbnail(self._window.axis.playhead)

    def _show_poster(self, strip: _Strip) -> None:
        ids = [state.clip.id for state in self._model.clips]
        if strip.clip.id in ids:
            first = strip.pictures[min(strip.pictures)]
            self._window.clip_bar.show_picture(ids.index(strip.clip.id), first)

    def _show_thumbnail(self, seconds: float) -> None:
        """Show the nearest small picture, where nothing can play the clip itself."""
        strip = self._strips.get(self._shown.id) if self._shown else None
        if strip is not None and strip.pictures:
            wanted = seconds / self._window.axis.duration * strip.count
            nearest = min(strip.pictures, key=lambda index: abs(index - wanted))
            self._window.viewer.show_picture(strip.pictures[nearest])

    def _strip_failed(self, error: LumiphoneError) -> None:
        self._model.report(error.what, error.remedy)


def _same_pictures(one: Clip, other: Clip) -> bool:
    """Whether two clips show the same stretch of the same file."""
    return _stretch(one) == _stretch(other)


def _stretch(clip: Clip) -> tuple[object, ...]:
    return (clip.id, clip.media, clip.media_start, clip.frames, clip.rate, clip.speed)
