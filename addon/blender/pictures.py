"""Renders strips that are not plain: another Blender, a copy of the project, small pictures."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import HostError
from .picture_job import PROGRESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .reading import Stretch

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.insert(0, {root!r});"
    " from addon.blender.picture_job import main; main({order!r})"
)
_LAST_LINES = 20


def save_copy() -> Path:
    """Write the project as it is now into a file of ours; the project itself is left alone.

    Raises:
        HostError: It cannot be written.
    """
    folder = Path(tempfile.mkdtemp(prefix="lumiphone-", dir=bpy.app.tempdir))
    path = folder / "copy.blend"
    try:
        # save_as_mainfile with copy=True: neither the file's name nor its dirty flag changes.
        bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False)
    except RuntimeError as error:
        raise HostError(
            f"A copy of the project could not be written to {folder} ({error})".replace("\n", " "),
            "Make room on that disk, or set another temporary folder in Blender's preferences",
        ) from error
    return path


class Rendering:
    """One strip on its way to a video; poll it from the main thread.

    Args:
        stretch: The strip.
        copy: The project (see :func:`save_copy`).
    """

    def __init__(self, stretch: Stretch, copy: Path) -> None:
        self.stretch = stretch
        folder = Path(tempfile.mkdtemp(prefix="pictures-", dir=copy.parent))
        self.output = folder / f"{_file_name(stretch.strip)}.mp4"
        self._draft = folder / "draft.mp4"
        order = folder / "order.json"
        order.write_text(json.dumps(self._order(copy)), "utf-8")
        self._done = 0
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._process = subprocess.Popen(
            _command(order),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._reader = threading.Thread(target=self._read, name="rendering", daemon=True)
        self._reader.start()

    def _order(self, copy: Path) -> dict[str, object]:
        return {
            "blend": str(copy),
            "scene": self.stretch.scene,
            "metas": self.stretch.metas,
            "strip": self.stretch.strip,
            "first": self.stretch.first,
            "frames": self.stretch.frames,
            "output": str(self._draft),
        }

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        for line in self._process.stdout:
            if line.startswith(PROGRESS):
                self._done = int(line[len(PROGRESS) :])
            elif line.strip():
                self._last.append(line.strip())

    @property
    def fraction(self) -> float:
        """How much of it is rendered."""
        return min(1.0, self._done / self.stretch.frames)

    def finished(self) -> bool:
        """Return whether :attr:`output` is there, whole.

        Raises:
            HostError: Rendering failed.
        """
        code = self._process.poll()
        if code is None:
            return False
        self._reader.join(1)
        if code == 0 and self._draft.is_file():
            self._draft.replace(self.output)
        if self.output.is_file():
            return True
        errors = [line for line in self._last if "rror" in line] or list(self._last)
        reason = errors[-1] if errors else f"status {code}"
        raise HostError(
            f"The pictures of strip '{self.stretch.strip}' could not be rendered: {reason}",
            "Check that the strip can be rendered (Render > Render Animation)",
        )

    def cancel(self) -> None:
        """End the background Blender."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError):
            self._draft.unlink(missing_ok=True)


def _command(order: Path) -> Sequence[str]:
    start = _START.format(root=str(_ROOT), order=str(order))
    if bpy.app.binary_path:
        quiet = ("--background", "--factory-startup", "--disable-autoexec", "-noaudio")
        return [bpy.app.binary_path, *quiet, "--python-exit-code", "1", "--python-expr", start]
    return [sys.executable, "-c", f"import bpy; {start}"]


def _file_name(name: str) -> str:
    """Return a file name that every system takes; the engine names its folder of takes after it."""
    safe = "".join("_" if c in '<>:"/\\|?*' or ord(c) < 32 else c for c in name)
    return os.path.splitext(safe)[0].strip(" .") or "strip"  # noqa: PTH122 - it is no path
