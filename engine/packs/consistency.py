"""Whether the parts of a manifest fit each other: every name leads somewhere, every sum adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.codec import FieldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.packs.manifest import Manifest

_TOLERANCE = 1e-6


def check(manifest: Manifest) -> None:
    """Check all references and sums of ``manifest``.

    Raises:
        FieldError: The first that does not hold.
    """
    _check_files(manifest)
    _check_streams(manifest)
    _check_picture_stages(manifest)
    _check_velocity(manifest)
    _check_codec(manifest)
    _check_guidance(manifest)
    _check_stems(manifest)


def _known(names: Iterable[str], name: str | None, field: str, where: str) -> None:
    if name is not None and name not in names:
        raise FieldError(field, f"names '{name}', which is not in '{where}'")


def _check_tensors(
    manifest: Manifest,
    field: str,
    graph: str,
    inputs: dict[str, str | None],
    outputs: dict[str, str],
) -> None:
    """Check that a stage's graph exists, has these tensors, and needs no other input."""
    _known(manifest.graphs, graph, f"{field}.graph", "graphs")
    spec = manifest.graphs[graph]
    for role, name in inputs.items():
        _known(spec.inputs, name, f"{field}.{role}", f"graphs.{graph}.inputs")
    for role, name in outputs.items():
        _known(spec.outputs, name, f"{field}.{role}", f"graphs.{graph}.outputs")
    for name in spec.inputs:
        if name not in inputs.values():
            raise FieldError(
                f"graphs.{graph}.inputs", f"has '{name}', which '{field}' does not feed"
            )


def _check_files(manifest: Manifest) -> None:
    for name, graph in manifest.graphs.items():
        _known(manifest.files, graph.file, f"graphs.{name}.file", "files")
    _known(manifest.files, manifest.licence.file, "licence.file", "files")
    _known(manifest.files, manifest.data_card, "data_card", "files")
    if manifest.text:
        _known(manifest.files, manifest.text.tokenizer, "text.tokenizer", "files")
    if manifest.scene:
        _known(manifest.files, manifest.scene.labels, "scene.labels", "files")
        _known(manifest.files, manifest.scene.embeddings, "scene.embeddings", "files")
    if manifest.cues:
        _known(manifest.files, manifest.cues.lasting, "cues.lasting", "files")
        _known(manifest.files, manifest.cues.ringing, "cues.ringing", "files")


def _check_streams(manifest: Manifest) -> None:
    features = {f"features.{name}": stage for name, stage in manifest.features.items()}
    stages = {"scene": manifest.scene, "motion": manifest.motion, **features}
    for field, stage in stages.items():
        if stage:
            _known(manifest.pictures, stage.pictures, f"{field}.pictures", "pictures")
    if manifest.motion and manifest.pictures[manifest.motion.pictures].colour != "grey":
        raise FieldError("motion.pictures", "names a stream that is not grey")
    for name in manifest.features:
        if name in {"text", "cues"}:
            raise FieldError(f"features.{name}", "bears a name that means something else")


def _check_picture_stages(manifest: Manifest) -> None:
    cues = manifest.cues
    rules = {"cues.lasting": cues.lasting, "cues.ringing": cues.ringing} if cues else {}
    rule = next((field for field, file in rules.items() if file), None)
    if text := manifest.text:
        inputs = {"ids": text.ids, "mask": text.mask, "types": text.types}
        _check_tensors(manifest, "text", text.graph, inputs, {"output": text.output})
        if rule and len(manifest.graphs[text.graph].outputs[text.output].shape) != 2:
            raise FieldError(rule, "needs a 'text' that gives one vector for a prompt")
    elif rule:
        raise FieldError(rule, "needs 'text', whose words it judges")
    if scene := manifest.scene:
        _check_tensors(
            manifest, "scene", scene.graph, {"input": scene.input}, {"output": scene.output}
        )
        if manifest.text is None:
            raise FieldError("scene", "needs 'text', into whose space it leads")
    if motion := manifest.motion:
        outputs = {
            name: getattr(motion, name) for name in ("events", "strengths", "offsets", "curves")
        }
        _check_tensors(manifest, "motion", motion.graph, {"input": motion.input}, outputs)
    for name, feature in manifest.features.items():
        _check_tensors(
            manifest,
            f"features.{name}",
            feature.graph,
            {"input": feature.input},
            {"output": feature.output},
        )


