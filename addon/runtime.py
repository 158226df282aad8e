"""The private packages of panel and engine: whether they are there, how to get and to use them.

They lie in a folder of ours and are seen by our own processes alone: nothing in the editor's Python
is changed, and no other add-on can change what we run with. Which ones is settled by a lock file
per platform and Python with the checksum of every wheel (``addon/requirements``).

    runtime = Runtime(bundle, home)
    if not runtime.ready:
        runtime.install(progress, cancelled)      # blocks: call it in a thread
    subprocess.Popen(runtime.command("addon.panel", "--headless"))
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import boot
from .installation import MEGABYTE, OFFLINE_REMEDY, UNPACKED, InstallError, PipRun

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OFFLINE_REMEDY", "InstallError", "Runtime", "platform_name"]

_SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}
_ABANDONED = 86_400  # seconds after which an installation that left its folder is surely dead
# The engine's libraries must load here and now; Qt may not (no screen), and is not always needed.
_LIBRARIES = "numpy, av, cv2, onnxruntime, tokenizers, tqdm"


def platform_name() -> str:
    """Return this machine's platform as Blender's extensions call it, e.g. ``linux-x64``."""
    machine = platform.machine().lower()
    return f"{_SYSTEMS.get(sys.platform, sys.platform)}-{_MACHINES.get(machine, machine)}"


class Runtime:
    """The packages of one bundle for the Python that runs this.

    Args:
        bundle: The folder that holds ``addon`` and ``engine``.
        home: A folder of ours to install into; it is made when needed.
    """

    def __init__(self, bundle: Path, home: Path) -> None:
        self.bundle = bundle
        self.home = home
        self._python = f"cp{sys.version_info.major}{sys.version_info.minor}"
        locks = bundle / "addon" / "requirements"
        self._lock = locks / f"{platform_name()}-{self._python}.txt"
        self._locked = self._lock.read_bytes() if self._lock.is_file() else b""

    @property
    def fault(self) -> InstallError | None:
        """Why there can be no packages here at all; None where there can."""
        if self._locked:
            return None
        return InstallError(
            "unsupported",
            f"This copy of Lumiphone is not made for {platform_name()} with Python"
            f" {sys.version_info.major}.{sys.version_info.minor} ({self._lock.name} is missing)",
            "Get the copy for your platform, and the Blender from blender.org",
        )

    @property
    def packages(self) -> Path:
        """The folder of the packages; its name changes when any of them does."""
        return (
            self.home / f"packages-{self._python}-{hashlib.sha256(self._locked).hexdigest()[:12]}"
        )

    @property
    def ready(self) -> bool:
        """Whether the packages are there, whole (the folder appears in one piece)."""
        return not self.fault and self.packages.is_dir()

    @property
    def wheels(self) -> Path | None:
        """The folder of the carried wheels; None when they must be downloaded."""
        folder = self.bundle / "wheels"
        return folder if folder.is_dir() else None

    @property
    def download(self) -> int:
        """How many bytes an installation downloads."""
        return 0 if self.wheels else self._size

    @property
    def disk(self) -> int:
        """How many bytes an installation takes at its height, roughly."""
        return self._size * UNPACKED + self.download

    @property
    def _size(self) -> int:
        stated = re.search(rb"^# wheels: (\d+) bytes$", self._locked, re.MULTILINE)
        return int(stated[1]) if stated else 0

    def install(
        self,
        progress: Callable[[float, str], None] = lambda _fraction, _text: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Get the packages and put them into their folder, or leave everything as it was.

        Returns at once when they are there already. Blocks for a minute or more, so call it in a
        thread; both functions are called in that thread. Consent to downloading is the caller's
        business.

        Args:
            progress: Told several times a second how far it is (0 to 1) and what is going on.
            cancelled: Asked several times a second.

        Raises:
            InstallError: It failed or was cancelled; ``reason``, ``what`` and ``remedy`` say why.
        """
        if self.fault:
            raise self.fault
        if self.ready:
            return
        try:
            self._prepare()
            with tempfile.TemporaryDirectory(
                prefix="installing-", dir=self.home, ignore_cleanup_errors=True
            ) as staging:
                self._install_into(Path(staging), progress, cancelled)
        except OSError as error:
            raise InstallError(
                "not_writable",
                f"The packages cannot be put into {self.home} ({error})",
                "Check that the folder can be written to and that its disk has space",
            ) from error
        progress(1.0, "Installed")

    def command(self, module: str, *arguments: str) -> list[str]:
        """Return the command line that runs a module of the bundle as a program."""
        return boot.command(self.packages, module, *arguments)

    def _prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        for left in self.home.glob("installing-*"):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
        free = shutil.disk_usage(self.home).free
        if free < self.disk:
            raise InstallError(
                "no_space",
                f"{self.home} lies on a disk with {free // MEGABYTE} MB left, and the packages"
                f" take {self.disk // MEGABYTE} MB",
                "Free some space and try again",
            )

    def _install_into(
        self,
        staging: Path,
        progress: Callable[[float, str], None],
        cancelled: Callable[[], bool],
    ) -> None:
        run = PipRun(self._lock, self.wheels, self._size, staging, self.home / "install.log")
        run.execute(progress, cancelled)
        progress(1.0, "Trying the packages")
        _try(run.target)
        try:
            run.target.rename(self.packages)
        except OSError:
            # Another Blender was faster.
            if not self.ready:
                raise
        for old in self.home.glob(f"packages-{self._python}-*"):
            if old != self.packages:
                shutil.rmtree(old, ignore_errors=True)


def _try(packages: Path) -> None:
    """Import the engine's libraries as our processes will.

    Raises:
        InstallError: One does not load.
    """
    trial = subprocess.run(
        [
            *(sys.executable, "-I", "-S", "-c"),
            f"import sys; sys.path.insert(0, {str(packages)!r}); import {_LIBRARIES}",
        ],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if trial.returncode:
        last = (trial.stderr.strip() or f"status {trial.returncode}").splitlines()[-1]
        remedy = "Update your operating system's libraries"
        if sys.platform == "win32":
            remedy = "Install Microsoft's Visual C++ Redistributable for Visual Studio 2015-2022"
        raise InstallError("failed", f"The packages do not load on this computer: {last}", remedy)
