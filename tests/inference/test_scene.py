from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import PackError
from engine.inference.scene import Scene, SceneEncoder
from engine.packs.registry import Pack, get_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.inference.arrays import Pixels
    from engine.inference.session import Sessions

RED, GREEN, BLUE, BLACK, GREY = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (0, 0, 0),
    (127, 127, 127),
)


def picture(colour: tuple[int, int, int]) -> Pixels:
    return np.full((32, 32, 3), colour, np.uint8)


def encoder_of(sessions: Sessions, pack: Pack) -> SceneEncoder:
    assert pack.manifest.scene
    return SceneEncoder(sessions, pack, pack.manifest.scene)


@pytest.fixture
def look(sessions: Sessions, tiny: Pack) -> Callable[..., Scene]:
    def scene(*colours: tuple[int, int, int]) -> Scene:
        encoder = encoder_of(sessions, tiny)
        for colour in colours:
            encoder.observe(picture(colour))
        return encoder.finish()

    return scene


def test_what_is_seen_is_named_and_put_into_words(look: Callable[..., Scene]) -> None:
    scene = look(RED)
    assert scene.labels[0].label == "dog"
    assert scene.labels[0].probability == pytest.approx(1, abs=0.01)
    assert scene.prompt == "a dog barking"


def test_the_vector_is_that_of_the_label_where_only_one_is_seen(
    look: Callable[..., Scene], tiny: Pack
) -> None:
    vectors = np.load(tiny.file("label_embeddings.npy")).astype(np.float32)
    vector = look(BLUE).vector
    assert vector is not None
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert float(vector @ vectors[2]) > 0.999


def test_two_sounds_seen_alike_are_both_named_and_mixed(
    look: Callable[..., Scene], tiny: Pack
) -> None:
    scene = look(*[RED] * 11, *[GREEN] * 10)
    assert scene.prompt == "a dog barking, wind in grass"
    vectors = np.load(tiny.file("label_embeddings.npy")).astype(np.float32)
    assert scene.vector is not None
    dog, grass, rain, _ = vectors @ scene.vector
    assert dog > 0.5
    assert grass > 0.5
    assert abs(rain) < 0.2


def test_nothing_recognised_with_confidence_gives_no_words_and_no_vector(
    look: Callable[..., Scene],
) -> None:
    scene = look(GREY)
    assert scene.prompt == ""
    assert scene.vector is None
    assert len(scene.labels) == 3


def test_what_makes_no_sound_is_shown_but_suggests_none(look: Callable[..., Scene]) -> None:
    scene = look(BLACK)
    assert scene.labels[0].label == "wall"
    assert scene.prompt == ""
    assert scene.vector is None


def test_no_picture_at_all_is_an_empty_scene(look: Callable[..., Scene]) -> None:
    assert look() == Scene()


def test_an_encoder_starts_anew_after_each_span(sessions: Sessions, tiny: Pack) -> None:
    encoder = encoder_of(sessions, tiny)
    for colour, prompt in ((RED, "a dog barking"), (BLUE, "rain falling")):
        encoder.observe(picture(colour))
        assert encoder.finish().prompt == prompt


def test_labels_of_one_sound_are_believed_together(
    sessions: Sessions, tiny_pack: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    sounds = ["barking", "barking", "barking", None]
    labels = [{"label": f"breed {i}", "sound": sound} for i, sound in enumerate(sounds)]
    (tmp_path / "tiny" / "labels.json").write_text(json.dumps(labels), "utf-8")
    encoder = encoder_of(sessions, get_pack("tiny", tmp_path))
    encoder.observe(picture(GREY))
    scene = encoder.finish()
    assert max(label.probability for label in scene.labels) < 0.4
    assert scene.prompt == "barking"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.json", b"{"),
        ("labels.json", b"[1, 2, 3, 4]"),
        ("labels.json", b'[{"sound": null}]'),
        ("labels.json", b"[]"),
        ("label_embeddings.npy", b""),
        ("label_embeddings.npy", b"not numpy"),
    ],
)
def test_damaged_labels_are_reported(
    sessions: Sessions, tiny_pack: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    shutil.copytree(tiny_pack / "tiny", tmp_path / "tiny")
    (tmp_path / "tiny" / name).write_bytes(content)
    with pytest.raises(PackError, match="label"):
        encoder_of(sessions, get_pack("tiny", tmp_path))
