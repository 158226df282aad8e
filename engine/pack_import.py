"""Importing weights of other families as packs, in a process of its own.

Conversion needs torch, which the engine never loads; so the importer is started as a program
(``python -m engine.training.importers.<family>``) and tells what it does in JSON lines on stdout:
{"stage", "fraction"} as it goes, and last {"pack": folder} or {"error": {"code", "what",
"remedy"}}.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine.errors import CancelledError, InferenceError, InputError, LumiphoneError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.progress import Cancelled, Progress

FAMILIES = ("mmaudio",)
_NEEDED = ("torch", "onnx", "onnxscript")
_POLL = 0.2  # seconds


def import_pack(
    family: str, words: Sequence[str], progress: Progress, cancelled: Cancelled
) -> Path:
    """Convert weights and return the new pack's folder.

    Args:
        family: One of :data:`FAMILIES`.
        words: The importer's arguments.
        progress: Told the stage and how much of the whole is done, 0 to 1.
        cancelled: Whether to stop; what is finished stays for the next import.

    Raises:
        InputError: The training extra is missing, or what the importer refuses.
        InferenceError: The importer died.
        CancelledError: ``cancelled`` returned True.
    """
    check_importers()
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", f"engine.training.importers.{family}", *words],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        ) as child,
    ):
        said = _listen(child, progress, cancelled)
        code = child.wait()
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or [f"exit code {code}"])[-1]
    if error := said.get("error"):
        failure = InputError if error["code"].startswith("bad_") else LumiphoneError
        raise failure(error["what"], error["remedy"])
    if "pack" not in said:
        raise InferenceError(
            f"The importer ended before its work was done ({last})",
            "Close other programs (importing needs up to 12 GB of memory) and run it again;"
            " what is finished is kept",
        )
    return Path(said["pack"])


def check_importers() -> None:
    """Refuse where importing cannot work.

    Raises:
        InputError: This installation has no importers, or not what they need.
    """
    if importlib.util.find_spec("engine.training") is None:
        raise InputError(
            "This installation has no importers (an editor's add-on comes without them)",
            "Install Lumiphone from its repository, with the extra 'train'",
        )
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise InputError(
            f"Importing weights needs {', '.join(missing)}, which this Python does not have",
            "Install the extra 'train', in the repository: pip install '.[train]'",
        )


def _listen(
    child: subprocess.Popen[str], progress: Progress, cancelled: Cancelled
) -> dict[str, Any]:
    """Pass on what the child tells; return its last object, or nothing if it died."""
    lines: queue.Queue[str | None] = queue.Queue()
    assert child.stdout is not None  # noqa: S101 - it was asked for
    threading.Thread(target=_read, args=(child.stdout, lines), daemon=True).start()
    said: dict[str, Any] = {}
    while True:
        if cancelled():
            child.kill()
            raise CancelledError(remedy="What is finished is kept; the same import goes on there")
        try:
            line = lines.get(timeout=_POLL)
        except queue.Empty:
            continue
        if line is None:
            return said
        said = json.loads(line)
        if "stage" in said:
            progress(said["stage"], said["fraction"])


def _read(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)
