"""The labels of the scene encoder, and what one would hear where each is filmed.

``labels.csv`` is the source: one line per output of the network, in its order. Names follow the
first word of WordNet 3.0 where that is clear. A sound is a short phrase as an editor would type it;
what makes none (clothes, fruit) has none. Alike subjects share a phrase, so their probabilities add
up to one belief.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from engine.training.export import cpu_session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class SceneLabel:
    """One output of the scene encoder.

    Attributes:
        label: What is seen.
        sound: What is heard then, or None.
    """

    label: str
    sound: str | None


def read_labels() -> tuple[SceneLabel, ...]:
    """Return the 1000 labels in the network's order."""
    table = files(__package__).joinpath("labels.csv").read_text("utf-8").splitlines()
    return tuple(SceneLabel(row["label"], row["sound"] or None) for row in csv.DictReader(table))


def write_labels(labels: Iterable[SceneLabel], path: Path) -> None:
    """Write ``labels.json``: a list of {"label", "sound"}, sound null where there is none."""
    lines = ",\n".join(json.dumps(asdict(label), ensure_ascii=False) for label in labels)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    partial.replace(path)


def write_label_embeddings(
    labels: Iterable[SceneLabel], text_graph: Path, tokenizer: Tokenizer, path: Path
) -> None:
    """Write int8 [labels, 384]: the embedding of each sound, or of the label where none is.

    All are multiplied by one factor, which does not matter to a direction.

    Args:
        labels: In the network's order.
        text_graph: The text encoder as shipped.
        tokenizer: Its tokenizer.
        path: The NumPy file to write.
    """
    phrases = [label.sound or label.label for label in labels]
    unique = list(dict.fromkeys(phrases))
    vectors = dict(zip(unique, embed(unique, text_graph, tokenizer), strict=True))
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as stream:
        np.save(stream, _eight_bits(np.stack([vectors[phrase] for phrase in phrases])))
    partial.replace(path)


def _eight_bits(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return the vectors to 127 levels of the largest number; they turn by about a degree."""
    scaled: NDArray[np.int8] = np.round(vectors * (127 / np.abs(vectors).max())).astype(np.int8)
    return scaled


def embed(
    phrases: Iterable[str], text_graph: Path, tokenizer: Tokenizer
) -> list[NDArray[np.float32]]:
    """Return the embedding of each phrase, float32 [384], by the graph that ships."""
    session = cpu_session(text_graph)
    vectors = []
    for phrase in phrases:
        tokens = tokenizer.encode(phrase)
        feeds = {
            "input_ids": np.array([tokens.ids], np.int64),
            "attention_mask": np.array([tokens.attention_mask], np.int64),
            "token_type_ids": np.array([tokens.type_ids], np.int64),
        }
        vectors.append(session.run(["embedding"], feeds)[0][0])
    return vectors
