from fractions import Fraction

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from engine.training.importers.mmaudio.variants import VARIANTS
from tests.training.importers.mmaudio.golden_flow import golden

pytestmark = pytest.mark.training


@pytest.mark.parametrize("name", ["small_16k", "large_44k_v2"])
def test_durations_come_to_the_original_lengths(name: str) -> None:
    variant = VARIANTS[name]
    wanted = golden(f"lengths/{variant.sample_rate}")
    for duration, row in zip(golden("durations"), wanted, strict=True):
        lengths = variant.lengths(Fraction(str(duration)))
        assert (lengths.latent, lengths.clip, lengths.sync) == tuple(row)


def test_a_duration_without_a_whole_segment_is_refused() -> None:
    variant = VARIANTS["small_16k"]
    assert variant.lengths(Fraction(16, 25)).sync == 8
    with pytest.raises(ValueError, match="hold no 16 pictures"):
        variant.lengths(Fraction(15, 25))


def test_every_variant_needs_one_file_of_each_part() -> None:
    parts = ["clip", "flow", "synchformer", "vae", "vocoder"]
    for variant in VARIANTS.values():
        assert sorted(file.part for file in variant.files) == parts


def test_a_latent_is_a_whole_number_of_samples() -> None:
    for variant in VARIANTS.values():
        assert variant.latent_rate * variant.hop == variant.sample_rate
    assert {variant.window for variant in VARIANTS.values()} == {250, 345}
