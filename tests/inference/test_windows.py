from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.noise import noise
from engine.inference.sampler import FlowSampler
from engine.inference.windows import WindowedVelocity, lay_windows, padded_length, start_grid
from engine.packs.manifest import Audio
from engine.packs.registry import get_pack

if TYPE_CHECKING:
    from pathlib import Path

    from engine.inference.arrays import Floats


Layout = tuple[int, Audio, Fraction]
EACH = Fraction(1)  # windows may begin at every latent


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    multiple = draw(st.integers(1, 4))
    overlap = draw(st.integers(1, 12))
    window = draw(st.integers(2 * overlap, 2 * overlap + 30))
    form = audio(window * multiple, overlap * multiple, multiple)
    grid = multiple * draw(st.fractions(1, max(window - overlap, 1), max_denominator=9))
    return padded_length(draw(st.integers(1, 300)) * multiple, form, grid), form, grid


def audio(window: int, overlap: int, multiple: int = 1) -> Audio:
    return Audio(
        sample_rate=48_000,
        channels=1,
        output_channels=1,
        latent_rate=Fraction(375, 8),
        latent_channels=3,
        window=window,
        overlap=overlap,
        latent_multiple=multiple,
    )


@given(layouts())
def test_the_weights_add_up_to_one_everywhere(layout: Layout) -> None:
    latents = layout[0]
    total = np.zeros((latents, 1))
    for window in lay_windows(*layout):
        assert (window.weights > 0).all()
        total[window.start : window.stop] += window.weights
    np.testing.assert_allclose(total, 1, atol=1e-5)


@given(layouts())
def test_windows_cover_the_take_in_the_models_length_and_multiple(
    layout: Layout,
) -> None:
    latents, form, grid = layout
    windows = lay_windows(*layout)
    assert windows[0].start == 0
    assert windows[-1].stop == latents
    for window in windows:
        assert window.stop - window.start == min(latents, form.window)
        assert window.start % form.latent_multiple == 0
        assert window.start % grid < form.latent_multiple
    for left, right in pairwise(windows):
        assert left.stop - right.start >= form.overlap
        assert left.start < right.start


@given(layouts(), st.floats(-2, 2), st.floats(-2, 2))
def test_a_linear_velocity_through_windows_is_the_unwindowed_one(
    layout: Layout, slope: float, constant: float
) -> None:
    def flow(latent: Floats, time: float) -> Floats:
        return np.float32(slope) * latent + np.float32(constant * time)

    start = noise(5, 0, layout[0], 3)
    sampler = FlowSampler("heun", 4)
    windowed = WindowedVelocity(lambda x, t, _start: flow(x, t), lay_windows(*layout))
    np.testing.assert_allclose(
        sampler.sample(windowed, start), sampler.sample(flow, start), rtol=1e-3, atol=1e-4
    )


def test_each_window_is_told_its_place() -> None:
    place = np.arange(200, dtype=np.float32)[:, None].repeat(3, axis=1)

    def flow(latent: Floats, _time: float, start: int) -> Floats:
        np.testing.assert_array_equal(latent, place[start : start + len(latent)])
        return place[start : start + len(latent)]

    velocity = WindowedVelocity(flow, lay_windows(200, audio(64, 16), EACH))
    np.testing.assert_allclose(velocity(place, 0.5), place, rtol=1e-5)


def test_where_windows_disagree_the_blend_has_no_step() -> None:
    windows = lay_windows(112, audio(64, 16), EACH)
    assert [window.start for window in windows] == [0, 48]

    def flow(latent: Floats, _time: float, start: int) -> Floats:
        return np.full_like(latent, 1 if start else -1)

    blended = WindowedVelocity(flow, windows)(np.zeros((112, 3), np.float32), 0.0)[:, 0]
    assert (blended[:48] == -1).all()
    assert (blended[64:] == 1).all()
    assert np.abs(np.diff(blended)).max() < 2 * np.pi / 2 / 16


def test_a_take_that_fits_has_one_window() -> None:
    (window,) = lay_windows(64, audio(64, 16), EACH)
    assert (window.start, window.stop) == (0, 64)
    assert (window.weights == 1).all()


def test_ten_minutes_take_no_more_windows_than_needed() -> None:
    windows = lay_windows(28_126, audio(376, 94, 2), 2 * EACH)
    assert len(windows) == pytest.approx(28_126 / (376 - 94), rel=0.02)


def test_windows_begin_where_segments_of_pictures_do(feature_pack: Path) -> None:
    manifest = get_pack("features", feature_pack).manifest
    grid = start_grid(manifest)
    assert grid == 30  # eight pictures of 25 a second are 15 latents; windows begin at even ones
    latents = padded_length(1000, manifest.audio, grid)
    assert 1000 <= latents < 1000 + grid + manifest.audio.latent_multiple
    for window in lay_windows(latents, manifest.audio, grid):
        assert window.start % grid < manifest.audio.latent_multiple
