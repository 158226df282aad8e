"""Batches of rendered clips, made on the fly; each is seen a few times, varied each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.training.motion.targets import Targets, targets
from engine.training.scenes.clip import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.training.motion.losses import Answers

POOL = 600  # clips kept, 0.4 MB each


def load_photographs(folder: Path, most: int = 400) -> tuple[NDArray[np.uint8], ...]:
    """Read pictures under ``folder`` as small grey photographs for textures.

    Args:
        folder: Searched with its sub-folders for PNG and JPEG files.
        most: Upper limit.

    Returns:
        uint8 [rows, columns] each, at most 160 pixels a side, in order of path.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".png", ".jpg"})
    step = max(len(paths) // most, 1)
    photographs = []
    for path in paths[::step]:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is not None and min(grey.shape) >= 16:
            scale = min(1.0, 160 / max(grey.shape))
            photographs.append(cv2.resize(grey, None, fx=scale, fy=scale).astype(np.uint8))
    return tuple(photographs)


class Stream:
    """A pool of rendered clips from which batches are drawn.

    Args:
        pictures: Length of a clip.
        batch: Clips per batch.
        fresh: Newly rendered clips per batch; ``batch / fresh`` is how often a clip is seen.
        photographs: Textures, see :func:`load_photographs`.
    """

    def __init__(
        self,
        *,
        pictures: int = 100,
        batch: int = 6,
        fresh: int = 3,
        photographs: tuple[NDArray[np.uint8], ...] = (),
    ) -> None:
        self.pictures, self.batch, self.fresh = pictures, batch, fresh
        self.photographs = photographs
        self.pool: list[tuple[NDArray[np.uint8], Targets]] = []

    def draw(self, seed: Sequence[int]) -> tuple[Tensor, Answers]:
        """Render a few clips into the pool and draw a batch from it.

        Args:
            seed: Of this draw: a run that goes on renders what it would have rendered.

        Returns:
            Pictures float32 [batch, pictures, 64, 64] from 0 to 1, and their targets.
        """
        random = np.random.default_rng(seed)
        wanted = self.fresh if len(self.pool) >= 4 * self.batch else 4 * self.batch
        for _ in range(wanted):
            self._render(random)
        chosen = random.choice(len(self.pool), self.batch, replace=False)
        pictures = np.stack([_varied(random, self.pool[index][0]) for index in chosen])
        truth = [self.pool[index][1] for index in chosen]

        def stacked(name: str) -> Tensor:
            return torch.from_numpy(np.stack([getattr(one, name) for one in truth]))

        names = ("event", "kind", "strength", "offset", "curves")
        event, kind, strength, offset, curves = (stacked(name) for name in names)
        return torch.from_numpy(pictures), (event, kind, strength, offset, curves)

    def _render(self, random: np.random.Generator) -> None:
        clip = render(random, self.pictures, photographs=self.photographs)
        made = (clip.pictures, targets(clip.contacts, self.pictures, clip.energy))
        if len(self.pool) < POOL:
            self.pool.append(made)
        else:
            self.pool[int(random.integers(POOL))] = made


def _varied(random: np.random.Generator, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mirror, lighten, invert: none of it moves a contact."""
    out = pictures.astype(np.float32) / 255
    if random.random() < 0.5:
        out = out[:, :, ::-1]
    if random.random() < 0.1:
        out = 1 - out
    return np.clip(out * random.uniform(0.75, 1.15), 0, 1).astype(np.float32)
