"""The panel's state, and what the user can do to it; widgets only show it and ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QFile, QObject, pyqtSignal
from PyQt6.QtGui import QUndoGroup, QUndoStack

from addon.messages import Cue
from addon.panel.model.cue_editing import CueEdit
from addon.panel.model.job_state import JobState, Problem
from engine.errors import LumiphoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from addon.messages import Clip, Settings
    from addon.panel.model.clip_state import ClipState, TakeState
    from addon.panel.model.memory import Memory
    from addon.panel.session import Session
    from engine.cues import CueEvent, CueSheet

_USUAL_KINDS = ("impact", "footstep", "splash")


class ViewModel(QObject):
    """Clips, their cues and takes, the wish, the running job and the last problem.

    Args:
        session: What speaks to engine and host.
        memory: What was remembered; changed and saved here.

    Attributes:
        clips_changed: Other clips are selected.
        current_changed: Another clip is shown.
        cues_changed: The cue sheet of the shown clip is another, or is edited.
        notes_changed: Suggestion or warnings of the shown clip changed.
        takes_changed: Takes of the shown clip came or went.
        take_changed: A star or a place of one take changed; carries the TakeState.
        job_changed: Jobs began, went on or ended.
        problem_changed: There is another problem, or none.
        packs_changed: The packs are known, or another one is chosen.
        draft_changed: The wish was changed by something other than its own widgets.
        host_changed: The editor said who it is.
        level_changed: Takes are to be heard louder or softer.
        show_wanted: The editor's user wants to see the window.
    """

    clips_changed = pyqtSignal()
    current_changed = pyqtSignal()
    cues_changed = pyqtSignal()
    notes_changed = pyqtSignal()
    takes_changed = pyqtSignal()
    take_changed = pyqtSignal(object)
    job_changed = pyqtSignal()
    problem_changed = pyqtSignal()
    packs_changed = pyqtSignal()
    draft_changed = pyqtSignal()
    host_changed = pyqtSignal()
    level_changed = pyqtSignal()
    show_wanted = pyqtSignal()

    def __init__(self, session: Session, memory: Memory) -> None:
        super().__init__()
        self._session = session
        self.memory = memory
        self.draft = memory.draft
        self.clips: list[ClipState] = []
        self.current: ClipState | None = None
        self.jobs: dict[str, JobState] = {}
        self.problem: Problem | None = None
        self.packs: tuple[Mapping[str, Any], ...] = ()
        self.host = ""
        self.undo = QUndoGroup(self)
        self._stacks: dict[str, QUndoStack] = {}

    # -------------------------------------------------------------- what the user does

    @property
    def has_host(self) -> bool:
        """Whether there is an editor to place takes in."""
        return self._session.has_host

    def refresh(self) -> None:
        """Ask for the selected clips as they are now, and for the packs."""
        self._session.refresh_clips()
        self._session.refresh_packs()

    def select(self, index: int, *, anew: bool = False) -> None:
        """Show one of the clips (none if there is none), and look at it if nobody did yet."""
        state = self.clips[index] if 0 <= index < len(self.clips) else None
        if state is self.current and not anew:
            return
        self.current = state
        self.undo.setActiveStack(self.stack(state) if state else None)
        if state is not None:
            self.look(state)
        self.current_changed.emit()
        self.cues_changed.emit()
        self.notes_changed.emit()
        self.takes_changed.emit()

    def look(self, state: ClipState) -> None:
        """Have the engine read the clip's cues and suggest a prompt, if that is not known yet."""
        if state.looking is None and state.seen is None and not state.unseen:
            state.looking = self._session.look(state.clip, self.draft.pack, self.draft.device)

    def edit_cues(self, events: tuple[CueEvent, ...], what: str) -> None:
        """Change the events of the shown clip; can be undone."""
        state = self.current
        if state is not None and state.cues is not None and events != state.cues.events:
            command = CueEdit(state.cues, events, what, self._applier(state))
            self.stack(state).push(command)

    def reset_cues(self) -> None:
        """Go back to what the pictures gave; can be undone."""
        if self.current is not None and self.current.seen is not None:
            self.edit_cues(self.current.seen.events, "go back to the pictures' cues")

    def send_markers(self) -> None:
        """Write the shown clip's cues as markers into the editor."""
        state = self.current
        if state is not None and state.cues is not None:
            cues = [Cue(event.seconds, event.strength, event.kind) for event in state.cues.events]
            self._session.place_markers(state.clip, cues)

    def generate(self, *, everything: bool = False) -> None:
        """Make takes for the shown clip, or for all selected ones."""
        states = self.clips if everything else [self.current] if self.current else []
        if not states:
            self.report("No clip is selected", self._how_to_select())
            return
        self.memory.remember(self.draft.prompt, self.draft.negative)
        self.save()
        self.report(None)
        clips = [self._with_cues(state) for state in states]
        job = self._session.generate(clips, self._settings(states))
        self.jobs.setdefault(job, JobState(job))
        self.job_changed.emit()

    def cancel(self) -> None:
        """Stop the job that is running; finished takes stay."""
        if self.jobs:
            self._session.cancel(next(iter(self.jobs)))

    def star(self, take: TakeState) -> None:
        """Mark a take as good, or no longer."""
        take.starred = not take.starred
        self.memory.star(take.wav, on=take.starred)
        self.save()
        self.take_changed.emit(take)

    def place(self, take: TakeState) -> None:
        """Put a take of the shown clip on the editor's timeline, as the one that sounds."""
        if self.current is not None:
            self._session.place(self.current.clip, take.take, self.level, apart=self.draft.apart)

    def delete(self, take: TakeState) -> None:
        """Move a take's files to the system's trash; one on the timeline only leaves the panel."""
        state = self.current
        if state is None or take not in state.takes:
            return
        if take.placed:
            self.report(
                f"Take {take.number} may lie on the timeline: its files stay",
                "Remove its strip in the editor first to delete them, too",
                "info",
            )
        elif not all(_trash(name) for name in take.files):
            self.report(
                f"{take.wav} cannot be moved to the trash", "Delete it in your file manager"
            )
            return
        state.takes.remove(take)
        self.takes_changed.emit()

    def use_suggestion(self) -> None:
        """Take what the pictures suggest as the prompt."""
        if self.current is not None and self.current.suggested:
            self.set_prompt(self.current.suggested)

    def set_prompt(self, prompt: str) -> None:
        """Put words into the prompt."""
        self.draft.prompt = prompt
        self.draft_changed.emit()

    def choose_pack(self, pack: str | None) -> None:
        """Use another pack."""
        self.draft.pack = pack
        self.draft.guidance = None  # the other pack's number means something else
        self.packs_changed.emit()

    def report(self, what: str | None, remedy: str = "", severity: str = "error") -> None:
        """Show a problem, or (None) no longer any."""
        self.problem = Problem(what, remedy, severity) if what else None
        self.problem_changed.emit()

    def save(self) -> None:
        """Write what is to be remembered; a failure is shown and nothing else."""
        try:
            self.memory.save()
        except (OSError, LumiphoneError) as error:
            self.report(f"The panel cannot save its settings ({error})", "Check your disk")

    @property
    def pack(self) -> Mapping[str, Any] | None:
        """What is known of the chosen pack."""
        usable = [pack for pack in self.packs if not pack.get("fault")]
        chosen = [pack for pack in usable if pack["id"] == self.draft.pack]
        default = [pack for pack in usable if pack["id"] == self._session.default_pack]
        return next(iter(chosen + default + usable), None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of event that the shown clip has or could have."""
        state = self.current
        seen = [event.kind for sheet in ((state.seen, state.cues) if state else ())
                if sheet for event in sheet.events]  # fmt: skip
        return tuple(dict.fromkeys((*_USUAL_KINDS, *seen)))

    @property
    def level(self) -> float:
        """At how many dB takes are heard."""
        return self.draft.volume

    # -------------------------------------------------------------- for the inbox

    def show_clips(self, states: list[ClipState]) -> None:
        """Show these clips, and of them the one that was shown before."""
        shown = self.current.clip.id if self.current else None
        self.clips = states
        self.current = None
        for state in states:
            self.stack(state)
        self.clips_changed.emit()
        ids = [state.clip.id for state in states]
        self.select(ids.index(shown) if shown in ids else 0, anew=True)

    def stack(self, state: ClipState) -> QUndoStack:
        """Return the edits of a clip's cues."""
        if state.clip.id not in self._stacks:
            self._stacks[state.clip.id] = QUndoStack(self)
            self.undo.addStack(self._stacks[state.clip.id])
        return self._stacks[state.clip.id]

    def find(self, clip: str) -> ClipState | None:
        """Return what is known of a selected clip."""
        return next((state for state in self.clips if state.clip.id == clip), None)

    def end_job(self, job: str) -> None:
        """Forget a job that is over."""
        if self.jobs.pop(job, None) is not None:
            self.job_changed.emit()

    # -------------------------------------------------------------- inside

    def _applier(self, state: ClipState) -> Callable[[CueSheet], None]:
        def apply(sheet: CueSheet) -> None:
            state.cues = sheet
            if state is self.current:
                self.cues_changed.emit()

        return apply

    def _with_cues(self, state: ClipState) -> Clip:
        """The clip, with its cue sheet where the user has a say in it."""
        if state.cues is None or not state.edited:
            return replace(state.clip, cues=None)
        return replace(state.clip, cues=state.cues.to_json())

    def _settings(self, states: Sequence[ClipState]) -> Settings:
        settings = self.draft.settings(self.pack["stems"] if self.pack else self.draft.stems)
        return replace(settings, cues_from_markers=any(state.edited for state in states))

    def _how_to_select(self) -> str:
        if self.has_host:
            return "Select strips in the editor, then press Refresh (F5)"
        return "Start with: lumiphone panel FOLDER"


def _trash(name: str) -> bool:
    """Move a file to the trash; one that is gone is no failure."""
    return not QFile.exists(name) or QFile.moveToTrash(name)[0]
