"""Takes of a clip onto the disk: WAV, video, sidecar and cue sheet, each whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.media.mux import refuse_retimed
from engine.progress import WRITING
from engine.sound_form import SoundForm
from engine.take_folder import TakeFolder, write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.media.mux import SoundCodec
    from engine.pipeline import Engine
    from engine.progress import Cancelled, Progress
    from engine.request import Request
    from engine.source import Source
    from engine.takes import Take

_CONTAINERS: dict[SoundCodec, str] = {"aac": "mp4", "pcm": "mov"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where takes go and in which forms.

    Attributes:
        root: The folder that gets one folder per clip.
        codec: Of the sound in the video; None for no video.
        container: Of the video: "mp4", "mov" or "mkv"; None for the codec's usual one. Where it
            cannot hold the pictures or the sound, another is taken.
        sound: Form, level and name of the WAV.
    """

    root: Path
    codec: SoundCodec | None = "aac"
    container: str | None = None
    sound: SoundForm = field(default_factory=SoundForm)

    def deliver(
        self,
        engine: Engine,
        source: Source,
        request: Request,
        progress: Progress,
        cancelled: Cancelled,
        *,
        on_take: Callable[[dict[str, Any]], None] = lambda _take: None,
    ) -> dict[str, Any]:
        """Generate all takes of one clip, write each as it comes, and say what lies where.

        Args:
            engine: Makes them.
            source: The clip.
            request: What to hear.
            progress: Told the stage and how much of it is done, 0 to 1.
            cancelled: Asked between steps whether to stop.
            on_take: Told of each take as soon as it is written, in the form below.

        Returns:
            {"clip", "takes": [{"number", "seed", "wav", "stems": {stem: its WAV, if there are
            several}, "video", "sidecar", "samples", "sample_rate", "sync" if it was judged}],
            "cues", "suggested_prompt", "mood", "warnings"}; paths as text.

        Raises:
            LumiphoneError: Whatever went wrong; takes that were finished stay, all else is removed.
        """
        if self.codec:
            refuse_retimed(source.span)
        with TakeFolder.of_clip(self.root, source.origin, source.name) as folder:
            takes: list[dict[str, Any]] = []
            levels: list[str] = []
            for take in engine.takes(source, request, progress, cancelled):
                with engine.stopwatch.stage("write"):
                    entry, warnings = self._write(take, folder, progress, cancelled)
                    takes.append(entry)
                    levels += [text for text in warnings if text not in levels]
                    observation = take.observation
                    cues = folder.place_cues(observation.cues)  # where the take's sidecar says
                on_take(takes[-1])
            return {
                "clip": str(source.clip.path),
                "takes": takes,
                "cues": str(cues),
                "suggested_prompt": observation.scene.prompt,
                "mood": observation.mood,
                "warnings": [*observation.warnings, *levels],
            }

    def _write(
        self, take: Take, folder: TakeFolder, progress: Progress, cancelled: Cancelled
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Write a take's files; return its entry, and what should be known of its level."""
        progress(WRITING, 0.0)
        with folder.slot() as slot:
            wav, stems, facts, warnings = self.sound.write(take, slot)
            sidecar, video = slot.path(".json"), None
            if self.codec:
                draft = slot.path(f".{self.container or _CONTAINERS[self.codec]}")
                video = take.save_video(wav, draft, self.codec, cancelled, facts)
            cues = folder.place_cues(take.observation.cues)
            files = {"wav": wav.name, "video": video.name if video else None}
            write_json(sidecar, facts | files | {"cue_sheet": cues.name})
        progress(WRITING, 1.0)
        entry = {
            "number": slot.number,
            "seed": take.seed,
            "wav": str(folder.path / wav.name),
            "stems": {stem: str(folder.path / path.name) for stem, path in stems.items()},
            "video": str(folder.path / video.name) if video else None,
            "sidecar": str(folder.path / sidecar.name),
            "samples": take.samples.shape[1],
            "sample_rate": take.sample_rate,
        }
        if take.sync is not None:
            entry["sync"] = round(take.sync, 3)
        return entry, warnings
