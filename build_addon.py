"""Builds the installable bundles of Lumiphone: the Blender extension, and what Resolve gets.

    python build_addon.py                          dist/lumiphone-<version>-<this platform>.zip
    python build_addon.py --platform windows-x64   for another platform
    python build_addon.py --carry-wheels           with all packages inside, for machines offline
    python build_addon.py --resolve                for DaVinci Resolve: lumiphone-resolve-...zip

The bundle holds the add-on, the panel, the engine, a model pack, lock files and licences. The
packages that panel and engine need are downloaded once, with the user's consent, when the add-on is
first used; --carry-wheels puts them into the bundle instead. docs/addon.md tells why. Building from
the same tree gives the same bytes, on every machine. The result is checked with Blender's own tool
where Blender, or a Python that has bpy, is found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from addon.runtime import platform_name
from engine import __version__
from engine.errors import LumiphoneError
from engine.packs.registry import DEFAULT_PACK, PACKS_VARIABLE, get_pack
from tools import bundle
from tools.extension_check import check_extension, find_programs
from tools.lock_requirements import PLATFORMS
from tools.wheels import carried_wheels

ROOT = Path(__file__).resolve().parent
ALL = "all"


@dataclass(frozen=True, slots=True)
class Order:
    """What to build.

    Attributes:
        platform: A platform of Blender's extensions, or "all".
        packs: The ids of the packs to carry.
        carry_wheels: Whether the packages go into the bundle.
        output: The folder for it.
        editor: Whom it is for, "blender" or "resolve".
        programs: Blenders, or Pythons with bpy, to check it with.
        root: The tree to build from.
    """

    platform: str
    packs: tuple[str, ...]
    carry_wheels: bool
    output: Path
    editor: str = bundle.BLENDER
    programs: tuple[Path, ...] = ()
    root: Path = ROOT

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that the bundle is for."""
        return tuple(PLATFORMS) if self.platform == ALL else (self.platform,)

    @property
    def archive(self) -> Path:
        """The bundle's path."""
        name = "lumiphone" if self.editor == bundle.BLENDER else f"lumiphone-{self.editor}"
        kind = "-offline" if self.carry_wheels else ""
        return self.output / f"{name}-{__version__}-{self.platform}{kind}.zip"


def build(order: Order) -> Path:
    """Build a bundle and return its path.

    Raises:
        LumiphoneError: Something is missing, damaged, or refused by Blender; an
            older bundle of the same name stays.
    """
    locks = list(bundle.locks(order.root, order.platforms))
    entries = [*bundle.program(order.root, order.editor), *locks]
    if order.editor == bundle.BLENDER:
        entries.append(bundle.extension_manifest(order.root, __version__, order.platforms))
    for pack in order.packs:
        entries += bundle.pack_files(get_pack(pack))

    def check(archive: Path) -> None:
        for program in order.programs:
            check_extension(archive, program)

    with tempfile.TemporaryDirectory() as scratch:
        if order.carry_wheels:
            entries += carried_wheels(locks, Path(scratch))
        bundle.write(entries, order.archive, check)
    return order.archive


def parse(arguments: list[str] | None = None) -> Order:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--platform",
        choices=[*PLATFORMS, ALL],
        default=platform_name(),
        help=f"whom it is for; '{ALL}' makes one for all of them (default: %(default)s)",
    )
    packs = parser.add_mutually_exclusive_group()
    packs.add_argument(
        "--pack",
        action="append",
        metavar="ID",
        help=f"a model pack to carry, out of exported_models/ or the folders in {PACKS_VARIABLE};"
        f" may be given several times (default: {DEFAULT_PACK})",
    )
    packs.add_argument(
        "--no-pack",
        action="store_true",
        help=f"carry none: users set {PACKS_VARIABLE} to a folder that has one",
    )
    parser.add_argument(
        "--carry-wheels",
        action="store_true",
        help="put the packages into the bundle, so that installing needs no network"
        " (adds 250 to 310 MB; the name ends in -offline)",
    )
    parser.add_argument(
        "--resolve",
        action="store_true",
        help="build for DaVinci Resolve instead of Blender (docs/resolve.md)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "dist",
        metavar="FOLDER",
        help="where the bundle goes; it replaces an older one there (default: dist/)",
    )
    parser.add_argument(
        "--blender",
        action="append",
        type=Path,
        metavar="PROGRAM",
        help="a Blender, or a Python that has bpy, to check the bundle with; may be given several"
        " times (default: the .venv-bpy-* that `make test` sets up)",
    )
    given = parser.parse_args(arguments)
    return Order(
        platform=given.platform,
        packs=() if given.no_pack else tuple(given.pack or (DEFAULT_PACK,)),
        carry_wheels=given.carry_wheels,
        output=given.output,
        editor=bundle.RESOLVE if given.resolve else bundle.BLENDER,
        programs=() if given.resolve else tuple(given.blender or find_programs(ROOT)),
    )


def main() -> int:
    """Build what the command line asks for."""
    order = parse()
    try:
        archive = build(order)
    except LumiphoneError as error:
        print(f"build_addon: {error}", file=sys.stderr)  # noqa: T201 - a script's output
        return error.exit_code
    checks = f"passed by {len(order.programs)} Blender(s)" if order.programs else "NOT VALIDATED"
    if order.editor == bundle.RESOLVE:
        checks = "for Resolve, which has no check for it"
    elif not order.programs:
        print(  # noqa: T201 - as above
            "No Blender was found to check the bundle with; --blender names one.", file=sys.stderr
        )
    print(f"{archive} ({archive.stat().st_size / 1e6:.1f} MB, {checks})")  # noqa: T201 - as above
    return 0


if __name__ == "__main__":
    sys.exit(main())
