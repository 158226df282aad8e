from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from hypothesis import given, settings  # noqa: E402 - after the skip
from hypothesis import strategies as st  # noqa: E402
from torch import nn  # noqa: E402

from engine.training.export import export_graph, parity  # noqa: E402
from engine.training.importers.mmaudio.networks.layers import (  # noqa: E402
    GatedFeedForward,
    SequenceConv,
)
from engine.training.importers.mmaudio.networks.tiled import (  # noqa: E402
    TRANSLATIONS,
    TiledConv,
    TiledFeedForward,
    tile_convolutions,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.training


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        SequenceConv(12, 12, 3),
        GatedFeedForward(12, 3),
        SequenceConv(12, 12, 7),
        GatedFeedForward(12),
    ).requires_grad_(requires_grad=False)


@settings(max_examples=30, deadline=None)
@given(length=st.integers(1, 40), batch=st.integers(1, 3))
def test_tiled_layers_give_what_plain_ones_do_at_any_length(length: int, batch: int) -> None:
    plain = network()
    tiled = copy.deepcopy(plain)
    tile_convolutions(tiled)
    x = torch.randn(batch, length, 12, generator=torch.Generator().manual_seed(length))
    torch.testing.assert_close(tiled(x), plain(x), atol=1e-6, rtol=1e-5)


def test_only_layers_of_three_taps_are_tiled() -> None:
    tiled = network()
    tile_convolutions(tiled)
    kinds = [type(layer) for layer in tiled]
    assert kinds == [TiledConv, TiledFeedForward, SequenceConv, GatedFeedForward]


def test_exported_layers_give_what_plain_ones_do_at_any_length(tmp_path: Path) -> None:
    plain = network()
    tiled = copy.deepcopy(plain)
    tile_convolutions(tiled)
    export_graph(
        tiled,
        [torch.randn(2, 9, 12)],
        tmp_path / "tiled.onnx",
        input_names=["x"],
        output_names=["y"],
        dynamic_shapes={"x": {0: "B", 1: "T"}},
        halve_from=None,
        translations=TRANSLATIONS,
    )
    for length in (1, 2, 3, 8, 33):
        inputs = {"x": torch.randn(3, length, 12, generator=torch.Generator().manual_seed(1))}
        assert parity(plain, tmp_path / "tiled.onnx", inputs) < 1e-6
