from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from hypothesis import given  # noqa: E402 - after the skip
from hypothesis import strategies as st  # noqa: E402

from engine.training.importers.mmaudio.networks.convolution import (  # noqa: E402
    Convolution,
    tile_kernels,
    tiled_convolution,
)

pytestmark = pytest.mark.training


@given(
    taps=st.sampled_from([3, 7, 11]),
    dilation=st.sampled_from([1, 3, 5]),
    time=st.integers(1, 70),
    biased=st.booleans(),
)
def test_tiles_give_the_plain_sum_of_products(
    *, taps: int, dilation: int, time: int, biased: bool
) -> None:
    generator = torch.Generator().manual_seed(time)
    x = torch.randn(1, 5, time, generator=generator)
    weight = torch.randn(3, 5, taps, generator=generator) / (5 * taps) ** 0.5
    bias = torch.randn(3, generator=generator) if biased else None
    tiled = tiled_convolution(x, tile_kernels(weight), bias, taps, dilation)
    plain = torch.nn.functional.conv1d(
        x, weight, bias, padding=dilation * (taps // 2), dilation=dilation
    )
    torch.testing.assert_close(tiled, plain, atol=1e-5, rtol=0)


def test_only_wide_convolutions_are_tiled() -> None:
    wide, narrow = Convolution(400, 4, 3), Convolution(4, 400, 3)
    for layer in (wide, narrow):
        torch.nn.init.normal_(layer.weight, std=0.03)
        torch.nn.init.zeros_(layer.bias)
        layer.settle()
    assert [layer.kernels is not None for layer in (wide, narrow)] == [True, False]
    x = torch.randn(1, 400, 10, generator=torch.Generator().manual_seed(0))
    plain = torch.nn.functional.conv1d(x, wide.weight, wide.bias, padding=1)
    torch.testing.assert_close(wide(x), plain, atol=1e-5, rtol=0)
