"""A Blender without a window (bpy in a Python of its own) that tests give scripts to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RUNNER = Path(__file__).with_name("runner.py")
# What would let a test see another pack, another Blender's settings or the developer's Python.
_KEPT_OUT = ("LUMIPHONE_", "BLENDER_", "PYTHON")


@dataclass(frozen=True, slots=True)
class Blender:
    """One Blender version with user settings of its own.

    Attributes:
        version: Two numbers, e.g. ``5.0``.
        python: Its interpreter.
        resources: Its BLENDER_USER_RESOURCES.
        folder: For scripts and results.
    """

    version: str
    python: Path
    resources: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a Python with bpy this Blender."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_OUT)}
        return kept | {"BLENDER_USER_RESOURCES": str(self.resources)}

    def start(self, script: str, *arguments: object, enable: bool = True) -> Running:
        """Start a script; see :meth:`run`. Several may run at once."""
        number = len(list(self.folder.glob("script-*.py")))
        path = self.folder / f"script-{number}.py"
        path.write_text(textwrap.dedent(script), "utf-8")
        result = path.with_suffix(".json")
        output = path.with_suffix(".log")
        command = [str(self.python), str(_RUNNER), str(path), str(result), str(int(enable))]
        with output.open("wb") as log:
            process = subprocess.Popen(
                [*command, json.dumps(arguments, default=str)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Running(process, result, output)

    def run(
        self, script: str, *arguments: object, enable: bool = True, timeout: float = 300
    ) -> Any:  # noqa: ANN401 - whatever JSON the script makes
        """Run a script in a new process of this Blender and return what it leaves in ``result``.

        Args:
            script: Python text (indented as a block, if you like). It finds ``bpy`` and
                ``arguments`` and may set ``result`` to anything that JSON can hold.
            arguments: What JSON can hold, and paths (which arrive as text).
            enable: Whether the add-on is switched on before the script runs.
            timeout: Seconds; then the process and its children are killed and the test fails.

        Raises:
            AssertionError: The script raised, Blender crashed, or the time was over.
        """
        return self.start(script, *arguments, enable=enable).result(timeout)


@dataclass(frozen=True, slots=True)
class Running:
    """A script under way.

    Attributes:
        process: Its process, the leader of a process group.
        answer: The file that will have its result.
        output: What it prints.
    """

    process: subprocess.Popen[bytes]
    answer: Path
    output: Path

    def result(self, timeout: float = 300) -> Any:  # noqa: ANN401 - see Blender.run
        """Wait for the end and return the script's ``result``.

        Raises:
            AssertionError: See :meth:`Blender.run`.
        """
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            self.kill()
        if status == 0:
            return json.loads(self.answer.read_text("utf-8"))
        ending = f"ended with status {status}" if status is not None else f"took over {timeout} s"
        printed = self.output.read_text("utf-8", "replace")[-6000:]
        raise AssertionError(f"Blender's script {ending}. It printed:\n{printed}")

    def kill(self) -> None:
        """End it and all that it started, as far as they are still there."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()
