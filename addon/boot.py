"""Starts a module of ours in a process of its own, with the private packages and nothing else.

    python -I -S -X utf8 boot.py PACKAGES MODULE [ARGUMENT ...]

``-I -S`` keep out everything that the editor, its add-ons, the user's site folder and PYTHON*
variables would bring; what is left is the standard library, the bundle and PACKAGES, a folder or
several in the form of PATH. ``-X utf8`` makes text on stdio and in files UTF-8 on Windows too.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

_SWITCHES = ("-I", "-S", "-X", "utf8")
_ARGUMENTS_BEFORE_MODULE = 1 + len(_SWITCHES) + 2  # the interpreter, this file, PACKAGES


def command(packages: Path | str, module: str, *arguments: str) -> list[str]:
    """Return the command line that runs ``module`` as a program with the packages in a folder."""
    return [sys.executable, *_SWITCHES, str(Path(__file__)), str(packages), module, *arguments]


def sibling(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs ``module`` as this very process was started.

    That is how the panel process starts the engine: with the same packages when it was started by
    this file, and as plain ``python -m`` when it runs in a development environment.
    """
    began = sys.orig_argv[:_ARGUMENTS_BEFORE_MODULE]
    if began[1 : 1 + len(_SWITCHES)] == list(_SWITCHES) and Path(began[-2]).name == "boot.py":
        return [sys.executable, *began[1:], module, *arguments]
    return [sys.executable, "-m", module, *arguments]


def main() -> None:
    """Run the module that the command line names."""
    packages, module, *arguments = sys.argv[1:]
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), *packages.split(os.pathsep)]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
