"""How long a take takes, cold and warm, and how much memory.

The measuring is done in a process of its own (:mod:`engine.measured_run`), so that cold means cold:
its clock starts before the interpreter does, and its peak memory is nobody else's.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import CancelledError, InferenceError
from engine.feature_store import CACHE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

CLIP_SECONDS = 8
_SIZE = (1280, 720)
_RATE = 25


def measure(
    clip: Path | None,
    pack: str | None,
    device: str,
    cancelled: Callable[[], bool],
    *,
    prompt: str | None = None,
) -> dict[str, Any]:
    """Measure in a fresh process and return :meth:`engine.measured_run.Figures.to_json`.

    Args:
        clip: What to make sound for; None for a film that is made for the purpose.
        pack: Id of the pack; the default pack if None.
        device: "auto", "cpu" or "cuda".
        cancelled: Whether to stop.
        prompt: Words for all stems, if any.

    Raises:
        CancelledError: ``cancelled`` returned True.
        InferenceError: The process failed; the message has its last words.
    """
    with tempfile.TemporaryDirectory(prefix="lumiphone-bench-") as folder:
        film = clip or write_film(Path(folder) / "bench.mp4")
        started = time.time()
        job = {
            "clip": str(film),
            "pack": pack,
            "device": device,
            "prompt": prompt,
            "started": started,
        }
        root = str(Path(__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        child = subprocess.Popen(
            [sys.executable, "-m", "engine.measured_run", json.dumps(job), folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A store of its own: what an earlier run has filed would pass for the work of this one.
            env=os.environ | {"PYTHONPATH": path, CACHE_VARIABLE: str(Path(folder) / "cache")},
        )
        said, complaint = _wait(child, cancelled)
    if child.returncode:
        words = complaint.strip().splitlines() or [f"exit code {child.returncode}"]
        raise InferenceError(
            f"The measured process failed: {words[-1]}", "Try `lumiphone generate` on the same clip"
        )
    figures: dict[str, Any] = json.loads(said.splitlines()[-1])
    return figures


def _wait(child: subprocess.Popen[str], cancelled: Callable[[], bool]) -> tuple[str, str]:
    """Return what the process said on stdout and stderr; end it if the user cancels."""
    with child:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.communicate(timeout=0.2)
            if cancelled():
                child.kill()
                raise CancelledError


def write_film(path: Path) -> Path:
    """Write eight seconds of 720p H.264 with something moving in front of a grainy wall."""
    import av  # noqa: PLC0415 - the measured process makes no film
    import numpy as np  # noqa: PLC0415

    width, height = _SIZE
    wall = np.random.default_rng(1).integers(60, 120, (height, width, 3), dtype=np.uint8)
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=_RATE, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(CLIP_SECONDS * _RATE):
            pixels = wall.copy()
            # A block that falls and bounces once a second.
            top = round((height - 120) * abs(1 - 2 * (index % _RATE) / _RATE))
            left = index * (width - 120) // (CLIP_SECONDS * _RATE)
            pixels[top : top + 120, left : left + 120] = (230, 200, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode(None))
    return path
