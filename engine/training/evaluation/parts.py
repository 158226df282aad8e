"""The parts of an evaluation: each can be run alone, and is kept until something in it changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from engine.codec import FieldError, decode
from engine.media.staging import staged
from engine.packs.manifest import MANIFEST_NAME
from engine.packs.verify import measure
from engine.training.evaluation.binding import PromptBinding, measure_binding
from engine.training.evaluation.buzz import Buzz, measure_buzz
from engine.training.evaluation.collection import collect
from engine.training.evaluation.end_to_end import SceneFigures, measure_scenes
from engine.training.evaluation.following import CueFigures, measure_following
from engine.training.evaluation.pictured import PicturedFigures, measure_pictured
from engine.training.evaluation.realism import Realism, measure_realism
from engine.training.evaluation.refusal import RefusalFigures, measure_refusals
from engine.training.evaluation.settings import SettingFigures, measure_settings
from engine.training.evaluation.stems import StemFigures, measure_stems
from engine.training.evaluation.subject import TakeFacts
from engine.training.evaluation.variety import Variety, measure_variety

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from engine.packs.registry import Pack
    from engine.training.evaluation.bench import Bench


@dataclass(frozen=True, slots=True)
class PromptFigures:
    """What takes and recordings of the prompts tell.

    Attributes:
        binding: Per prompt.
        variety: Distances between takes.
        realism: Frechet distances; None if the bank holds out too little.
        buzz: Repetition at the latent rate; None without prompts that go on by themselves.
    """

    binding: tuple[PromptBinding, ...]
    variety: Variety
    realism: Realism | None
    buzz: Buzz | None


Figures = (
    SceneFigures
    | CueFigures
    | PromptFigures
    | RefusalFigures
    | PicturedFigures
    | SettingFigures
    | StemFigures
)


def _measure_prompts(bench: Bench) -> PromptFigures:
    collection = collect(bench)
    return PromptFigures(
        measure_binding(collection),
        measure_variety(bench, collection),
        measure_realism(bench, collection),
        measure_buzz(collection, bench.subject.pack.manifest.audio.hop),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    Attributes:
        kind: What its figures are.
        measure: Makes them.
        plan: Fields of the plan that they depend on.
        sees: Whether pictures are looked at for it.
    """

    kind: type[Figures]
    measure: Callable[[Bench], Figures]
    plan: tuple[str, ...]
    sees: bool = False


# In this order, so that the first take of all is one of the usual length: it is what "cold" costs.
PARTS: dict[str, Part] = {
    "prompts": Part(PromptFigures, _measure_prompts, ("prompts", "takes")),
    "refusals": Part(RefusalFigures, measure_refusals, ("pairs", "takes")),
    "cues": Part(CueFigures, measure_following, ("sheets", "prompts")),
    "scenes": Part(SceneFigures, measure_scenes, ("clips", "takes", "prompts"), sees=True),
    "pictured": Part(PicturedFigures, measure_pictured, ("subjects", "takes"), sees=True),
    "settings": Part(SettingFigures, measure_settings, ("cases", "prompts")),
    "stems": Part(StemFigures, measure_stems, ("score", "prompts")),
}


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part that was measured.

    Attributes:
        figures: The result.
        facts: Of all takes that were made for it, in order.
    """

    figures: Figures
    facts: tuple[TakeFacts, ...]


def measure_parts(
    bench: Bench, names: Collection[str], work: Path | None = None
) -> dict[str, PartRecord]:
    """Return the named parts, measured now or, where nothing has changed, read back.

    Args:
        bench: The instruments.
        names: Of :data:`PARTS`.
        work: Folder in which every part is kept when it is done; None: nothing is kept.

    Raises:
        LumiphoneError: A graph failed, the bank lacks recordings, or the folder cannot be used.
    """
    records = {}
    for name in (name for name in PARTS if name in names):
        kept = work / f"{name}.json" if work else None
        record = _read(kept, name, _identity(bench, name)) if kept else None
        if record is None:
            record = _measured(bench, name)
            if kept:
                _write(kept, record, _identity(bench, name))
        bench.progress(name, 1)
        records[name] = record
    return records


def _measured(bench: Bench, name: str) -> PartRecord:
    before = len(bench.subject.facts)
    figures = PARTS[name].measure(bench)
    return PartRecord(figures, tuple(bench.subject.facts[before:]))


def _identity(bench: Bench, name: str) -> str:
    """What a kept part must have been made with: this pack, these files, this much.

    Takes of words and given cue sheets do not change with the graphs that look at pictures.
    """
    fields = PARTS[name].plan
    plan = {field: value for field, value in asdict(bench.plan).items() if field in fields}
    pack = bench.subject.pack
    files = [pack.folder / MANIFEST_NAME] if PARTS[name].sees else _heard_with(pack)
    files += [clip.path for clip in bench.plan.clips if "clips" in fields]
    files += [subject.path for subject in bench.plan.subjects if "subjects" in fields]
    sums = " ".join(measure(path).sha256 for path in files)
    drawn = "" if PARTS[name].sees else json.dumps(_drawn_as(pack), default=str)
    return f"{sums} {json.dumps(plan, default=str)} {drawn}".strip()


def _heard_with(pack: Pack) -> list[Path]:
    """Return the files of a pack that turn words and cue sheets into sound."""
    manifest = pack.manifest
    stages = (manifest.scene, manifest.motion, *manifest.features.values())
    looking = {stage.graph for stage in stages if stage}
    names = {graph.file for name, graph in manifest.graphs.items() if name not in looking}
    names |= {manifest.text.tokenizer} if manifest.text else set()
    rules = (manifest.cues.lasting, manifest.cues.ringing) if manifest.cues else ()
    names |= {rule for rule in rules if rule}
    return [pack.file(name) for name in sorted(names)]


def _drawn_as(pack: Pack) -> dict[str, Any]:
    """Return what the manifest says of drawing takes of words and cue sheets."""
    manifest = pack.manifest.to_json()
    fields = ("audio", "text", "cues", "velocity", "decoder", "encoder", "judge", "sampler")
    return {field: manifest.get(field) for field in (*fields, "stems", "levels")}


def _read(path: Path, name: str, identity: str) -> PartRecord | None:
    try:
        data = json.loads(path.read_text("utf-8"))
        if data.get("made_with") != identity:
            return None
        facts = tuple(decode(TakeFacts, fact) for fact in data["facts"])
        return PartRecord(decode(PARTS[name].kind, data["figures"]), facts)
    except (OSError, ValueError, KeyError, AttributeError, FieldError):
        return None  # missing, unfinished or of an older form: it is measured anew


def _write(path: Path, record: PartRecord, identity: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data: dict[str, Any] = {"made_with": identity, **asdict(record)}
    with staged(path) as draft:
        draft.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
