"""Takes: their sounds read and drawn, heard alone or against one another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt

from addon.panel.model.background import Task, Workers
from addon.panel.model.sound_picture import SoundPicture, picture_sound
from engine.media.soundtrack import read_sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from addon.panel.model.clip_state import TakeState
    from addon.panel.model.view_model import ViewModel
    from addon.panel.widgets.take_card import TakeCard
    from addon.panel.window.main_window import MainWindow
    from addon.panel.window.playback import Player
    from engine.errors import LumiphoneError

_NO_TAKES = "Takes appear here, each under the pictures it belongs to.\nCtrl+Return makes them."
_ON_THEIR_WAY = "The first take is on its way…"


class TakePresenter(QObject):
    """Shows the current clip's takes and plays them.

    At most two are ready to be heard: A, and B if they are compared.
    """

    def __init__(
        self, model: ViewModel, window: MainWindow, workers: Workers, player: Player | None
    ) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._workers = workers
        self._player = player
        self._sounds: dict[str, SoundPicture] = {}
        self._heard: list[str] = []  # WAVs of A and B
        self._b_sounds = False
        window.takes.card_made.connect(self._wire)
        window.takes.spectrogram.toggled.connect(self._set_view)
        window.takes.spectrogram.setChecked(model.memory.spectrogram)
        model.takes_changed.connect(self._show_takes)
        model.current_changed.connect(self._forget_heard)
        model.take_changed.connect(self._show_take)
        model.job_changed.connect(self._show_hint)
        model.level_changed.connect(self._set_level)
        window.switch_wanted.connect(self._switch)
        window.transport.switch.clicked.connect(self._switch)
        if player is not None:
            player.playing_changed.connect(self._show_roles)
        self._show_takes()
        self._set_level()

    # -------------------------------------------------------------- cards

    def _show_takes(self) -> None:
        state = self._model.current
        takes = state.takes if state else []
        self._window.takes.show_takes(takes, can_place=self._model.has_host)
        here = {take.wav for take in takes}
        if not set(self._heard) <= here:
            self._hear([wav for wav in self._heard if wav in here])
        elif takes and not self._heard:
            self._hear([takes[-1].wav])
        self._show_roles()
        self._show_hint()

    def _show_hint(self) -> None:
        running = bool(self._model.jobs) and self._model.current is not None
        self._window.takes.hint.setText(_ON_THEIR_WAY if running else _NO_TAKES)

    def _wire(self, card: TakeCard) -> None:
        take = card.take
        card.play_wanted.connect(lambda: self._play(take))
        card.compare_wanted.connect(lambda: self._compare(take))
        card.star_wanted.connect(lambda: self._model.star(take))
        card.place_wanted.connect(lambda: self._model.place(take))
        card.delete_wanted.connect(lambda: self._delete(take))
        card.reached.connect(lambda: self._window.takes.area.ensureWidgetVisible(card, 0, 4))
        card.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        if self._player is None:
            for button in (card.head.play, card.head.compare):
                button.setEnabled(False)
        card.show_placed(take.placed)
        if take.wav in self._sounds:
            self._draw(card)
        else:
            self._read(take)

    def _show_take(self, take: TakeState) -> None:
        for card in self._window.takes.cards:
            if card.take is take:
                card.show_star(on=take.starred)
                card.show_placed(take.placed)

    def _read(self, take: TakeState) -> None:
        def work(report: Callable[[object], None], _cancelled: Callable[[], bool]) -> None:
            report(picture_sound(*read_sound(Path(take.wav))))

        def arrived(thing: object) -> None:
            assert isinstance(thing, SoundPicture)  # noqa: S101 - what the work reports
            self._sounds[take.wav] = thing
            for card in self._cards_of(take):
                self._draw(card)

        def failed(error: LumiphoneError) -> None:
            for card in self._cards_of(take):
                card.show_failure(str(error))

        self._workers.start(Task(work, arrived, failed))

    def _cards_of(self, take: TakeState) -> list[TakeCard]:
        return [card for card in self._window.takes.cards if card.take is take]

    def _draw(self, card: TakeCard) -> None:
        view = self._model.memory.spectrogram
        card.show_sound(self._sounds[card.take.wav], spectrogram=view)

    def _set_view(self, on: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._model.memory.spectrogram = on
        self._model.save()
        for card in self._window.takes.cards:
            if card.take.wav in self._sounds:
                self._draw(card)

    def _delete(self, take: TakeState) -> None:
        if self._player is not None and take.wav in self._heard:
            self._hear([wav for wav in self._heard if wav != take.wav])  # lets go of the file
        self._model.delete(take)

    # -------------------------------------------------------------- hearing

    def _play(self, take: TakeState) -> None:
        if self._player is None:
            return
        now = self._heard[self._b_sounds] if self._heard else ""
        if take.wav == now:
            self._player.toggle()
            return
        if take.wav in self._heard:
            self._switch()
        else:
            self._hear([take.wav])
        self._player.play()

    def _compare(self, take: TakeState) -> None:
        """Make this take B against the heard one; once more: no longer."""
        if len(self._heard) == 2 and take.wav in self._heard:
            self._hear([wav for wav in self._heard if wav != take.wav])
        elif self._heard and take.wav not in self._heard:
            self._hear([self._heard[self._b_sounds], take.wav])
        else:
            self._hear([take.wav])

    def _switch(self) -> None:
        if len(self._heard) == 2 and self._player is not None:
            self._b_sounds = not self._b_sounds
            self._player.switch()
            self._show_roles()

    def _hear(self, wavs: list[str]) -> None:
        self._heard, self._b_sounds = wavs, False
        if self._player is not None:
            self._player.heard = 0
            first, second = ([*wavs, "", ""])[:2]
            self._player.set_takes(first, second)
        self._show_roles()

    def _forget_heard(self) -> None:
        self._heard, self._b_sounds = [], False

    def _set_level(self) -> None:
        if self._player is not None:
            self._player.set_level(self._model.level)

    def _show_roles(self) -> None:
        two = len(self._heard) == 2
        sounding = self._heard[self._b_sounds] if self._heard else ""
        playing = self._player is not None and self._player.playing
        for card in self._window.takes.cards:
            letter = "AB"[self._heard.index(card.take.wav)] if card.take.wav in self._heard else ""
            heard = card.take.wav == sounding
            card.show_role(letter if two else "", heard=heard)
            card.show_playing(on=heard and playing)
            if heard:
                words = f"Take {card.take.number}" + (f" ({letter})" if two else "")
                self._window.transport.show_heard(words, two=two)
        if not sounding:
            self._window.transport.show_heard("", two=False)
