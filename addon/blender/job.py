"""One wish of the user's: some strips, what they shall sound like, and how far that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..messages import Settings, new_id

if TYPE_CHECKING:
    from ..errors import AddonError
    from .preparation import Preparation
    from .reading import Stretch

RENDERING = "rendering pictures"


@dataclass(slots=True, eq=False)
class Job:
    """A generation.

    Attributes:
        stretches: The strips by their ids.
        settings: What was asked for.
        preparation: The strips on their way to clips; None when they are there.
        instead_of: Sound strips that make way for their strips' new takes, by the strips' ids.
        id: Its name for the panel.
        stage: What is being done.
        fraction: How much of all is done, 0 to 1.
        seconds_left: An estimate, if there is one.
        placed: Names of the sound strips that came of it.
        warnings: What the user should know about the pictures.
        ended: "" while it runs, then "done", "cancelled" or "failed".
        error: Why it failed.
    """

    stretches: dict[str, Stretch]
    settings: Settings
    preparation: Preparation | None
    instead_of: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    stage: str = "waiting"
    fraction: float = 0.0
    seconds_left: float | None = None
    placed: list[str] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    ended: str = ""
    error: AddonError | None = None

    def fail(self, error: AddonError) -> None:
        """End it with an error."""
        self.ended, self.error = "failed", error
