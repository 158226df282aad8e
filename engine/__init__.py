"""Lumiphone's engine: silent pictures in, sound in sync out.

Three lines::

    engine = load_engine()
    takes = engine.generate("clip.mp4", prompt="footsteps on gravel")
    takes[0].save("clip.wav")

Importing this package costs next to nothing; what is heavy is imported when an engine is loaded.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.pipeline import Engine

# onnxruntime reports its use to its maker from the moment it is imported, and leaves an identifier
# in the user's cache. Nothing leaves this machine: this must be set before anything imports it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
__all__ = ["__version__", "load_engine"]


def load_engine(pack: str | None = None, *, device: str = "auto") -> Engine:
    """Return an engine that keeps a pack's graphs loaded between takes.

    Args:
        pack: Id of the pack; the default pack if None.
        device: "auto" (a GPU where there is one), "cpu" or "cuda".

    Raises:
        PackError: No such pack, or it is damaged or made for another engine.
        InputError: No such device.
    """
    from engine.pipeline import Engine  # noqa: PLC0415 - keeps `import engine` cheap

    return Engine.load(pack, device=device)