def _check_velocity(manifest: Manifest) -> None:
    stage = manifest.velocity
    sources = {"text": manifest.text, "cues": manifest.cues, **manifest.features}
    for name, condition in stage.conditions.items():
        field = f"velocity.conditions.{name}"
        present = [source for source, given in sources.items() if given]
        _known(present, condition.source, f"{field}.source", "text, cues, features")
        if condition.null:
            outputs = {"output": condition.null.output}
            _check_tensors(manifest, f"{field}.null", condition.null.graph, {}, outputs)
    fed: dict[str, str | None] = {f"conditions.{name}": name for name in stage.conditions}
    if stage.prepare:
        _check_tensors(manifest, "velocity", stage.prepare, fed, {})
        prepared = manifest.graphs[stage.prepare].outputs
        fed = {f"prepare.{name}": name for name in prepared}
    code = stage.stem.input if stage.stem else None
    inputs = {"latent": stage.latent, "time": stage.time, "stem": code, **fed}
    _check_tensors(manifest, "velocity", stage.graph, inputs, {"output": stage.output})
    if manifest.cues and manifest.cues.rate % manifest.audio.latent_rate != 0:
        raise FieldError("cues.rate", "is no whole multiple of 'audio.latent_rate'")


def _check_codec(manifest: Manifest) -> None:
    decoder, encoder = manifest.decoder, manifest.encoder
    pulses = decoder.pulses
    phase = pulses.phase if pulses else None
    fed = {"input": decoder.input, "noise": decoder.noise, "phase": phase}
    _check_tensors(manifest, "decoder", decoder.graph, fed, {"output": decoder.output})
    if pulses:
        turns = {"output": pulses.output}
        _check_tensors(manifest, "decoder.pulses", pulses.graph, {"input": pulses.input}, turns)
    if encoder:
        _check_tensors(
            manifest, "encoder", encoder.graph, {"input": encoder.input}, {"output": encoder.output}
        )
    if judge := manifest.judge:
        fed = {"latent": judge.latent, "text": judge.text}
        _check_tensors(manifest, "judge", judge.graph, fed, {"score": judge.score})
        if manifest.text is None:
            raise FieldError("judge", "needs 'text', whose words it judges by")
    if "retake" in manifest.abilities and manifest.encoder is None:
        raise FieldError("abilities", "has 'retake', but there is no 'encoder'")


def _check_guidance(manifest: Manifest) -> None:
    branches = manifest.sampler.branches
    inputs = manifest.velocity.conditions
    for i, branch in enumerate(branches):
        field = f"sampler.branches[{i}]"
        for name in branch.conditions:
            _known(inputs, name, f"{field}.conditions", "velocity.conditions")
        for name in inputs:
            _known(branch.conditions, name, "velocity.conditions", f"{field}.conditions")
        for name, choice in branch.conditions.items():
            if choice == "negative" and inputs[name].source != "text":
                raise FieldError(
                    f"{field}.conditions.{name}", "is 'negative', but not made from text"
                )
        for name in branch.weights:
            _known(manifest.sampler.guidance, name, f"{field}.weights", "sampler.guidance")
    if abs(sum(branch.constant for branch in branches) - 1) > _TOLERANCE:
        raise FieldError("sampler.branches", "have constants that do not add up to 1")
    for name in manifest.sampler.guidance:
        if abs(sum(branch.weights.get(name, 0.0) for branch in branches)) > _TOLERANCE:
            raise FieldError(
                "sampler.branches", f"have weights of '{name}' that do not add up to 0"
            )


def _check_stems(manifest: Manifest) -> None:
    for stem, conditions in manifest.stems.items():
        for name in conditions:
            _known(manifest.velocity.conditions, name, f"stems.{stem}", "velocity.conditions")
        if code := manifest.velocity.stem:
            _known(code.order, stem, "stems", "velocity.stem.order")
    for stem in manifest.levels:
        _known(manifest.stems, stem, "levels", "stems")
    for stem in manifest.words:
        _known(manifest.stems, stem, "words", "stems")
    for name in manifest.cues.calm if manifest.cues else ():
        _known(manifest.stems, name, "cues.calm", "stems")
    if manifest.words and manifest.text is None:
        raise FieldError("words", "needs 'text', which understands them")
