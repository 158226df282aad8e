"""Picture and take played as one: the sound leads, the picture is kept in step with it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QElapsedTimer, QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer, QVideoFrame, QVideoSink

if TYPE_CHECKING:
    from addon.messages import Clip

_TICK = 20  # ms between two positions told
_APART = 0.06  # seconds of the file that the picture may be off before it is set right
_PATIENCE = 500  # ms after setting it right, in which it may find its place
_AHEAD = 0.25  # seconds that the clock may run on without word from the player

State = QMediaPlayer.PlaybackState
Status = QMediaPlayer.MediaStatus


class Deck(QObject):
    """One take, ready to be heard beside another."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.player = QMediaPlayer(self)
        self.wav = ""
        self._output: QAudioOutput | None = None

    def load(self, wav: str) -> None:
        """Have this take ready."""
        if wav != self.wav:
            self.wav = wav
            self.player.setSource(QUrl.fromLocalFile(wav) if wav else QUrl())

    def connect_sound(self, volume: float) -> None:
        """Send it to the present sound output, if there is any."""
        if self._output is None and QMediaDevices.audioOutputs():
            self._output = QAudioOutput(self)
            self.player.setAudioOutput(self._output)
        if self._output is not None:
            self._output.setVolume(volume)


class Player(QObject):
    """Plays a clip with one take, or with two to switch between.

    Attributes:
        moved: The playhead moved; carries seconds from the clip's first frame.
        playing_changed: It began or stopped; carries which.
        showed: A picture is there; carries a QImage.
        failed: The picture cannot be played; carries why.
    """

    moved = pyqtSignal(float)
    playing_changed = pyqtSignal(bool)
    showed = pyqtSignal(QImage)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loop = False
        self.playing = False
        self._duration, self._start, self._speed = 0.0, 0.0, 1.0
        self._volume = 1.0
        self._fresh = False  # a file is being opened, its first picture not yet asked for
        self._sink = QVideoSink(self)
        self._sink.videoFrameChanged.connect(self._show)
        self._video = QMediaPlayer(self)
        self._video.setVideoSink(self._sink)
        self._video.errorOccurred.connect(lambda _code, why: self.failed.emit(why))
        self._video.mediaStatusChanged.connect(self._loaded)
        self._decks = (Deck(self), Deck(self))
        self.heard = 0
        self._place = 0.0  # seconds at which the clock was last set
        self._since = QElapsedTimer()
        self._since.start()
        self._told = 0.0
        self._last = 0.0  # what was told outside; small steps back of the clock are not
        self._corrected = QElapsedTimer()
        self._corrected.start()
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK)
        self._ticks.timeout.connect(self._tick)

    def load(self, clip: Clip | None) -> None:
        """Have a clip ready, and show its first picture; None: nothing."""
        self.pause()
        self._place = 0.0
        self.set_takes("", "")
        if clip is None:
            self._video.setSource(QUrl())
            return
        self._duration = float(clip.frames / clip.rate)
        self._start, self._speed = float(clip.media_start), float(clip.speed)
        self._video.setPlaybackRate(self._speed)
        source = QUrl.fromLocalFile(str(Path(clip.media).absolute()))
        if source == self._video.source():
            self.seek(0.0)
        else:
            self._fresh = True
            self._video.setSource(source)
            self._video.pause()

    def set_takes(self, first: str, second: str) -> None:
        """Have one or two takes ready to be heard; empty for none."""
        for deck, wav in zip(self._decks, (first, second), strict=True):
            deck.load(wav)
        if not self._decks[self.heard].wav:
            self.heard = 0
        self._hear()
        if self.playing:
            self.play()

    def switch(self) -> None:
        """Hear the other take, from the same moment."""
        if self._decks[1 - self.heard].wav:
            self.heard = 1 - self.heard
            self._hear()

    def set_level(self, decibels: float) -> None:
        """Set how loud takes are heard, at most 0 dB."""
        self._volume = min(10 ** (decibels / 20), 1.0)
        self._hear()

    def play(self) -> None:
        """Play from the playhead; from the start if it stands at the end."""
        if not self._duration:
            return
        if self.seconds >= self._duration - 0.01:
            self._place = 0.0
        self._last = self.seconds
        self._set_players(self._last)
        for deck in self._decks:
            if deck.wav:
                deck.player.play()
        self._video.play()
        self._corrected.restart()
        self._since.restart()
        self._become(playing=True)

    def pause(self) -> None:
        """Stop, and stay there."""
        if self.playing:
            self._place = self.seconds
        for deck in self._decks:
            deck.player.pause()
        self._video.pause()
        self._become(playing=False)

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self.playing else self.play()

    def seek(self, seconds: float) -> None:
        """Go to a moment of the clip, playing or not."""
        self._place = min(max(seconds, 0.0), self._duration)
        self._last = self._place
        self._since.restart()
        self._set_players(self._place)
        self._corrected.restart()

    @property
    def seconds(self) -> float:
        """Where the playhead is."""
        if not self.playing:
            return self._place
        return min(self._place + min(self._since.elapsed() / 1000, _AHEAD), self._duration)

    def close(self) -> None:
        """Let go of all files and devices."""
        self._become(playing=False)
        for player in (self._video, *(deck.player for deck in self._decks)):
            player.stop()
            player.setSource(QUrl())
        self._video.setVideoSink(None)

    def _become(self, *, playing: bool) -> None:
        self._ticks.start() if playing else self._ticks.stop()
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)

    def _hear(self) -> None:
        for number, deck in enumerate(self._decks):
            if deck.wav:
                deck.connect_sound(self._volume if number == self.heard else 0.0)

    def _set_players(self, seconds: float) -> None:
        self._show_moment(self._start + seconds * self._speed)
        for deck in self._decks:
            if deck.wav:
                deck.player.setPosition(round(seconds * 1000))

    def _show_moment(self, seconds: float) -> None:
        """Bring the picture to a time of the file.

        Qt counts in milliseconds and shows the frame before the one that begins just then: so the
        next millisecond is asked for.
        """
        self._video.setPosition(math.floor(seconds * 1000) + 1)

    def _tick(self) -> None:
        """Follow the clock that leads, tell where it is, keep the picture in step."""
        told = self._leader_seconds()
        if told is not None and told != self._told:
            self._told = told
            self._place = told
            self._since.restart()
        now = self.seconds
        if now >= self._duration - 0.005:
            self._finish()
            return
        wanted = self._start + now * self._speed
        off = abs(self._video.position() / 1000 - wanted)
        if off > _APART * max(self._speed, 1.0) and self._corrected.elapsed() > _PATIENCE:
            self._show_moment(wanted)
            self._corrected.restart()
        self._last = max(now, self._last)
        self.moved.emit(self._last)

    def _leader_seconds(self) -> float | None:
        """What the heard take says, else the picture; None while neither runs."""
        deck = self._decks[self.heard]
        if deck.wav:
            runs = deck.player.playbackState() == State.PlayingState
            return deck.player.position() / 1000 if runs else None
        if self._video.playbackState() != State.PlayingState:
            return None
        return (self._video.position() / 1000 - self._start) / self._speed

    def _finish(self) -> None:
        if self.loop:
            self.seek(0.0)
            self.play()
            return
        self.pause()
        self._place = self._duration
        self.moved.emit(self._duration)

    def _loaded(self, status: QMediaPlayer.MediaStatus) -> None:
        """Show the first picture as soon as the file is open."""
        if status == Status.LoadedMedia and self._fresh:
            self._fresh = False  # each seek ends with that status, too
            self._set_players(self._place)
            if not self.playing:
                self._video.pause()

    def _show(self, frame: QVideoFrame) -> None:
        if frame.isValid():
            self.showed.emit(frame.toImage())
