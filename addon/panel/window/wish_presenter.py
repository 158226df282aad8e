"""The wish, the running job, and what is wrong: between the model and the window's left side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

if TYPE_CHECKING:
    from addon.panel.model.view_model import ViewModel
    from addon.panel.window.main_window import MainWindow


class WishPresenter(QObject):
    """Shows the draft and the job, and carries the user's changes into the draft."""

    def __init__(self, model: ViewModel, window: MainWindow) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._wish = window.wish
        self._connect_model()
        self._connect_widgets()
        self._wish.show_draft(model.draft)
        self._wish.show_memory(model.memory)
        for show in (self._show_packs, self._show_job, self._show_notes, self._show_host):
            show()

    def _connect_model(self) -> None:
        model = self._model
        model.draft_changed.connect(lambda: self._wish.show_draft(model.draft))
        model.packs_changed.connect(self._show_packs)
        model.job_changed.connect(self._show_job)
        model.clips_changed.connect(self._show_wish)
        model.current_changed.connect(self._show_wish)
        model.notes_changed.connect(self._show_notes)
        model.problem_changed.connect(self._show_problem)
        model.host_changed.connect(self._show_host)

    def _connect_widgets(self) -> None:
        wish, model = self._wish, self._model
        wish.suggestion.clicked.connect(model.use_suggestion)
        wish.numbers_changed.connect(self._show_wish)
        wish.prompt.changed.connect(self._show_mood)
        wish.prompt.preset_kept.connect(self._keep_preset)
        wish.prompt.preset_dropped.connect(self._drop_preset)
        wish.stems.chosen.connect(self._choose_stems)
        wish.stems.level_changed.connect(self._set_level)
        wish.stems.volume_changed.connect(self._set_volume)
        wish.stems.apart_changed.connect(self._set_apart)
        wish.words.changed.connect(self._set_words)
        wish.pack.pack_chosen.connect(model.choose_pack)
        wish.pack.device_chosen.connect(self._choose_device)
        wish.job.generate_wanted.connect(self._generate)
        wish.job.all_wanted.connect(self._generate_all)
        wish.job.cancel_wanted.connect(model.cancel)
        self._window.problem.dismissed.connect(lambda: model.report(None))
        self._window.notes.dismissed.connect(self._window.notes.hide)

    def _generate(self) -> None:
        self._model.generate()
        self._wish.show_memory(self._model.memory)

    def _generate_all(self) -> None:
        self._model.generate(everything=True)
        self._wish.show_memory(self._model.memory)

    def _keep_preset(self, words: str) -> None:
        presets = self._model.memory.presets
        if words and words not in presets:
            presets.insert(0, words)
            self._remember()

    def _drop_preset(self, words: str) -> None:
        self._model.memory.presets.remove(words)
        self._remember()

    def _remember(self) -> None:
        self._model.save()
        self._wish.show_memory(self._model.memory)

    def _choose_stems(self, stems: list[str]) -> None:
        self._model.draft.stems = stems
        self._show_words()

    def _set_level(self, stem: str, decibels: float) -> None:
        self._model.draft.levels[stem] = decibels

    def _set_volume(self, decibels: float) -> None:
        self._model.draft.volume = decibels
        self._model.level_changed.emit()

    def _set_apart(self, apart: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._model.draft.apart = apart

    def _set_words(self, stem: str, prompt: str, negative: str) -> None:
        draft = self._model.draft
        draft.prompts[stem], draft.negatives[stem] = prompt, negative

    def _show_words(self) -> None:
        draft = self._model.draft
        self._wish.words.show_words(draft.stems, draft.prompts, draft.negatives)

    def _choose_device(self, device: str) -> None:
        self._model.draft.device = device

    def _show_packs(self) -> None:
        model, pack = self._model, self._model.pack
        self._wish.pack.show_packs(model.packs, pack, model.draft.device)
        title = str(pack["title"]) if pack else "This model"
        offered = tuple(pack["stems"]) if pack else None
        if pack and offered and not set(model.draft.stems) & set(offered):
            model.draft.stems = list(pack.get("usual_stems") or offered[:1])
        levels = dict(pack.get("levels") or {}) if pack else {}
        levels |= model.draft.levels
        self._wish.stems.show_stems(offered, model.draft.stems, levels, title)
        self._wish.stems.show_placing(
            model.draft.volume, apart=model.draft.apart, can_place=model.has_host
        )
        self._show_words()
        if pack is not None:
            guidance = pack["guidance"]
            usual = guidance.get("text", next(iter(guidance.values()), None))
            self._wish.show_usual_guidance(usual)

    def _show_wish(self) -> None:
        self._wish.job.show_wish(self._model.draft.takes, len(self._model.clips))

    def _show_job(self) -> None:
        jobs = list(self._model.jobs.values())
        self._wish.job.show_job(jobs[0] if jobs else None, max(len(jobs) - 1, 0))
        self._show_wish()

    def _show_notes(self) -> None:
        state = self._model.current
        self._wish.suggestion.setVisible(state is not None)
        if state is None:
            self._wish.show_suggestion("", (), looking=False)
            self._window.notes.hide()
            return
        self._show_mood()
        looking = state.looking is not None
        self._wish.show_suggestion(state.suggested, state.labels, looking=looking)
        if state.warnings:
            self._window.notes.show_message(" ".join(state.warnings), "", "warning")
        else:
            self._window.notes.hide()

    def _show_mood(self) -> None:
        state = self._model.current
        said = self._wish.prompt.words().strip()
        self._wish.words.show_mood("" if said or state is None else state.mood)

    def _show_problem(self) -> None:
        problem = self._model.problem
        if problem is None:
            self._window.problem.hide()
        else:
            self._window.problem.show_message(problem.what, problem.remedy, problem.severity)

    def _show_host(self) -> None:
        if self._model.host:
            self._window.status.setText(f"Connected to {self._model.host}")
        else:
            self._window.status.setText("" if self._model.has_host else "On its own: no editor")
