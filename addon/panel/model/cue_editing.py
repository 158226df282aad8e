"""Edits of a cue sheet that can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.cues import CueEvent, CueSheet

_MERGED = {"weigh an event", "move an event"}  # several small steps in a row count as one


class CueEdit(QUndoCommand):
    """One change of a clip's events.

    Args:
        before: The sheet before it.
        events: All events after it.
        what: What was done, as a menu would say it.
        apply: Called with the sheet that is valid from now on.
    """

    def __init__(
        self,
        before: CueSheet,
        events: tuple[CueEvent, ...],
        what: str,
        apply: Callable[[CueSheet], None],
    ) -> None:
        super().__init__(what)
        self.before = before
        self.after = replace(before, events=events)
        self._apply = apply

    def redo(self) -> None:
        """Do it, or do it again."""
        self._apply(self.after)

    def undo(self) -> None:
        """Take it back."""
        self._apply(self.before)

    def id(self) -> int:
        """Return a number that only edits of this kind share, or -1 for one of its own."""
        return hash(self.text()) % 2**31 if self.text() in _MERGED else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:  # noqa: N802 - Qt's name
        """Take in a further step of the same change to the same event."""
        if not isinstance(other, CueEdit) or not self._same_event(other):
            return False
        self.after = other.after
        return True

    def _same_event(self, other: CueEdit) -> bool:
        """Whether the later edit goes on changing the one event that this one changed."""
        mine = set(self.after.events) - set(self.before.events)
        theirs = set(other.before.events) - set(other.after.events)
        return len(mine) == 1 and mine == theirs
