from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

pytest.importorskip("torch", reason="needs the train extra")

from engine.training.export import cpu_session, save_graph
from engine.training.pretrained.labels import (
    SceneLabel,
    embed,
    write_label_embeddings,
)
from engine.training.pretrained.text import (
    MAX_TOKENS,
    WIDTH,
    build_text_graph,
    build_tokenizer,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WORDS = ["[PAD]", "a", "dog", "barking", "rain", "bikini"]
TABLE = "inner.embeddings.word_embeddings.weight"
EVERY = list(range(len(WORDS)))
rng = np.random.default_rng(0)
ROWS = rng.integers(-127, 128, (len(WORDS), WIDTH)).astype(np.int8)
SCALES = rng.uniform(0.001, 0.01, (len(WORDS), 1)).astype(np.float32)


def published_graph() -> bytes:
    """Return a graph of the published form: word table in 8 bits, one vector per token."""
    sizes = ["batch", "sequence"]
    ids, mask, types = (
        helper.make_tensor_value_info(name, TensorProto.INT64, sizes)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    )
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*sizes, WIDTH])
    nodes = [
        helper.make_node("Cast", [f"{TABLE}_q"], [f"{TABLE}_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{TABLE}_f", f"{TABLE}_scale"], [TABLE]),
        helper.make_node("Gather", [TABLE, "input_ids"], ["embedding"]),
        helper.make_node("Tanh", ["embedding"], ["last_hidden_state"]),
    ]
    weights = [
        numpy_helper.from_array(ROWS, f"{TABLE}_q"),
        numpy_helper.from_array(SCALES, f"{TABLE}_scale"),
    ]
    graph = helper.make_graph(nodes, "published", [ids, mask, types], [out], weights)
    opset = [helper.make_opsetid("", 17)]
    data: bytes = helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()
    return data


def published_tokenizer() -> str:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "[PAD]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_padding(length=128)
    tokenizer.enable_truncation(128)
    return tokenizer.to_str()


def expected(ids: list[int]) -> NDArray[np.float32]:
    mean = np.tanh(ROWS[ids] * SCALES[ids]).mean(axis=0)
    vector: NDArray[np.float32] = mean / np.linalg.norm(mean)
    return vector


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "text.onnx"
    save_graph(build_text_graph(published_graph(), EVERY), path)
    return path


def test_the_embedding_is_the_normalised_mean_over_the_tokens_of_the_mask(graph: Path) -> None:
    feeds = {
        "input_ids": np.array([[1, 2, 3], [4, 0, 0]]),
        "attention_mask": np.array([[1, 1, 1], [1, 0, 0]]),
        "token_type_ids": np.zeros((2, 3), np.int64),
    }
    (vectors,) = cpu_session(graph).run(["embedding"], feeds)
    np.testing.assert_allclose(vectors, [expected([1, 2, 3]), expected([4])], atol=1e-6)


def test_the_graph_is_of_the_same_opset_as_the_others_and_says_its_sizes(graph: Path) -> None:
    model = onnx.load(graph)
    assert [entry.version for entry in model.opset_import] == [18]
    session = cpu_session(graph)
    assert {tuple(value.shape) for value in session.get_inputs()} == {("B", "L")}
    assert [(value.name, value.shape) for value in session.get_outputs()] == [
        ("embedding", ["B", WIDTH])
    ]


def test_words_that_were_left_out_leave_the_others_as_they_were(tmp_path: Path) -> None:
    kept = [0, 2, 4]
    path = tmp_path / "smaller.onnx"
    save_graph(build_text_graph(published_graph(), kept), path)
    tokenizer = build_tokenizer(published_tokenizer(), kept)
    assert tokenizer.encode("dog rain").ids == [1, 2]
    np.testing.assert_allclose(embed(["dog rain"], path, tokenizer), [expected([2, 4])], atol=1e-6)


def test_no_word_is_padded_and_only_very_long_prompts_are_cut() -> None:
    tokenizer = build_tokenizer(published_tokenizer(), EVERY)
    assert tokenizer.encode("a dog barking").ids == [1, 2, 3]
    assert len(tokenizer.encode("rain " * 200).ids) == 200
    assert len(tokenizer.encode("rain " * 600).ids) == MAX_TOKENS


def test_a_label_is_embedded_as_its_sound_or_else_by_its_name(graph: Path, tmp_path: Path) -> None:
    tokenizer = build_tokenizer(published_tokenizer(), EVERY)
    labels = [
        SceneLabel("pug", "a dog barking"),
        SceneLabel("bikini", None),
        SceneLabel("husky", "a dog barking"),
    ]
    path = tmp_path / "label_embeddings.npy"
    write_label_embeddings(labels, graph, tokenizer, path)
    vectors = np.load(path)
    assert vectors.dtype == np.int8
    for vector, words in zip(vectors[:2].astype(float), ([1, 2, 3], [5]), strict=True):
        direction = vector / np.linalg.norm(vector)
        np.testing.assert_allclose(direction, expected(words), atol=0.01)
    np.testing.assert_array_equal(vectors[2], vectors[0])


def test_phrases_are_embedded_in_order(graph: Path) -> None:
    tokenizer = build_tokenizer(published_tokenizer(), EVERY)
    vectors = embed(["rain", "a dog"], graph, tokenizer)
    np.testing.assert_allclose(vectors, [expected([4]), expected([1, 2])], atol=1e-6)
