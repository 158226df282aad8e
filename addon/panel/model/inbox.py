"""What the session tells, put into the view model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from addon.panel.listener import Listener
from addon.panel.model.clip_state import ClipState, TakeState
from addon.panel.model.earlier_takes import earlier_takes
from addon.panel.model.job_state import JobState
from engine.cues import CueSheet
from engine.errors import CueSheetError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addon.messages import Clip, Settings, Take
    from addon.panel.model.view_model import ViewModel


class Inbox(Listener):
    """The session's listener; each word becomes a change of the model and its signal."""

    def __init__(self, model: ViewModel) -> None:
        self._model = model

    def on_host(self, name: str) -> None:
        """The editor said who it is."""
        self._model.host = name
        self._model.host_changed.emit()

    def on_show(self) -> None:
        """The editor's user wants to see the panel."""
        self._model.show_wanted.emit()

    def on_clips(self, clips: Sequence[Clip]) -> None:
        """Other clips are selected; what is known of those that stay is kept."""
        self._model.show_clips([self._state(clip, self._model.find(clip.id)) for clip in clips])

    def on_job(self, job: str, clips: Sequence[Clip], settings: Settings) -> None:  # noqa: ARG002
        """A job begins, whether it was asked for here or in the editor."""
        self._model.jobs.setdefault(job, JobState(job))
        self._model.job_changed.emit()

    def on_progress(
        self, job: str, stage: str, fraction: float, seconds_left: float | None
    ) -> None:
        """A job went on."""
        before = self._model.jobs.get(job, JobState(job))
        self._model.jobs[job] = replace(
            before, stage=stage, fraction=fraction, seconds_left=seconds_left
        )
        self._model.job_changed.emit()

    def on_take(self, job: str, clip: str, take: Take) -> None:
        """A take is finished."""
        jobs = self._model.jobs
        if job in jobs:
            jobs[job] = replace(jobs[job], takes=jobs[job].takes + 1)
        state = self._model.find(clip)
        if state is not None:
            starred = take.wav in self._model.memory.starred
            state.takes.append(TakeState(job, take, starred))
            self._tell(state, self._model.takes_changed)

    def on_placed(self, clip: str, number: int, where: str) -> None:
        """The editor put a take on its timeline."""
        state = self._model.find(clip)
        for take in state.takes if state else ():
            if take.number == number:
                take.placed = where
                self._model.take_changed.emit(take)

    def on_done(self, job: str, warnings: Sequence[str]) -> None:
        """A job is finished."""
        self._model.end_job(job)
        known = {warning for state in self._model.clips for warning in state.warnings}
        # What was said of the pictures when they were looked at stands above them already.
        fresh = [words for words in warnings if not any(words.endswith(old) for old in known)]
        if fresh:
            self._model.report(" ".join(fresh), "", "warning")

    def on_cancelled(self, job: str) -> None:
        """A job was cancelled."""
        made = self._model.jobs[job].takes if job in self._model.jobs else 0
        self._model.end_job(job)
        kept = (
            f"{made} finished take{'s' * (made != 1)} kept" if made else "Nothing was left behind"
        )
        self._model.report("Cancelled", kept, "info")

    def on_failed(self, about: str | None, what: str, remedy: str) -> None:
        """A job, the look at a clip, or something without a name failed."""
        if about is not None:
            self._model.end_job(about)
        for state in self._model.clips:
            if about is not None and about == state.looking:
                state.looking, state.unseen = None, True
                self._tell(state, self._model.notes_changed)
        self._model.report(what, remedy)

    def on_looked(self, clip: str, sheet: CueSheet, warnings: Sequence[str]) -> None:
        """A clip's cues are read; those edited meanwhile stay."""
        state = self._model.find(clip)
        if state is None:
            return
        if not state.edited:
            state.cues = sheet
        state.seen, state.warnings, state.looking = sheet, tuple(warnings), None
        self._tell(state, self._model.cues_changed, self._model.notes_changed)

    def on_suggested(self, clip: str, prompt: str, mood: str, labels: Sequence[str]) -> None:
        """What a clip shows, a prompt for it, and one for its score."""
        state = self._model.find(clip)
        if state is not None:
            state.suggested, state.mood, state.labels = prompt, mood, tuple(labels)
            self._tell(state, self._model.notes_changed)

    def on_packs(self, packs: Sequence[Mapping[str, Any]]) -> None:
        """The packs are known."""
        self._model.packs = tuple(packs)
        self._model.packs_changed.emit()
        if self._model.pack is None:
            faults = [str(pack["fault"]) for pack in packs if pack.get("fault")]
            what = faults[0] if faults else "No model pack is installed"
            self._model.report(what, "`lumiphone doctor` says how to get one")

    def _state(self, clip: Clip, known: ClipState | None) -> ClipState:
        if known is not None and replace(known.clip, cues=None) == replace(clip, cues=None):
            if known.clip.cues == clip.cues:
                return known
            state = replace(known, clip=clip)
        else:
            state = ClipState(clip, takes=known.takes if known else self._earlier(clip))
        if clip.cues is not None:
            try:
                state.cues = CueSheet.from_json(clip.cues, f"The markers of {clip.name}")
            except CueSheetError as error:
                self._model.report(error.what, error.remedy)
        self._model.stack(state).clear()
        return state

    def _earlier(self, clip: Clip) -> list[TakeState]:
        # What an editor's timeline holds of them is not known: their files are not to be deleted.
        placed = "earlier" if self._model.has_host else ""
        starred = self._model.memory.starred
        return [TakeState("", take, take.wav in starred, placed) for take in earlier_takes(clip)]

    def _tell(self, state: ClipState, *signals: Any) -> None:  # noqa: ANN401 - bound signals
        if state is self._model.current:
            for signal in signals:
                signal.emit()
