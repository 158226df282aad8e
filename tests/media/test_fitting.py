from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.media.fitting import Colour, Fit, Fitter, Orientation, Pixels
from engine.media.frames import opened_frames
from tests.media.film import Bytes, Film, number_in, numbered_picture
from tests.media.test_clip import QUARTER_CLOCKWISE

if TYPE_CHECKING:
    from pathlib import Path

_ONE = 1 << 16
_W = 1 << 30
_HALF = (-_ONE, 0, 0, 0, -_ONE, 0, 0, 0, _W)
_QUARTER_COUNTER = (0, -_ONE, 0, _ONE, 0, 0, 0, 0, _W)
_MIRROR = (-_ONE, 0, 0, 0, _ONE, 0, 0, 0, _W)
_UPSIDE_DOWN_MIRROR = (_ONE, 0, 0, 0, -_ONE, 0, 0, 0, _W)


def _first(
    path: Path, size: tuple[int, int], fit: Fit = "squash", colour: Colour = "grey"
) -> Pixels:
    with opened_frames(path) as reader:
        fitter = Fitter(*size, fit, colour, Orientation.of(reader.first))
        return fitter.pixels(reader.first, reader.stream)


def _plain(colour: tuple[int, int, int], size: tuple[int, int] = (128, 96)) -> list[Bytes]:
    return [np.full((size[1], size[0], 3), colour, np.uint8)]


@pytest.mark.parametrize(
    ("matrix", "stored"),
    [
        (QUARTER_CLOCKWISE, np.rot90),
        (_QUARTER_COUNTER, lambda shown: np.rot90(shown, -1)),
        (_HALF, lambda shown: np.rot90(shown, 2)),
        (_MIRROR, lambda shown: shown[:, ::-1]),
        (_UPSIDE_DOWN_MIRROR, lambda shown: shown[::-1]),
    ],
    ids=["clockwise", "counter-clockwise", "half", "mirrored", "flipped"],
)
@pytest.mark.parametrize("name", ["turned.mp4", "turned.mkv"])
def test_pictures_are_upright(
    tmp_path: Path,
    name: str,
    matrix: tuple[int, ...],
    stored: object,
) -> None:
    assert callable(stored)
    turned = np.ascontiguousarray(stored(numbered_picture(1234, 128, 128)))
    path = Film(name, size=(128, 128), matrix=matrix, pictures=[turned]).write(tmp_path)
    assert number_in(_first(path, (64, 64))) == 1234


def test_a_turned_picture_keeps_its_shape(tmp_path: Path) -> None:
    path = Film(size=(128, 64), matrix=QUARTER_CLOCKWISE, pictures=_plain((255,) * 3, (128, 64)))
    lit = _first(path.write(tmp_path), (64, 64), "letterbox")[..., 0] > 128
    assert (lit.any(axis=0).sum(), lit.any(axis=1).sum()) == (32, 64)


def test_letterbox_shows_everything_between_bars(tmp_path: Path) -> None:
    path = Film(size=(128, 72), pictures=_plain((255, 255, 255), (128, 72))).write(tmp_path)
    pixels = _first(path, (64, 64), "letterbox")[..., 0]
    assert pixels.shape == (64, 64)
    assert (pixels[14:50] > 250).all()
    assert (pixels[:14] == 0).all()
    assert (pixels[50:] == 0).all()


def test_centre_crop_fills_the_picture(tmp_path: Path) -> None:
    picture = np.zeros((96, 192, 3), np.uint8)
    picture[:, 48:144] = 255
    path = Film(size=(192, 96), pictures=[picture]).write(tmp_path)
    assert (_first(path, (64, 64), "centre-crop")[:, 2:-2] > 240).all()


def test_squash_fills_the_picture_with_everything(tmp_path: Path) -> None:
    path = Film(size=(192, 96), pictures=[numbered_picture(77, 192, 96)]).write(tmp_path)
    assert number_in(_first(path, (48, 64))) == 77


def test_oblong_pixels_change_the_shape(tmp_path: Path) -> None:
    film = Film(pixel_aspect=Fraction(3, 2), pictures=_plain((255, 255, 255)))  # 192x96 shown
    lit = _first(film.write(tmp_path), (64, 64), "letterbox")[..., 0] > 128
    assert lit.any(axis=1).sum() == 32


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [("libx264", "yuv420p"), ("libx264", "yuvj420p"), ("libx265", "yuv420p10le"), ("ffv1", "bgr0")],
)
def test_black_white_and_colour_mean_the_same_in_every_format(
    tmp_path: Path, codec: str, pix_fmt: str
) -> None:
    for name, wanted in (("white", (255, 255, 255)), ("black", (0, 0, 0)), ("red", (220, 30, 30))):
        film = Film(f"{name}.mkv", codec, pix_fmt=pix_fmt, pictures=_plain(wanted))
        path = film.write(tmp_path)
        rgb = _first(path, (32, 32), colour="rgb")
        assert rgb.shape == (32, 32, 3)
        assert np.abs(rgb.astype(int) - wanted).max() <= 8
    assert _first(tmp_path / "white.mkv", (32, 32)).min() >= 250
    assert _first(tmp_path / "black.mkv", (32, 32)).max() <= 5


def test_fields_do_not_comb(tmp_path: Path) -> None:
    # Each line belongs to another moment: the upper field is bright, the lower one dark.
    woven = np.zeros((96, 128, 3), np.uint8)
    woven[::2] = 235
    film = Film(
        pictures=[woven] * 3,
        options={"x264-params": "tff=1:interlaced=1", "crf": "1", "preset": "medium"},
    )
    pixels = _first(film.write(tmp_path), (128, 96))
    assert pixels.mean() > 200  # the first field alone, not a mixture of both


def test_pictures_cannot_be_changed_by_accident(clip: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        _first(clip, (8, 8))[0] = 0
