import argparse
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.training.flow.latents import (  # noqa: E402 - after the check for torch
    CLIPS,
    DESCRIPTION,
    EMBEDDINGS,
    LATENTS,
)
from engine.training.judge.train import JudgeStage, parse_arguments  # noqa: E402

pytestmark = pytest.mark.training

FRAMES, CHANNELS, KINDS = 400, 46, 4


def write_latents(folder: Path, clips: int, seed: int) -> Path:
    """Clips of four kinds, each with a channel of its own that is loud and a caption of its own."""
    random = np.random.default_rng(seed)
    latents = random.standard_normal((clips, FRAMES, CHANNELS)).astype(np.float16)
    lines = []
    for number in range(clips):
        kind = number % (KINDS + 1)  # one in five has no caption
        if kind < KINDS:
            latents[number, :, kind] += 3
        lines.append(json.dumps({"captions": [kind] if kind < KINDS else []}))
    folder.mkdir()
    (folder / LATENTS).write_bytes(latents.tobytes())
    (folder / CLIPS).write_text("\n".join(lines), "utf-8")
    np.save(folder / EMBEDDINGS, np.eye(KINDS, 384, dtype=np.float16))
    described = {
        "frames": FRAMES,
        "channels": CHANNELS,
        "mean": [0.0] * CHANNELS,
        "deviation": [1.0] * CHANNELS,
    }
    (folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")
    return folder


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    folders = [write_latents(tmp_path / name, 40, seed) for seed, name in enumerate(("a", "b"))]
    words = f"--latents {folders[0]} --held-out {folders[1]} --work {tmp_path}"
    return parse_arguments([*words.split(), *["--minutes", "1", "--batch", "16", "--seed", "1"]])


def test_it_learns_which_caption_belongs_to_unheard_latents(options: argparse.Namespace) -> None:
    stage = JudgeStage(options)
    with torch.no_grad():
        before = stage.held_out(stage.network.eval())["held_out_loss"]
    optimiser = torch.optim.AdamW(stage.network.parameters(), 5e-3)
    stage.network.train()
    for step in range(40):
        loss, _ = stage.train_loss(step)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    latents = torch.zeros(KINDS, 94, CHANNELS)
    latents[range(KINDS), :, range(KINDS)] = 3
    texts = torch.eye(KINDS, 384)
    with torch.no_grad():
        assert stage.held_out(stage.network.eval())["held_out_loss"] < 0.7 * before
        scores = stage.network.sound(latents) @ stage.network.words(texts).T
    assert scores.argmax(1).tolist() == list(range(KINDS))


def test_a_step_depends_on_its_number_and_the_seed_alone(options: argparse.Namespace) -> None:
    first, again = (JudgeStage(options) for _ in range(2))
    for stage in (first, again):
        stage.network.eval()
        torch.manual_seed(3)
    torch.manual_seed(3)
    one = float(first.train_loss(5)[0].detach())
    torch.manual_seed(3)
    assert float(again.train_loss(5)[0].detach()) == one


def test_clips_without_captions_are_never_asked_about(options: argparse.Namespace) -> None:
    stage = JudgeStage(options)
    assert stage.worded == [number for number in range(40) if number % 5 != 4]
