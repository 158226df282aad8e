from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import PackError
from engine.packs.manifest import MANIFEST_NAME, Manifest, read_manifest, write_manifest

if TYPE_CHECKING:
    from pathlib import Path

REMOVED = object()


@pytest.fixture
def tiny_json(tiny_pack: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((tiny_pack / "tiny" / MANIFEST_NAME).read_text("utf-8"))
    return data


def changed(data: dict[str, Any], place: str, value: object) -> dict[str, Any]:
    """Return a copy in which the field at ``place`` (slashes between names) holds ``value``."""
    data = deepcopy(data)
    target: Any = data
    *parents, last = [int(part) if part.isdigit() else part for part in place.split("/")]
    for part in parents:
        target = target[part]
    if value is REMOVED:
        del target[last]
    else:
        target[last] = value
    return data


def test_a_manifest_written_and_read_again_is_the_same(tiny_pack: Path, tmp_path: Path) -> None:
    manifest = read_manifest(tiny_pack / "tiny")
    assert read_manifest(write_manifest(tmp_path, manifest).parent) == manifest
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_NAME]


def test_fields_at_their_default_are_left_out(tiny_json: dict[str, Any]) -> None:
    written = Manifest.from_json(tiny_json, "here").to_json()
    assert written == tiny_json
    assert "max_seconds" not in written["audio"]


@pytest.mark.parametrize("rule", ["lasting", "ringing"])
@pytest.mark.parametrize(
    ("place", "value"), [("graphs/text/outputs/embedding/shape", [1, 7, 384]), ("text", REMOVED)]
)
def test_a_rule_for_words_needs_one_vector_for_a_prompt(
    tiny_json: dict[str, Any], place: str, value: object, rule: str
) -> None:
    ruled = changed(tiny_json, f"cues/{rule}", "tokenizer.json")
    if value is REMOVED:
        ruled = changed(ruled, "scene", REMOVED)
    with pytest.raises(PackError, match=rf"cues\.{rule}"):
        Manifest.from_json(changed(ruled, place, value), "here/pack.json")


def test_a_latent_rate_is_exact(tiny_json: dict[str, Any]) -> None:
    audio = Manifest.from_json(tiny_json, "here").audio
    assert audio.hop == 1024
    assert audio.latent_rate * audio.hop == audio.sample_rate


@pytest.mark.parametrize(
    ("samples", "latents"),
    [(1, 8), (8 * 1024, 8), (8 * 1024 + 1, 10), (48_000, 48), (480_000, 470)],
)
def test_a_take_gets_enough_latents_in_the_multiple_that_the_graph_accepts(
    tiny_json: dict[str, Any], samples: int, latents: int
) -> None:
    assert Manifest.from_json(tiny_json, "here").audio.latents(samples) == latents


