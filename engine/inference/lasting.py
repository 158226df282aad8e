"""Whether words name what sounds on and on (rain) or what happens at moments (a door slams)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import PackError

if TYPE_CHECKING:
    from engine.inference.arrays import Floats
    from engine.packs.registry import Pack


class LastingWords:
    """A pack's rule: a plane through the text space.

    Args:
        pack: The pack.

    Raises:
        PackError: Its file is damaged.
    """

    def __init__(self, pack: Pack) -> None:
        cues = pack.manifest.cues
        text = pack.manifest.text
        self._plane: Floats | None = None
        if text and cues and cues.lasting:
            width = pack.manifest.graphs[text.graph].outputs[text.output].shape[-1]
            self._plane = _read(pack, cues.lasting, width)

    def __call__(self, text: Floats) -> bool:
        """Return whether text features [width] name what sounds on and on; without a rule, yes."""
        if self._plane is None:
            return True
        return bool(text @ self._plane[:-1] + self._plane[-1] > 0)


def _read(pack: Pack, name: str, width: int | str) -> Floats:
    """The plane [width + 1]: its normal, then its offset."""
    path = pack.file(name)
    try:
        plane: Floats = np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise PackError(
            f"Pack '{pack.manifest.id}': {path.name} cannot be read ({error})", "Get the pack again"
        ) from error
    if plane.ndim != 1 or len(plane) - 1 != width or not np.isfinite(plane).all():
        raise PackError(
            f"Pack '{pack.manifest.id}': {path.name} is no plane through a text space of {width}",
            "Get the pack again",
        )
    return plane
