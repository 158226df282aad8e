"""What the add-on's own processes tell a user: what happened, and what to do about it."""

from __future__ import annotations

from typing import ClassVar


class AddonError(Exception):
    """Something the user must know about.

    The add-on runs inside an editor's Python, where the engine's error tree is out of reach.

    Args:
        what: What happened and to which clip, file or process, without a full stop.
        remedy: What the user can do about it, without a full stop.
    """

    code: ClassVar[str] = "addon_failed"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}."


class LinkError(AddonError):
    """The other side of the link is no Lumiphone, another version of it, or not there."""

    code = "link_failed"


class HostError(AddonError):
    """The editor cannot do what it was asked: no strip, a channel locked, a file missing."""

    code = "host_failed"
