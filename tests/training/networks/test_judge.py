import pytest

torch = pytest.importorskip("torch")

from engine.training.networks.judge import Judge, JudgeConfig  # noqa: E402 - after the check

pytestmark = pytest.mark.training

SMALL = JudgeConfig(latent_channels=6, text_channels=10, width=8, blocks=3)


def judge() -> Judge:
    torch.manual_seed(0)
    return Judge(SMALL).eval()


@pytest.mark.parametrize("frames", [2, 7, 94, 376])
def test_scores_are_cosines_whatever_the_length(frames: int) -> None:
    with torch.no_grad():
        scores = judge()(torch.randn(3, frames, 6), torch.randn(3, 10))
    assert scores.shape == (3,)
    assert scores.abs().max() <= 1 + 1e-6


def test_only_the_direction_of_a_text_counts() -> None:
    latent, text = torch.randn(2, 50, 6), torch.randn(2, 10)
    with torch.no_grad():
        assert torch.allclose(judge()(latent, text), judge()(latent, 7 * text), atol=1e-6)


def test_texts_are_told_apart_by_what_they_do_not_share() -> None:
    network = judge()
    shared = torch.nn.functional.normalize(torch.ones(10), dim=0)
    network.centre.copy_(shared)
    near = torch.stack([shared + 0.01 * torch.eye(10)[0], shared + 0.01 * torch.eye(10)[1]])
    first, second = network.words(near)
    assert float(first @ second) < 0.5
