from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CancelledError, InferenceError, PackError
from engine.inference.decoder import LatentDecoder
from engine.inference.noise import noise
from engine.packs.graphs import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.inference.arrays import Floats
    from engine.inference.session import Sessions
    from engine.packs.registry import Pack


def decoder_of(sessions: Sessions, pack: Pack, chunk: int, context: int = 1) -> LatentDecoder:
    manifest = pack.manifest
    stage = replace(manifest.decoder, chunk=chunk, context=context)
    return LatentDecoder(sessions, replace(manifest, decoder=stage))


@settings(max_examples=25)
@given(latents=st.integers(1, 60), chunk=st.integers(1, 30), cut=st.integers(0, 1023))
def test_chunks_with_context_give_what_one_run_gives(
    sessions: Sessions, tiny: Pack, latents: int, chunk: int, cut: int
) -> None:
    latent = noise(1, 0, latents, 40)
    samples = latents * 1024 - cut
    whole = sessions.run("decoder", {"latent": latent[None]})["audio"][:, :samples]
    chunked = decoder_of(sessions, tiny, chunk).decode(latent, samples)
    np.testing.assert_allclose(chunked, whole, atol=1e-6)


class Hiss:
    """A vocoder that gives back its noise."""

    def run(self, graph: str, feeds: Mapping[str, Floats]) -> dict[str, Floats]:
        assert graph == "decoder"
        return {"audio": feeds["grains"]}


def test_the_vocoders_noise_belongs_to_seed_and_place(tiny: Pack) -> None:
    stage = replace(tiny.manifest.decoder, noise="grains", chunk=5, context=2)
    graph = tiny.manifest.graphs["decoder"]
    fed = replace(graph, inputs={**graph.inputs, "grains": Tensor("float32", (1, "N"))})
    graphs = {**tiny.manifest.graphs, "decoder": fed}
    decoder = LatentDecoder(Hiss(), replace(tiny.manifest, decoder=stage, graphs=graphs))
    latent = noise(1, 0, 12, 40)
    first = decoder.decode(latent, 12 * 1024, seed=3)
    np.testing.assert_array_equal(decoder.decode(latent, 7 * 1024, seed=3), first[:, : 7 * 1024])
    assert abs(first.std() - 1) < 0.05
    assert np.abs(first - decoder.decode(latent, 12 * 1024, seed=4)).mean() > 0.5
    assert abs(np.corrcoef(first[0, :480], latent.reshape(-1))[0, 1]) < 0.2


def test_without_context_chunks_would_show(sessions: Sessions, tiny: Pack) -> None:
    latent = noise(1, 0, 40, 40)
    whole = decoder_of(sessions, tiny, chunk=100).decode(latent, 40 * 1024)
    broken = decoder_of(sessions, tiny, chunk=10, context=0).decode(latent, 40 * 1024)
    assert np.abs(whole - broken).max() > 0.01


@pytest.mark.parametrize("samples", [1, 1023, 1024, 1025, 12 * 1024 - 1])
def test_a_take_has_exactly_the_samples_asked_for(
    sessions: Sessions, tiny: Pack, samples: int
) -> None:
    waveform = decoder_of(sessions, tiny, chunk=5).decode(noise(1, 0, 12, 40), samples)
    assert waveform.shape == (1, samples)
    assert waveform.dtype == np.float32


def test_a_latent_that_is_too_short_is_refused(sessions: Sessions, tiny: Pack) -> None:
    with pytest.raises(ValueError, match="do not last"):
        decoder_of(sessions, tiny, 5).decode(noise(1, 0, 12, 40), 12 * 1024 + 1)


def test_progress_counts_latents(sessions: Sessions, tiny: Pack) -> None:
    told: list[tuple[int, int]] = []
    decoder_of(sessions, tiny, 5).decode(
        noise(1, 0, 12, 40), 12 * 1024, lambda done, total: told.append((done, total))
    )
    assert told == [(5, 12), (10, 12), (12, 12)]


def test_decoding_can_be_cancelled(sessions: Sessions, tiny: Pack) -> None:
    with pytest.raises(CancelledError):
        decoder_of(sessions, tiny, 5).decode(noise(1, 0, 12, 40), 1024, cancelled=lambda: True)


def test_a_waveform_that_is_no_numbers_is_reported(sessions: Sessions, tiny: Pack) -> None:
    latent = np.full((12, 40), np.nan, np.float32)
    with pytest.raises(InferenceError, match="'tiny'"):
        decoder_of(sessions, tiny, 5).decode(latent, 1024)


def test_a_graph_with_another_hop_than_the_manifest_says_is_reported(
    sessions: Sessions, tiny: Pack
) -> None:
    audio = replace(tiny.manifest.audio, sample_rate=24_000)
    decoder = LatentDecoder(sessions, replace(tiny.manifest, audio=audio))
    with pytest.raises(PackError, match="12 latents of 512"):
        decoder.decode(noise(1, 0, 12, 40), 12 * 512)
