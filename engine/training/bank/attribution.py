"""ATTRIBUTION.md: every file of the bank with its origin, licence and authors."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.training.bank.licences import Licences

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.training.bank.packages import UnpackedPackage
    from engine.training.bank.store import Entry

_INTRODUCTION = """# Sounds that the base pack was trained on

Every file below entered the audio bank (decoded, mixed to mono, resampled to 48 kHz, trimmed,
normalised; music shortened). Origin: the named Debian package, https://packages.debian.org; the
authors are those that its debian/copyright names. Licence texts: https://spdx.org/licenses/.
"""


def write_attribution(
    path: Path, packages: Iterable[UnpackedPackage], entries: Iterable[Entry]
) -> None:
    """Write the list, grouped by package, licence and authors.

    Args:
        path: Where to; replaced at once when complete.
        packages: The unpacked packages.
        entries: The bank's index.
    """
    by_package: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_package[entry.package].append(entry)
    parts = [_INTRODUCTION]
    for package in packages:
        if members := by_package.pop(package.name, []):
            parts += _section(package, members)
    for name, members in by_package.items():  # made by this project
        parts.append(f"\n## {name} {members[0].version}\n")
        parts.append(f"{len(members)} sounds rendered by Lumiphone itself, {members[0].licence}.\n")
    partial = path.with_name(path.name + ".part")
    partial.write_text("\n".join(parts), "utf-8")
    partial.replace(path)


def _section(package: UnpackedPackage, entries: list[Entry]) -> list[str]:
    licences = Licences(package.copyright)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries:
        notice = licences.notice(entry.path)
        groups[entry.licence, notice.authors].append(entry.path)
    lines = [f"\n## {package.name} {package.version}\n"]
    for (licence, authors), paths in sorted(groups.items()):
        lines += [f"{licence}, © {authors}\n", *(f"* `{path}`" for path in sorted(paths)), ""]
    for credits_file in sorted(package.folder.rglob("authors.txt")):
        text = credits_file.read_text("utf-8", "replace").strip()
        lines += ["From the package's own authors.txt:\n", "```", text, "```"]
    return lines
