"""The tables on words: binding, refusal, realism, variety, buzz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.training.evaluation.binding import TOP, mean_recognition
from engine.training.evaluation.markdown import header, percent, row
from engine.training.evaluation.refusal import AUDIBLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.training.evaluation.binding import PromptBinding, Recognition
    from engine.training.evaluation.parts import PromptFigures
    from engine.training.evaluation.pictured import PicturedFigures, PicturedRow
    from engine.training.evaluation.realism import Realism
    from engine.training.evaluation.refusal import RefusalFigures

_COLUMNS = (
    "takes",
    "the best of drafts",
    "without prompt",
    "other prompts",
    "recordings",
    "the same through autoencoder",
    "recordings trained on",
)


def binding_table(rows: Sequence[PromptBinding]) -> Iterator[str]:
    """Yield how prompts are heard."""
    yield f"## Prompts bind: class within YAMNet's top {TOP}, mean score"
    yield ""
    yield from header("prompt", *_COLUMNS, "heard first")
    for each in rows:
        name = each.words if each.held_out else f"{each.words} *"
        yield row(name, *(_cells(part) for part in _columns(each)), ", ".join(each.heard[:2]))
    for title, chosen in (
        ("all", rows),
        ("those whose recordings are recognised", [each for each in rows if each.recognisable]),
    ):
        if chosen:
            columns = zip(*(_columns(each) for each in chosen), strict=True)
            cells = (_cells(mean_recognition(column)) for column in columns)
            yield row(f"mean of {title} ({len(chosen)})", *cells, "")
    higher = sum(each.takes.score > each.unprompted.score for each in rows)
    yield ""
    yield f"The prompted class scores higher than without the prompt for {higher} of {len(rows)}."
    yield "\\* the bank holds out no recordings of it: all of them were trained on."


def _cells(recognition: Recognition | None) -> str:
    if recognition is None:
        return "-"
    return f"{percent(recognition.top)}, {recognition.score:.2f}"


def _columns(binding: PromptBinding) -> tuple[Recognition | None, ...]:
    real = (binding.recordings, binding.reconstructions, binding.familiar)
    made = (binding.takes, binding.judged, binding.unprompted, binding.others)
    return (*made, *real)


def refusal_table(figures: RefusalFigures) -> Iterator[str]:
    """Yield the trials of negative prompts."""
    trials = figures.trials
    yield "## Negative prompts refuse: mean score of the refused class"
    yield ""
    yield from header(
        "wanted",
        "refused",
        "before",
        "after",
        "something else refused",
        "wanted before",
        "after",
        "recordings of both, through autoencoder",
        "of the wanted alone",
    )
    for each in sorted(trials, key=lambda trial: -trial.refused_before):
        scores = (
            each.refused_before,
            each.refused_after,
            each.otherwise,
            each.wanted_before,
            each.wanted_after,
            each.mixed,
            each.unmixed,
        )
        yield row(each.wanted, each.refused, *(f"{score:.2f}" for score in scores))
    yield ""
    yield (
        f"Of {len(trials) + figures.unheard} trials, the refused class was heard before (score at"
        f" least {AUDIBLE}) in {len(trials)}, of {figures.categories} categories. Of those it falls"
        f" in {sum(each.fell for each in trials)}, by"
        f" {percent(fall(figures, otherwise=False))} on average; with something else refused it"
        f" falls in {sum(each.fell_otherwise for each in trials)}, by"
        f" {percent(fall(figures, otherwise=True))}."
    )


def fall(figures: RefusalFigures, *, otherwise: bool) -> float:
    """Return by what share the refused classes' scores fall, all in all."""
    before = sum(trial.refused_before for trial in figures.trials)
    after = sum(trial.otherwise if otherwise else trial.refused_after for trial in figures.trials)
    return 1 - after / before if before else 0.0


def pictured_table(figures: PicturedFigures) -> Iterator[str]:
    """Yield how pictures are heard."""
    yield f"## Without a word: pictures of things, class within YAMNet's top {TOP}, mean score"
    yield ""
    names = ("takes", "a person's words", "neither picture nor words", "other pictures")
    yield from header("picture", *names, "seen")
    for each in figures.rows:
        yield row(each.name.replace("_", " "), *map(_cells, _pictured(each)), each.seen)
    columns = zip(*map(_pictured, figures.rows), strict=True)
    cells = (_cells(mean_recognition(column)) for column in columns)
    yield row(f"mean of all ({len(figures.rows)})", *cells, "")
    yield ""
    yield (
        "Stills of 4 s from `samples/pictured`; as nothing moves in them, the cue sheet is made up."
    )


def _pictured(each: PicturedRow) -> tuple[Recognition, ...]:
    return (each.takes, each.told, each.blind, each.others)


def sound_tables(figures: PromptFigures) -> Iterator[str]:
    """Yield variety, realism and buzz."""
    variety = figures.variety
    yield "## Takes vary: mean distance of log-mel spectrograms"
    yield ""
    yield (
        f"same seed {variety.same_seed:.2f} dB (must be 0), other seeds {variety.seeds:.1f} dB,"
        f" other prompts {variety.prompts:.1f} dB; different recordings of one thing"
        f" {variety.recordings:.1f} dB"
    )
    yield ""
    yield from _realism(figures.realism)
    yield ""
    yield "## Vocoder buzz: autocorrelation at a lag of one latent, of sounds that go on"
    yield ""
    if figures.buzz is None:
        yield "Not measured: no such prompt."
        return
    yield (
        f"takes {figures.buzz.takes:.2f}, recordings {figures.buzz.recordings:.2f}, the same"
        f" through the autoencoder {figures.buzz.reconstructions:.2f} (near 1 is a hum at the"
        " latent rate)"
    )


def _realism(realism: Realism | None) -> Iterator[str]:
    yield "## Sounds real: Frechet distance of YAMNet embeddings to held-out recordings"
    yield ""
    if realism is None:
        yield "Not measured: the bank holds out recordings of fewer than two of the prompts."
        return
    yield from header("", "distance", "ratio to the autoencoder's")
    for name, distance in (
        ("takes", realism.takes),
        ("the same recordings through the autoencoder", realism.reconstructions),
        ("other recordings of the same things (trained on)", realism.familiar),
        ("takes without prompt", realism.unprompted),
        ("music (another category)", realism.music),
        ("white noise", realism.noise),
    ):
        yield row(name, f"{distance:.2f}", f"{distance / max(realism.reconstructions, 1e-9):.1f}")
    yield ""
    yield (
        f"{realism.prompts} prompts; {realism.embeddings} embeddings of 1,024 dimensions of the"
        " recordings, patches under -60 dBFS RMS left out: so few make every distance too large;"
        " compare them with each other only."
    )
