"""Puts Lumiphone into Resolve's menu, or takes it out: ``lumiphone install resolve`` does it all.

python -m addon.resolve [--remove | --status] [--all-users] [--private] [--json]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import site
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import AddonError
from ..installation import MEGABYTE
from ..runtime import Runtime
from . import installation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .installation import State

_BAD = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    options = _parser().parse_args(arguments)
    scripts = installation.script_folder(all_users=options.all_users)
    try:
        if options.status:
            state = installation.look(scripts)
        elif options.remove:
            state = installation.remove(scripts)
        else:
            packages = _private() if options.private else own_packages()
            state = installation.install(scripts, installation.panel_command(packages))
    except AddonError as error:
        if options.json:
            told = {"code": error.code, "what": error.what, "remedy": error.remedy}
            sys.stdout.write(json.dumps({"error": told}) + "\n")
        else:
            sys.stderr.write(f"{error}\n")
        return _BAD
    said = json.dumps(dataclasses.asdict(state)) if options.json else _words(state)
    sys.stdout.write(f"{said}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="install.py", description="Put Lumiphone into Resolve's menu Workspace > Scripts."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--remove", action="store_true", help="take it out again")
    what.add_argument("--status", action="store_true", help="only say what is there")
    parser.add_argument("--all-users", action="store_true", help="for everybody on this machine")
    parser.add_argument(
        "--private",
        action="store_true",
        help="get the packages into a folder of Lumiphone's own first",
    )
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")
    return parser


def own_packages() -> str:
    """The folders in which this Python keeps its packages."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    known = {str(Path(entry)) for entry in sys.path if entry}
    return os.pathsep.join(
        folder for folder in (*user, *site.getsitepackages()) if str(Path(folder)) in known
    )


def _private() -> str:
    """The folder of the bundle's own packages, filled if need be.

    Raises:
        InstallError: They cannot be had.
    """
    runtime = Runtime(installation.ROOT, _own_folder())

    def show(fraction: float, what: str) -> None:
        sys.stderr.write(f"\r{fraction:4.0%} {what[:70]:70}")
        sys.stderr.flush()

    if not runtime.ready:
        size = (
            f"{runtime.download // MEGABYTE} MB to download, {runtime.disk // MEGABYTE} MB on disk"
        )
        sys.stderr.write(f"Installing the engine's packages into {runtime.home} ({size})\n")
        runtime.install(show)
        sys.stderr.write("\n")
    return str(runtime.packages)


def _own_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Lumiphone"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"), "Lumiphone")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "lumiphone"


def _words(state: State) -> str:
    if not state.entries:
        return f"Lumiphone is not in Resolve's menu ({state.folder})"
    lines = [f"In Resolve: Workspace > Scripts > Lumiphone > {', '.join(state.entries)}"]
    lines += [f"{what}. {remedy}." for what, remedy in state.problems]
    if not state.resolve_found:
        lines.append("Resolve itself was not found here; its menu will show them once it is")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
