"""Whose a file is and under what licence: Debian's machine-readable copyright format (DEP-5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

# Not in DEP-5 form: the package's own authors.txt says CC-BY-3.0 unless stated otherwise.
_OPENCLONK = "OpenClonk"
_ACCEPTED = re.compile(
    r"^(CC0([- ]1\.0)?|public-domain|PD|MIT|Expat|ISC|zlib|BSD-[23]-clause|"
    r"CC-BY-(SA-)?[234]\.\d|L?GPL-(2|2\.1|3)(\.0)?\+|GPL-3(\.0)?)$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^(\S+?):\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Notice:
    """The legal facts of one file.

    Attributes:
        licence: Short name as Debian writes it ("CC-BY-SA-3.0"), "+" for "or later".
        authors: Copyright holders, one line.
    """

    licence: str
    authors: str

    @property
    def usable(self) -> bool:
        """Whether weights trained on the file can be given away under GPL-3.0."""
        parts = re.split(r",?\s+(?:or|and)\s+|,\s*", self.licence)
        accepted = [bool(_ACCEPTED.match(part.strip())) for part in parts]
        return any(accepted) if " or " in self.licence else all(accepted)


@dataclass(frozen=True, slots=True)
class _Stanza:
    patterns: tuple[str, ...]
    notice: Notice


class Licences:
    """Answers for each path of one package which notice covers it."""

    def __init__(self, text: str) -> None:
        """Read a debian/copyright text.

        Args:
            text: The file's content; may be in free form, then every file gets what is known.
        """
        fields = [_fields(paragraph) for paragraph in re.split(r"\n\s*\n", text)]
        later = {
            entry["License"].splitlines()[0].strip()
            for entry in fields
            if "any later version" in " ".join(entry.get("License", "").split())
        }
        self._stanzas = [_stanza(entry, later) for entry in fields if "Files" in entry]
        if not self._stanzas and _OPENCLONK in text:
            notice = Notice("CC-BY-3.0", "OpenClonk team and contributors, see their authors.txt")
            self._stanzas = [_Stanza(("*",), notice)]

    def notice(self, path: str) -> Notice:
        """Return the notice for an installed path; the last matching stanza counts, as in DEP-5."""
        for stanza in reversed(self._stanzas):
            if any(_covers(pattern, path) for pattern in stanza.patterns):
                return stanza.notice
        return Notice("unknown", "unknown")


def _fields(paragraph: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.splitlines():
        match = _FIELD.match(line)
        if match and not line[0].isspace():
            name = match[1]
            fields[name] = match[2]
        elif name:
            fields[name] += "\n" + line.strip()
    return fields


def _stanza(fields: dict[str, str], later: set[str]) -> _Stanza:
    licence = fields.get("License", "unknown").splitlines()[0].strip()
    if licence in later and not licence.endswith("+"):
        licence += "+"
    authors = "; ".join(part for part in fields.get("Copyright", "").split("\n") if part)
    patterns = tuple(re.split(r"[\s,]+", fields["Files"].strip()))
    return _Stanza(patterns, Notice(licence, authors or "unknown"))


def _covers(pattern: str, path: str) -> bool:
    """Installed paths are source paths below another root, so patterns match at any depth.

    The first folder of a pattern (``etc/samples/x.flac``) may be gone as well.
    """
    shorter = pattern.partition("/")[2]
    return (
        pattern == "*"
        or fnmatchcase(f"/{path}", f"*/{pattern}")
        or ("/" in shorter and fnmatchcase(f"/{path}", f"*/{shorter}"))
    )
