"""What the panel remembers from one day to the next: prompts, presets, stars, settings."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from addon.messages import DRAFT, FINE, Settings
from engine.media.staging import staged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_LONGEST = 50  # prompts in a history
_MOST_STARS = 5_000

# Ways of asking that the base pack was trained to understand: material, action, place.
PRESETS = (
    "footsteps on gravel",
    "footsteps on a wooden floor",
    "heavy impact on metal",
    "glass breaking",
    "door closing in a large room",
    "rain on a roof",
    "wind in trees",
    "water splashing",
)
NEGATIVE_PRESETS = ("music", "voices, speech", "birds", "hum, hiss")


@dataclass(slots=True)
class Draft:
    """What the user would ask for now.

    Attributes:
        prompt: What to hear; empty for what is seen.
        negative: What not to hear.
        stems: Which kinds of sound are on.
        levels: Kind of sound to dB in the mix, where it is not the model's own.
        takes: How many.
        seed: Of the first take; None for a fresh one each time.
        effort: Steps of the sampler, as a multiple of the pack's own number.
        guidance: How strictly the prompt is followed; None for the pack's own value.
        pack: Which model; None for the default one.
        device: "auto", "cpu" or "cuda".
        prompts: Kind of sound to what to hear in it; empty for the prompt.
        negatives: Kind of sound to what not to hear in it; empty for the negative prompt.
        volume: dB at which takes are heard and placed.
        apart: Whether stems are placed each for itself, in place of their mix.
    """

    prompt: str = ""
    negative: str = ""
    stems: list[str] = field(default_factory=lambda: ["effects", "ambience"])
    levels: dict[str, float] = field(default_factory=dict)
    takes: int = 3
    seed: int | None = None
    effort: float = 1.0
    guidance: float | None = None
    pack: str | None = None
    device: str = "auto"
    prompts: dict[str, str] = field(default_factory=dict)
    negatives: dict[str, str] = field(default_factory=dict)
    volume: float = 0.0
    apart: bool = False

    def settings(self, offered: Collection[str]) -> Settings:
        """Return what is asked for of a pack that makes the ``offered`` kinds of sound."""
        stems = tuple(stem for stem in self.stems if stem in offered)

        def own(words: Mapping[str, str]) -> dict[str, str]:
            said = {stem: words.get(stem, "").strip() for stem in stems}
            return {stem: text for stem, text in said.items() if text}

        return Settings(
            prompt=self.prompt.strip(),
            negative=self.negative.strip(),
            stems=stems,
            takes=self.takes,
            seed=self.seed,
            effort=self.effort,
            guidance=self.guidance,
            pack=self.pack,
            device=self.device,
            level=self.volume,
            prompts=own(self.prompts),
            negatives=own(self.negatives),
            levels={stem: self.levels[stem] for stem in stems if stem in self.levels},
            apart=self.apart,
        )


@dataclass(slots=True)
class Memory:
    """The panel's own file; what cannot be read is forgotten, never an error.

    Attributes:
        path: The file, or None to forget everything at the end.
        prompts: What was asked for, newest first.
        negatives: What was refused, newest first.
        presets: The user's own prompts.
        starred: Files of takes with a star.
        spectrogram: Whether takes are shown as spectrograms.
        draft: The settings used last.
    """

    path: Path | None = None
    prompts: list[str] = field(default_factory=list)
    negatives: list[str] = field(default_factory=list)
    presets: list[str] = field(default_factory=list)
    starred: list[str] = field(default_factory=list)
    spectrogram: bool = False
    draft: Draft = field(default_factory=Draft)

    @classmethod
    def load(cls, path: Path) -> Memory:
        """Read the file; a missing or damaged one gives an empty memory."""
        try:
            data = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            data = {}
        memory = cls(path)
        if not isinstance(data, dict):
            return memory
        for name in ("prompts", "negatives", "presets", "starred"):
            setattr(memory, name, _texts(data.get(name)))
        memory.spectrogram = data.get("spectrogram") is True
        memory.draft = _draft(data.get("draft"))
        return memory

    def save(self) -> None:
        """Write the file, whole or not at all.

        Raises:
            OSError: It cannot be written.
        """
        if self.path is None:
            return
        data = asdict(self)
        del data["path"]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with staged(self.path) as draft:
            draft.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def remember(self, prompt: str, negative: str) -> None:
        """Put what was asked for at the top of the histories."""
        self.prompts = _with(prompt, self.prompts)
        self.negatives = _with(negative, self.negatives)

    def star(self, wav: str, *, on: bool) -> None:
        """Keep or take away a take's star."""
        others = [entry for entry in self.starred if entry != wav]
        self.starred = ([*others, wav] if on else others)[-_MOST_STARS:]


def _with(text: str, history: list[str]) -> list[str]:
    text = text.strip()
    if not text:
        return history
    return [text, *(entry for entry in history if entry != text)][:_LONGEST]


def _texts(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _draft(value: object) -> Draft:
    """A draft from what the file has, with the usual setting for whatever makes no sense."""
    usual = Draft()
    data: dict[str, Any] = value if isinstance(value, dict) else {}
    for entry in fields(Draft):
        found, default = data.get(entry.name), getattr(usual, entry.name)
        if entry.name == "levels" and isinstance(found, dict):
            if "volume" not in data:  # from when a level was not one in the mix
                continue
            usual.levels = {
                str(name): float(level)
                for name, level in found.items()
                if isinstance(level, int | float)
            }
        elif entry.name in {"prompts", "negatives"} and isinstance(found, dict):
            words = {str(name): text for name, text in found.items() if isinstance(text, str)}
            setattr(usual, entry.name, words)
        elif entry.name == "stems" and isinstance(found, list):
            usual.stems = _texts(found)
        elif _fits(entry.name, found, default):
            setattr(usual, entry.name, found)
    return usual


def _fits(name: str, found: object, default: object) -> bool:
    if name == "apart" or isinstance(found, bool):
        return name == "apart" and isinstance(found, bool)
    if name == "seed":
        return isinstance(found, int) and found >= 0
    if name == "effort":
        return found in (DRAFT, 1.0, FINE)
    if name in {"guidance", "volume"}:
        return isinstance(found, int | float)
    if name == "takes":
        return isinstance(found, int) and 1 <= found <= 16
    return isinstance(found, str) and (name == "pack" or isinstance(default, str))
