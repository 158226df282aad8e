from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtMultimedia", exc_type=ImportError)

import itertools

from PyQt6.QtGui import QImage

from addon.panel.window.playback import Player
from tests.media.film import number_in
from tests.panel.conftest import wait_for
from tests.panel.stage import sheet, write_take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from PyQt6.QtWidgets import QApplication

    from addon.messages import Clip


@pytest.fixture
def player(qapp: QApplication) -> Iterator[Player]:
    player = Player()
    yield player
    player.close()
    player.deleteLater()
    qapp.processEvents()


class Screen:
    """What the player shows, as frame numbers."""

    def __init__(self, player: Player) -> None:
        self.numbers: list[int] = []
        player.showed.connect(self._show)

    def _show(self, image: QImage) -> None:
        self.numbers.append(number_in(pixels_of(image)))


def pixels_of(image: QImage) -> np.ndarray:  # uint8 [height, width, 3]
    import numpy as np  # noqa: PLC0415 - used here alone

    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = plain.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asstring(plain.sizeInBytes()), np.uint8)
    wide = rows.reshape(plain.height(), plain.bytesPerLine())
    return wide[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3)


def test_the_first_picture_is_there_before_anything_plays(
    player: Player, clip: Clip, qapp: QApplication
) -> None:
    screen = Screen(player)
    player.load(clip)
    wait_for(qapp, lambda: screen.numbers[-1:] == [0])
    assert not player.playing


def test_a_trimmed_clip_begins_at_its_own_first_picture(
    player: Player, clip: Clip, qapp: QApplication
) -> None:
    screen = Screen(player)
    player.load(replace(clip, media_start=Fraction(3, 5), frames=20))
    wait_for(qapp, lambda: screen.numbers[-1:] == [15])


@pytest.mark.parametrize("frame", [0, 7, 24, 49])
def test_seeking_shows_exactly_the_frame_under_the_playhead(
    player: Player, clip: Clip, qapp: QApplication, frame: int
) -> None:
    screen = Screen(player)
    player.load(clip)
    wait_for(qapp, lambda: bool(screen.numbers))
    player.seek((frame + 0.5) / 25)
    wait_for(qapp, lambda: screen.numbers[-1:] == [frame])


def test_it_plays_in_real_time_to_the_end_and_stops_there(
    player: Player, clip: Clip, qapp: QApplication, tmp_path: Path
) -> None:
    take = write_take(tmp_path / "take-1.wav", 2, sheet(2), 1)
    screen = Screen(player)
    moments: list[float] = []
    player.moved.connect(moments.append)
    player.load(clip)
    player.set_takes(str(take), "")
    wait_for(qapp, lambda: bool(screen.numbers))
    began = time.monotonic()
    player.play()
    wait_for(qapp, lambda: not player.playing)
    assert time.monotonic() - began > 1.7
    assert moments == sorted(moments)
    assert player.seconds == 2
    assert len(set(screen.numbers)) > 5  # of 50; a busy machine leaves some out


def test_the_picture_stays_in_step_with_the_sound(
    player: Player, clip: Clip, qapp: QApplication, tmp_path: Path
) -> None:
    take = write_take(tmp_path / "take-1.wav", 2, sheet(2), 1)
    screen = Screen(player)
    player.load(clip)
    player.set_takes(str(take), "")
    wait_for(qapp, lambda: bool(screen.numbers))
    player.play()
    apart: list[float] = []

    def measure() -> bool:
        if screen.numbers and 0.5 < player.seconds < 1.9:
            apart.append(abs(player.seconds - (screen.numbers[-1] + 0.5) / 25))
        return not player.playing

    wait_for(qapp, measure)
    apart.sort()
    # Seconds, without a sound device. On a busy machine some pictures come late, not all.
    assert apart[len(apart) // 4] < 0.12


def test_a_retimed_clip_plays_at_its_speed(player: Player, clip: Clip, qapp: QApplication) -> None:
    screen = Screen(player)
    player.load(replace(clip, frames=25, speed=Fraction(2)))
    wait_for(qapp, lambda: bool(screen.numbers))
    player.seek(0.5 / 25 + 0.8)
    wait_for(qapp, lambda: screen.numbers[-1:] == [41])


def test_it_can_be_stopped_and_goes_on_from_there(
    player: Player, clip: Clip, qapp: QApplication
) -> None:
    player.load(clip)
    player.play()
    wait_for(qapp, lambda: player.seconds > 0.4)
    player.toggle()
    stood = player.seconds
    end = time.monotonic() + 0.3
    wait_for(qapp, lambda: time.monotonic() > end)
    assert player.seconds == stood
    player.toggle()
    wait_for(qapp, lambda: player.seconds > stood + 0.1)


def test_in_a_loop_it_begins_again(player: Player, clip: Clip, qapp: QApplication) -> None:
    player.load(replace(clip, frames=10))
    player.loop = True
    moments: list[float] = []
    player.moved.connect(moments.append)
    player.play()
    wait_for(
        qapp,
        lambda: any(later < sooner for sooner, later in itertools.pairwise(moments)),
    )
    assert player.playing


def test_switching_takes_keeps_the_place(
    player: Player, clip: Clip, qapp: QApplication, tmp_path: Path
) -> None:
    first, second = (write_take(tmp_path / f"take-{i}.wav", 2, sheet(2), i) for i in (1, 2))
    player.load(clip)
    player.set_takes(str(first), str(second))
    player.play()
    wait_for(qapp, lambda: player.seconds > 0.5)
    before = player.seconds
    player.switch()
    assert player.heard == 1
    assert before - 0.1 < player.seconds < before + 1
    wait_for(qapp, lambda: player.seconds > before + 0.2)


def test_a_file_that_qt_cannot_play_is_told(
    player: Player, clip: Clip, qapp: QApplication, tmp_path: Path
) -> None:
    (tmp_path / "noise.mp4").write_bytes(b"no film" * 100)
    told: list[str] = []
    player.failed.connect(told.append)
    player.load(replace(clip, media=str(tmp_path / "noise.mp4")))
    wait_for(qapp, lambda: bool(told))
    player.play()
    player.pause()


def test_with_nothing_loaded_play_does_nothing(player: Player) -> None:
    player.load(None)
    player.play()
    assert not player.playing
