"""The menu scripts in Resolve's script folder: put there, taken out, looked at.

They lie in a folder of their own, "Utility/Lumiphone", which Workspace > Scripts shows on every
page. Each says where the program is and how the panel process is started. Only files that carry our
signature are ever replaced or removed.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import boot
from ..errors import AddonError
from .script import ENTRIES, SIGNATURE, start_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
_MAC_PYTHON = Path("/usr/local/bin/python3")
_SCRIPTS = Path("Fusion", "Scripts")
_RESOLVE = Path("Blackmagic Design", "DaVinci Resolve")


class MenuScriptError(AddonError):
    """The menu scripts cannot be put there or taken out."""

    code = "bad_output"


@dataclass(frozen=True, slots=True)
class State:
    """What lies in Resolve's script folder.

    Attributes:
        folder: Our folder in it.
        resolve_found: Whether Resolve was ever started, or is installed, here.
        entries: Names of our menu entries that are there.
        problems: What keeps them from working, each with its remedy.
    """

    folder: str
    resolve_found: bool
    entries: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


def script_folder(
    *,
    all_users: bool = False,
    system: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    home: Path | None = None,
) -> Path:
    """Return Resolve's folder for scripts.

    Args:
        all_users: Whether that of the whole machine is meant; writing there needs rights.
        system: As ``sys.platform`` names it.
        environment: Variables, which name the folders on Windows.
        home: The user's folder; None: where this process's user has it.
    """
    home = home or Path.home()
    if system == "darwin":
        root = Path("/") if all_users else home
        return root / "Library" / "Application Support" / _RESOLVE / _SCRIPTS
    if system == "win32":
        if all_users:
            return Path(environment.get("PROGRAMDATA", r"C:\ProgramData")) / _RESOLVE / _SCRIPTS
        roaming = environment.get("APPDATA", str(home / "AppData" / "Roaming"))
        return Path(roaming) / _RESOLVE / "Support" / _SCRIPTS
    if all_users:
        return Path("/opt/resolve") / _SCRIPTS
    return home / ".local" / "share" / "DaVinciResolve" / _SCRIPTS


def panel_command(packages: str) -> list[str]:
    """Return how the panel process is started with this very Python.

    Args:
        packages: Folders of its packages, in the form of PATH.
    """
    return boot.command(packages, "addon.panel")


def install(scripts: Path, command: Sequence[str]) -> State:
    """Put the menu scripts into Resolve's script folder, in place of older ones of ours.

    Args:
        scripts: Resolve's folder for scripts.
        command: Starts the panel process.

    Raises:
        MenuScriptError: The folder cannot be written to, or a file that is not ours is in the way.
    """
    folder = _ours(scripts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, entry in ENTRIES.items():
            path = folder / f"{name}.py"
            if path.exists() and not _is_ours(path):
                raise MenuScriptError(f"{path} is not Lumiphone's", "Move it away")
            _write(path, text_of(str(ROOT), command, entry))
        for path in _files(folder):
            if path.stem not in ENTRIES:
                path.unlink()
    except OSError as error:
        raise _denied(folder, error) from error
    return look(scripts)


def remove(scripts: Path) -> State:
    """Take our menu scripts out; all else, and a folder in which something else lies, stays.

    Raises:
        MenuScriptError: They cannot be removed.
    """
    folder = _ours(scripts)
    try:
        for path in _files(folder):
            path.unlink()
    except OSError as error:
        raise _denied(folder, error) from error
    with contextlib.suppress(OSError):
        folder.rmdir()
    return look(scripts)


def look(scripts: Path) -> State:
    """Return what lies there, and whether it can work."""
    folder = _ours(scripts)
    files = _files(folder)
    problems = [problem for path in files for problem in _faults(path)]
    if files and sys.platform == "darwin" and not _mac_python():
        remedy = "Install Python from python.org, which puts it there"
        problems.append((f"Resolve finds Python only at {_MAC_PYTHON} or PYTHON3HOME", remedy))
    return State(
        str(folder),
        resolve_found=_resolve_was_here(scripts),
        entries=tuple(path.stem for path in files),
        problems=tuple(dict.fromkeys(problems)),
    )


def _faults(path: Path) -> list[tuple[str, str]]:
    start = start_of(path.read_text("utf-8"))
    needed = [start["root"], start["command"][0]] if start else []
    missing = [name for name in needed if not Path(name).exists()]
    remedy = "Run `lumiphone install resolve` again"
    if start is None:
        return [(f"{path} is damaged", remedy)]
    return [(f"Resolve's menu script points to {name}, which is gone", remedy) for name in missing]


def _mac_python() -> bool:
    return "PYTHON3HOME" in os.environ or _MAC_PYTHON.exists()


def _resolve_was_here(scripts: Path) -> bool:
    """Whether there is more in Resolve's own folder than the way to our scripts."""
    resolve, fusion = scripts.parents[1], scripts.parents[0]
    return resolve.is_dir() and any(each != fusion for each in resolve.iterdir())


def _ours(scripts: Path) -> Path:
    return scripts / "Utility" / "Lumiphone"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if _is_ours(path))


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline().strip() == SIGNATURE
    except OSError:
        return False


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=".lumiphone-", suffix=".partial", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _denied(folder: Path, error: OSError) -> MenuScriptError:
    return MenuScriptError(
        f"{folder} cannot be changed ({error.strerror or error})",
        "Check that you may write there; without --all-users your own folder is used",
    )
