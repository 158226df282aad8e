"""``lumiphone install``: Lumiphone in an editor's menu, and out of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands.arguments import add_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.commands.console import Console

_DESCRIPTION = """\
Put Lumiphone into DaVinci Resolve's menu Workspace > Scripts, for the panel and for sounding the
chosen clips at once. Blender's extension is installed in Blender itself (docs/addon.md).
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "install", help="put Lumiphone into an editor's menu", description=_DESCRIPTION
    )
    parser.add_argument("editor", choices=("resolve",), help="which editor")
    parser.add_argument("--remove", action="store_true", help="take it out again")
    parser.add_argument(
        "--all-users", action="store_true", help="for everybody on this machine (needs rights)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace,
    console: Console,
    cancelled: Callable[[], bool],  # noqa: ARG001 - it takes no time
) -> None:
    """Install or remove the menu scripts, and say where they are.

    Raises:
        OutputError: Resolve's script folder cannot be written to.
    """
    from engine.menu_scripts import menu_scripts

    wanted = {"--remove": arguments.remove, "--all-users": arguments.all_users}
    state = menu_scripts(*(word for word, so in wanted.items() if so))
    if state["entries"]:
        names = ", ".join(state["entries"])
        console.line(f"In Resolve: Workspace > Scripts > Lumiphone > {names}")
        if not state["resolve_found"]:
            console.warning("Resolve was not found here; its menu will show them once it is")
        console.line("The free Resolve 21.1 and later lists no Python scripts: docs/resolve.md")
    else:
        console.line(f"Lumiphone is not in Resolve's menu ({state['folder']})")
    for what, remedy in state["problems"]:
        console.warning(f"{what}. {remedy}.")
    console.result(state)
