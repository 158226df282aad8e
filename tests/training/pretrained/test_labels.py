from __future__ import annotations

import csv
import json
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from engine.training.pretrained.labels import read_labels, write_labels

if TYPE_CHECKING:
    from pathlib import Path

LABELS = read_labels()


def sound_of(label: str) -> str | None:
    return next(entry.sound for entry in LABELS if entry.label == label)


def test_there_is_one_distinct_label_for_each_output_of_the_network() -> None:
    assert len({entry.label for entry in LABELS}) == 1000
    lines = files("engine.training.pretrained").joinpath("labels.csv").read_text("utf-8")
    assert [int(row["index"]) for row in csv.DictReader(lines.splitlines())] == list(range(1000))


@pytest.mark.parametrize(
    ("index", "label"),
    [(0, "tench"), (207, "golden retriever"), (409, "analog clock"), (817, "sports car"),
     (978, "seashore"), (999, "toilet paper")],
)  # fmt: skip
def test_labels_stand_in_the_order_of_imagenet(index: int, label: str) -> None:
    assert LABELS[index].label == label


@pytest.mark.parametrize(
    ("label", "sound"),
    [("golden retriever", "a dog barking"), ("tabby", "a cat meowing"),
     ("steam locomotive", "a steam train passing"), ("seashore", "sea waves on a beach"),
     ("hammer", "a hammer hitting nails"), ("bikini", None), ("strawberry", None)],
)  # fmt: skip
def test_a_subject_sounds_as_one_would_hear_it(label: str, sound: str | None) -> None:
    assert sound_of(label) == sound


def test_all_breeds_but_those_that_howl_or_bay_bark() -> None:
    sounds = {entry.sound for entry in LABELS[151:269]}
    assert sounds == {"a dog barking", "a hound baying", "a husky howling"}


def test_a_sound_is_a_short_phrase_as_one_would_type_it() -> None:
    for entry in LABELS:
        if entry.sound is not None:
            assert 2 <= len(entry.sound.split()) <= 8, entry
            assert entry.sound == entry.sound.strip(" .,"), entry
            assert entry.sound[0].islower(), entry


def test_the_pack_gets_a_list_of_labels_and_sounds(tmp_path: Path) -> None:
    write_labels(LABELS, tmp_path / "labels.json")
    entries = json.loads((tmp_path / "labels.json").read_text("utf-8"))
    assert len(entries) == 1000
    assert entries[207] == {"label": "golden retriever", "sound": "a dog barking"}
    assert entries[445] == {"label": "bikini", "sound": None}
    assert [path.name for path in tmp_path.iterdir()] == ["labels.json"]