def test_a_newer_schema_is_refused_with_the_advice_to_update(tiny_json: dict[str, Any]) -> None:
    with pytest.raises(PackError, match="schema 2") as error:
        Manifest.from_json(changed(tiny_json, "schema", 2), "here/pack.json")
    assert "Update Lumiphone" in error.value.remedy


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        ("schema", 0, "schema"),
        ("schema", REMOVED, "schema"),
        ("id", "../tiny", "id"),
        ("id", "", "id"),
        ("title", 5, "title"),
        ("licence", "MIT", "licence"),
        ("licence/commercial_use", "yes", "licence.commercial_use"),
        ("licence/commercial_use", REMOVED, "licence.commercial_use"),
        ("licence/extra", 1, "licence.extra"),
        ("precision", "float8", "precision"),
        ("memory", -1, "memory"),
        ("opset", 18.5, "opset"),
        ("files", [], "files"),
        ("files/velocity.onnx/sha256", "abc", "files.velocity.onnx.sha256"),
        ("audio/latent_rate", "375/0", "audio.latent_rate"),
        ("audio/latent_rate", 46.875, "audio.latent_rate"),
        ("audio/latent_rate", "47", "audio.latent_rate"),
        ("audio/sample_rate", True, "audio.sample_rate"),
        ("audio/window", 65, "audio.window"),
        ("audio/overlap", 34, "audio.overlap"),
        ("audio/channels", 3, "audio.channels"),
        ("audio/output_channels", 0, "audio.output_channels"),
        ("pictures/scene/fit", "stretch", "pictures.scene.fit"),
        ("pictures/scene/mean", [0.5, 0.5], "pictures.scene.mean"),
        ("pictures/scene/std", [0], "pictures.scene.std[0]"),
        ("pictures/scene/std", [], "pictures.scene.std"),
        ("graphs/text/inputs/input_ids/type", "string", "graphs.text.inputs.input_ids.type"),
        ("graphs/text/inputs/input_ids/shape", [1, -4], "graphs.text.inputs.input_ids.shape[1]"),
        ("motion/kinds/0/threshold", 1.5, "motion.kinds[0].threshold"),
        ("motion/kinds", [], "motion.kinds"),
        ("sampler/steps", 0, "sampler.steps"),
        ("sampler/method", "dpm", "sampler.method"),
        ("stems", {"noise": []}, "stems.noise"),
        ("levels/ambience", 30.0, "levels.ambience"),
        ("abilities", ["flying"], "abilities[0]"),
    ],
)
def test_a_malformed_field_is_named(
    tiny_json: dict[str, Any], place: str, value: object, named: str
) -> None:
    with pytest.raises(PackError) as error:
        Manifest.from_json(changed(tiny_json, place, value), "here/pack.json")
    assert f"'{named}'" in error.value.what
    assert "here/pack.json" in error.value.what
    assert "docs/packs.md" in error.value.remedy


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        ("graphs/text/file", "other.onnx", "graphs.text.file"),
        ("licence/file", "COPYING", "licence.file"),
        ("data_card", "CARD", "data_card"),
        ("text/tokenizer", "t.json", "text.tokenizer"),
        ("text/graph", "words", "text.graph"),
        ("text/mask", "masque", "text.mask"),
        ("text/types", REMOVED, "graphs.text.inputs"),
        ("text/output", "vector", "text.output"),
        ("text", REMOVED, "scene"),
        ("scene/pictures", "sights", "scene.pictures"),
        ("scene/labels", "l.json", "scene.labels"),
        ("motion/pictures", "scene", "motion.pictures"),
        ("motion/offsets", "shifts", "motion.offsets"),
        ("cues/rate", "100", "cues.rate"),
        ("cues", REMOVED, "velocity.conditions.cues.source"),
        ("velocity/conditions/cues", REMOVED, "graphs.velocity.inputs"),
        ("velocity/conditions/text/source", "smell", "velocity.conditions.text.source"),
        ("velocity/time", "t", "velocity.time"),
        ("decoder/output", "sound", "decoder.output"),
        ("sampler/branches/0/weights/text", 2.0, "sampler.branches"),
        ("sampler/branches/2/constant", 0.0, "sampler.branches"),
        ("sampler/branches/0/weights", {"smell": 1}, "sampler.branches[0].weights"),
        ("sampler/branches/1/conditions/cues", "negative", "sampler.branches[1].conditions.cues"),
        ("sampler/branches/1/conditions/smell", "null", "sampler.branches[1].conditions"),
        ("sampler/branches/1/conditions/text", REMOVED, "velocity.conditions"),
        ("stems/effects", ["smell"], "stems.effects"),
        ("stems/dialogue", ["text"], "stems"),
        ("levels/dialogue", -3.0, "levels"),
        ("cues/lasting", "lasting.npy", "cues.lasting"),
        ("cues/ringing", "ringing.npy", "cues.ringing"),
        ("cues/calm", {"dialogue": 0.4}, "cues.calm"),
        ("velocity/stem/input", "kind", "velocity.stem"),
    ],
)
def test_a_name_that_leads_nowhere_or_a_sum_that_fails_is_named(
    tiny_json: dict[str, Any], place: str, value: object, named: str
) -> None:
    with pytest.raises(PackError) as error:
        Manifest.from_json(changed(tiny_json, place, value), "here/pack.json")
    assert f"Pack 'tiny' (here/pack.json): '{named}'" in error.value.what


def test_retakes_need_an_encoder(tiny_json: dict[str, Any]) -> None:
    data = changed(tiny_json, "abilities", ["retake"])
    assert Manifest.from_json(data, "here").abilities == ("retake",)
    with pytest.raises(PackError, match="encoder"):
        Manifest.from_json(changed(data, "encoder", REMOVED), "here")


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "C:/x",
        "a\\b",
        "~/x",
        "./x",
        "a/..",
        "folder/",
        "",
        "a\0b",
    ],
)
def test_files_outside_the_pack_are_refused(tiny_json: dict[str, Any], path: str) -> None:
    data = changed(tiny_json, "data_card", path)
    data["files"][path] = data["files"]["DATA_CARD.md"]
    with pytest.raises(PackError):
        Manifest.from_json(data, "here")


@pytest.mark.parametrize("path", ["x", "a/b.onnx", "a b.md", "..x", "a..b/c", ".hidden"])
def test_files_in_the_pack_may_have_any_plain_name(tiny_json: dict[str, Any], path: str) -> None:
    data = changed(tiny_json, "data_card", path)
    data["files"][path] = data["files"]["DATA_CARD.md"]
    assert Manifest.from_json(data, "here").data_card == path


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe{}", b"null"])
def test_a_file_that_is_no_manifest_is_refused_by_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST_NAME).write_bytes(content)
    with pytest.raises(PackError) as error:
        read_manifest(tmp_path)
    assert str(tmp_path / MANIFEST_NAME) in error.value.what


def test_what_could_not_be_read_back_is_not_written(tiny_pack: Path, tmp_path: Path) -> None:
    from dataclasses import replace  # noqa: PLC0415 - used here only

    manifest = replace(read_manifest(tiny_pack / "tiny"), memory=-1)
    with pytest.raises(PackError, match="memory"):
        write_manifest(tmp_path, manifest)
    assert not list(tmp_path.iterdir())
