from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.media.reader import Picture
from engine.media.shots import CutDetector

if TYPE_CHECKING:
    from tests.media.film import Bytes

SIZE = 64


def scene(seed: int, size: int = 2 * SIZE) -> Bytes:
    """A picture of blotches, different for each seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (size // 8, size // 8), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)


def pan(seed: int, count: int, step: int = 1) -> list[Bytes]:
    """A camera that moves over the scene."""
    whole = scene(seed)
    return [whole[k * step : k * step + SIZE, k * step : k * step + SIZE] for k in range(count)]


def _cuts(pictures: list[Bytes], rate: Fraction = Fraction(25)) -> list[Fraction]:
    detector = CutDetector(rate)
    for index, pixels in enumerate(pictures):
        detector.observe(Picture("motion", index, pixels.reshape(*pixels.shape[:2], -1)))
    return [time * rate for time in detector.times()]


@settings(max_examples=30)
@given(
    lengths=st.lists(st.integers(6, 20), min_size=2, max_size=4),
    seed=st.integers(0, 10_000),
    repeats=st.booleans(),
)
def test_cuts_are_found_where_they_are(lengths: list[int], seed: int, repeats: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
    pictures: list[Bytes] = []
    for shot, length in enumerate(lengths):
        pictures += pan(seed + shot, length)
    places = np.cumsum(lengths)[:-1].tolist()
    if repeats:  # 12.5 pictures a second shown at 25
        pictures = [picture for picture in pictures for _ in range(2)]
        places = [2 * place for place in places]
    assert _cuts(pictures) == places


def test_times_are_in_seconds() -> None:
    detector = CutDetector(Fraction(24000, 1001))
    for index, pixels in enumerate([*pan(1, 24), *pan(2, 24)]):
        detector.observe(Picture("motion", index, pixels[..., None]))
    assert detector.times() == (Fraction(1001, 1000),)


def test_colour_pictures_do_as_well() -> None:
    pictures = [np.repeat(pixels[..., None], 3, axis=2) for pixels in (*pan(1, 10), *pan(2, 10))]
    assert _cuts(pictures) == [10]


def test_a_cut_between_letterbox_bars_is_found() -> None:
    barred = [np.zeros((SIZE, SIZE), np.uint8) for _ in range(20)]
    for bars, pixels in zip(barred, [*pan(1, 10), *pan(2, 10)], strict=True):
        bars[18:46] = pixels[18:46]
    assert _cuts(barred) == [10]


def test_a_cut_to_black_and_back_is_found() -> None:
    black = np.zeros((SIZE, SIZE), np.uint8)
    assert _cuts([*pan(1, 10), *[black] * 10, *pan(2, 10)]) == [10, 20]


def test_a_flash_is_no_cut() -> None:
    white = np.full((SIZE, SIZE), 250, np.uint8)
    shot = pan(1, 20)
    assert _cuts([*shot[:10], white, white, *shot[10:]]) == []


def test_a_whip_pan_is_no_cut() -> None:
    whole = scene(3, 1024)
    places = [0] * 10 + [40 * k for k in range(10)] + [360] * 10
    assert _cuts([whole[:SIZE, x : x + SIZE] for x in places]) == []


def test_a_cross_fade_is_no_cut() -> None:
    first, second = scene(1, SIZE), scene(2, SIZE)
    mixed = [cv2.addWeighted(first, 1 - k / 15, second, k / 15, 0) for k in range(16)]
    assert _cuts([np.asarray(picture, np.uint8) for picture in mixed]) == []


def test_flicker_is_no_cut() -> None:
    shot = [
        np.clip(pixels * (0.5 + 0.5 * (k % 2)), 0, 255).astype(np.uint8)
        for k, pixels in enumerate(pan(1, 20))
    ]
    assert _cuts(shot) == []


def test_an_impact_on_a_plain_ground_is_no_cut() -> None:
    pictures = []
    for k in range(40):
        pixels = np.full((SIZE, SIZE), 40, np.uint8)
        height = int(54 - 44 * abs(np.sin(k * 0.4)))
        cv2.circle(pixels, (8 + k, height), 7, 220, -1)
        pictures.append(pixels)
    assert _cuts(pictures) == []


def test_nothing_is_no_cut() -> None:
    assert _cuts([]) == []
    assert _cuts([scene(1, SIZE)]) == []
    assert _cuts([np.zeros((SIZE, SIZE), np.uint8)] * 5) == []
