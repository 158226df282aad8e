"""The report as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.training.evaluation.binding import TOP, mean_recognition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.training.evaluation.binding import PromptBinding, Recognition
    from engine.training.evaluation.buzz import Buzz
    from engine.training.evaluation.following import Following
    from engine.training.evaluation.realism import Realism
    from engine.training.evaluation.refusal import RefusalTrial
    from engine.training.evaluation.report import Cost, Report, TakeLevels
    from engine.training.evaluation.variety import Variety

_COLUMNS = (
    "takes",
    "without prompt",
    "other prompts",
    "recordings",
    "the same through autoencoder",
    "recordings trained on",
)
AUDIBLE = 0.05  # a class scored lower before it was refused cannot be heard to fall


def render(report: Report) -> str:
    """Return the whole report, in lines of Markdown."""
    about = report.about
    head = (
        f"# Evaluation of {about['pack']} ({about['pack_sha256'][:12]}), {about['date']}",
        f"{about['steps']} {about['method']} steps, guidance {about['guidance']}",
        f"takes of {about['seconds']} s, heard by {about['judge']}",
    )
    parts = [
        head,
        _binding(report.binding),
        _refusals(report.refusals),
        _following(report.following),
        _variety(report.variety),
        _realism(report.realism),
        _buzz(report.buzz),
        _levels(report.levels),
        _cost(report.cost),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _header(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row("---", *["---:"] * (len(names) - 1))


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _cells(recognition: Recognition | None) -> str:
    if recognition is None:
        return "-"
    return f"{_percent(recognition.top)}, {recognition.score:.2f}"


def _binding(rows: Sequence[PromptBinding]) -> Iterator[str]:
    yield f"## Prompts bind: class within YAMNet's top {TOP}, mean score"
    yield ""
    yield from _header("prompt", *_COLUMNS, "heard first")
    for row in rows:
        name = row.words if row.held_out else f"{row.words} *"
        yield _row(name, *(_cells(each) for each in _columns(row)), ", ".join(row.heard[:2]))
    for title, chosen in (
        ("all", rows),
        ("those whose recordings are recognised", [row for row in rows if row.recognisable]),
    ):
        if chosen:
            columns = zip(*(_columns(row) for row in chosen), strict=True)
            cells = (_cells(mean_recognition(column)) for column in columns)
            yield _row(f"mean of {title} ({len(chosen)})", *cells, "")
    higher = sum(row.takes.score > row.unprompted.score for row in rows)
    yield ""
    yield f"The prompted class scores higher than without the prompt for {higher} of {len(rows)}."
    yield "\\* the bank holds out no recordings of it: all of them were trained on."


def _columns(row: PromptBinding) -> tuple[Recognition | None, ...]:
    real = (row.recordings, row.reconstructions, row.familiar)
    return (row.takes, row.unprompted, row.others, *real)


def _refusals(trials: Sequence[RefusalTrial]) -> Iterator[str]:
    yield "## Negative prompts refuse (chance: half of the trials)"
    yield ""
    yield from _header("wanted", "refused", "refused before", "after", "wanted before", "after")
    for trial in trials:
        scores = (
            trial.refused_before,
            trial.refused_after,
            trial.wanted_before,
            trial.wanted_after,
        )
        yield _row(trial.wanted, trial.refused, *(f"{score:.3f}" for score in scores))
    yield ""
    audible = [trial for trial in trials if trial.refused_before >= AUDIBLE]
    yield (
        f"The refused class's score falls in {sum(t.fell for t in trials)} of {len(trials)} trials;"
        f" of those in which it was heard before (score at least {AUDIBLE}), in"
        f" {sum(t.fell for t in audible)} of {len(audible)}."
    )


def _following(rows: Sequence[Following]) -> Iterator[str]:
    yield "## Sound follows cues: onset F1 against random sheets (in brackets: shuffled sheets)"
    yield ""
    names = ("F1 at 50 ms", "F1 at 100 ms", "precision", "recall", "mean offset", "energy")
    yield from _header("", *names)
    for row in rows:
        offset = "-"
        if row.offset_ms is not None and row.spread_ms is not None:
            offset = f"{row.offset_ms:+.0f} ms (absolute {row.spread_ms:.0f})"
        yield _row(
            row.source,
            f"{row.f1_strict:.2f} ({row.chance_strict:.2f})",
            f"{row.f1_lenient:.2f} ({row.chance_lenient:.2f})",
            f"{row.precision:.2f}",
            f"{row.recall:.2f}",
            offset,
            f"{row.energy:.2f} ({row.chance_energy:.2f})",
        )


def _variety(variety: Variety) -> Iterator[str]:
    yield "## Takes vary: mean distance of log-mel spectrograms"
    yield ""
    yield (
        f"same seed {variety.same_seed:.2f} dB (must be 0), other seeds {variety.seeds:.1f} dB,"
        f" other prompts {variety.prompts:.1f} dB; different recordings of one thing"
        f" {variety.recordings:.1f} dB"
    )


def _realism(realism: Realism | None) -> Iterator[str]:
    yield "## Sounds real: Frechet distance of YAMNet embeddings to held-out recordings"
    yield ""
    if realism is None:
        yield "Not measured: the bank holds out recordings of fewer than two of the prompts."
        return
    yield from _header("", "distance", "ratio to the autoencoder's")
    for name, distance in (
        ("takes", realism.takes),
        ("the same recordings through the autoencoder", realism.reconstructions),
        ("other recordings of the same things (trained on)", realism.familiar),
        ("takes without prompt", realism.unprompted),
        ("music (another category)", realism.music),
        ("white noise", realism.noise),
    ):
        yield _row(name, f"{distance:.2f}", f"{distance / max(realism.reconstructions, 1e-9):.1f}")
    yield ""
    yield (
        f"{realism.prompts} prompts, {realism.embeddings} embeddings of 1,024 dimensions in each"
        " set: so few make every distance too large; compare them with each other only."
    )


def _buzz(buzz: Buzz | None) -> Iterator[str]:
    yield "## Vocoder buzz: autocorrelation at a lag of one latent, of sounds that go on"
    yield ""
    if buzz is None:
        yield "Not measured: no such prompt."
        return
    yield (
        f"takes {buzz.takes:.2f}, recordings {buzz.recordings:.2f}, the same through the"
        f" autoencoder {buzz.reconstructions:.2f} (near 1 is a hum at the latent rate)"
    )


def _levels(levels: TakeLevels) -> Iterator[str]:
    yield f"## Levels of {levels.takes} takes"
    yield ""
    yield (
        f"highest true peak {levels.highest_peak_db:.1f} dBTP, median RMS"
        f" {levels.median_rms_db:.1f} dBFS, largest DC {levels.largest_offset:.1e}, clipped takes"
        f" {levels.clipped_takes}, silence {_percent(levels.mean_silence)}, silent takes"
        f" {levels.silent_takes}"
    )


def _cost(cost: Cost) -> Iterator[str]:
    yield "## Cost of a take"
    yield ""
    yield (
        f"cold {cost.cold_seconds:.1f} s, warm {cost.warm_seconds:.1f} s (median), on"
        f" {cost.device}, {cost.cores} cores; peak memory {cost.peak_memory / 2**20:.0f} MiB with"
        " YAMNet and torch"
    )
