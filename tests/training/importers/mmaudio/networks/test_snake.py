from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from hypothesis import given  # noqa: E402 - after the skip
from hypothesis import strategies as st  # noqa: E402

from engine.training.importers.mmaudio.networks.snake import AntiAliasedSnake  # noqa: E402

if TYPE_CHECKING:
    from torch import Tensor

pytestmark = pytest.mark.training


def by_convolution(snake: AntiAliasedSnake, x: Tensor) -> Tensor:
    """Interpolate with zeros between, filter, bend, filter, and take every second sample."""
    kernel = snake.upsample.get_buffer("filter")
    channels = x.shape[1]
    kernels = kernel.expand(channels, 1, -1)
    padded = torch.nn.functional.pad(x, (5, 5), mode="replicate")
    twice = 2 * torch.nn.functional.conv_transpose1d(padded, kernels, stride=2, groups=channels)
    twice = twice[..., 15:-15]
    alpha, beta = (log.exp().unsqueeze(1) for log in (snake.act.alpha, snake.act.beta))
    bent = twice + (twice * alpha).sin().square() / beta
    padded = torch.nn.functional.pad(bent, (5, 6), mode="replicate")
    kernels = snake.downsample.lowpass.get_buffer("filter").expand(channels, 1, -1)
    smooth: Tensor = torch.nn.functional.conv1d(padded, kernels, stride=2, groups=channels)
    return smooth


@given(seed=st.integers(0, 2**32), block=st.sampled_from([8, 16, 32]), blocks=st.integers(1, 5))
def test_blocks_give_what_filters_over_all_of_time_give(seed: int, block: int, blocks: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    snake = AntiAliasedSnake(3, block)
    for tensor in snake.state_dict().values():
        tensor.normal_(0, 0.5, generator=generator)
    snake.settle()
    x = torch.randn(1, 3, block * blocks, generator=generator)
    with torch.inference_mode():
        torch.testing.assert_close(snake(x), by_convolution(snake, x), atol=1e-4, rtol=1e-4)
