"""What a session tells whoever shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addon import messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addon.messages import Clip, PanelMessage, Settings, Take
    from engine.cues import CueSheet


class Listener:
    """Listens and does nothing; override what is of interest. Called from ``Session.pump``."""

    def on_host(self, name: str) -> None:
        """The editor said who it is ("Blender 5.0.1")."""

    def on_show(self) -> None:
        """The editor's user wants to see the panel."""

    def on_clips(self, clips: Sequence[Clip]) -> None:
        """These clips are selected now."""

    def on_job(self, job: str, clips: Sequence[Clip], settings: Settings) -> None:
        """A job begins, whether it was asked for here or in the editor."""

    def on_progress(
        self, job: str, stage: str, fraction: float, seconds_left: float | None
    ) -> None:
        """A job is this far, 0 to 1 over all its clips."""

    def on_take(self, job: str, clip: str, take: Take) -> None:
        """A take is finished, and on its way to the editor."""

    def on_placed(self, clip: str, number: int, where: str) -> None:
        """A take lies on the timeline ("channel 3")."""

    def on_done(self, job: str, warnings: Sequence[str]) -> None:
        """A job is finished."""

    def on_cancelled(self, job: str) -> None:
        """A job was cancelled; its finished takes stay."""

    def on_failed(self, about: str | None, what: str, remedy: str) -> None:
        """A job, a look or a clip (``about``), or something without a name, failed."""

    def on_looked(self, clip: str, sheet: CueSheet, warnings: Sequence[str]) -> None:
        """A clip's cues are read."""

    def on_suggested(self, clip: str, prompt: str, mood: str, labels: Sequence[str]) -> None:
        """What a clip shows, a prompt for it, and one for its score."""

    def on_packs(self, packs: Sequence[Mapping[str, Any]]) -> None:
        """The packs there are, as ``engine.protocol.Done`` describes them."""


def relay(message: PanelMessage, listener: Listener) -> None:
    """Tell a listener what the editor is told."""
    match message:
        case messages.Progress(job, stage, fraction, seconds_left):
            listener.on_progress(job, stage, fraction, seconds_left)
        case messages.Place(job, clip, take):
            listener.on_take(job, clip, take)
        case messages.Done(job, warnings):
            listener.on_done(job, warnings)
        case messages.Cancelled(job):
            listener.on_cancelled(job)
        case messages.Failed(job, _, what, remedy):
            listener.on_failed(job, what, remedy)
        case _:
            pass  # the rest is the editor's business
