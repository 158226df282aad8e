"""The text encoder: all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), int8 weights.

The published graph ends at one vector per token; ours ends at one per prompt, so that no run-time
code has to know how the model pools.
"""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from engine.training.export import OPSET
from engine.training.pretrained.vocabulary import renumbered

# What the model was trained on (sentence_bert_config.json); its position table ends at 512.
MAX_TOKENS = 256
WIDTH = 384

_TABLE = "inner.embeddings.word_embeddings.weight"


def build_text_graph(published: bytes, kept: list[int]) -> onnx.ModelProto:
    """Return the graph from tokens to the embedding of the prompt.

    Inputs ``input_ids``, ``attention_mask`` and ``token_type_ids``, int64 [B, L]; output
    ``embedding`` float32 [B, 384] of length 1: the mean over the tokens of the mask, normalised.

    Args:
        published: The ONNX file out of the package, output ``last_hidden_state`` [B, L, 384].
        kept: The words to keep, as rows of the published word table; token k is row ``kept[k]``.
    """
    model = onnx.version_converter.convert_version(onnx.load_from_string(published), OPSET)
    _keep_rows(model.graph, kept)
    _look_up_before_scaling(model.graph)
    _pool(model.graph)
    return model


def build_tokenizer(published: str, kept: list[int]) -> Tokenizer:
    """Return the tokenizer without padding; longer prompts are cut at 256 tokens.

    Args:
        published: ``tokenizer.json`` of the model, which pads to and cuts at 128.
        kept: The words to keep, by their published ids; they are numbered by their place in it.
    """
    tokenizer = Tokenizer.from_str(renumbered(published, kept))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _keep_rows(graph: onnx.GraphProto, kept: list[int]) -> None:
    for tensor in graph.initializer:
        if tensor.name in {_TABLE + "_q", _TABLE + "_scale"}:
            rows = numpy_helper.to_array(tensor)[kept]
            tensor.CopyFrom(numpy_helper.from_array(rows, tensor.name))


def _look_up_before_scaling(graph: onnx.GraphProto) -> None:
    """Scale only the rows of the word table that the prompt uses.

    As published, all 30522 rows become float32 when the graph is loaded: half a second and 47 MB.
    """
    lookup = next(node for node in graph.node if node.op_type == "Gather" and _TABLE in node.input)
    ids, published = lookup.input[1], lookup.output[0]
    scaled = {_TABLE, _TABLE + "_f", published}
    nodes = [
        helper.make_node("Gather", [_TABLE + "_q", ids], ["word_rows_q"]),
        helper.make_node("Gather", [_TABLE + "_scale", ids], ["word_scales"]),
        helper.make_node("Cast", ["word_rows_q"], ["word_rows_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["word_rows_f", "word_scales"], ["word_rows"]),
    ]
    for node in graph.node:
        if node.output[0] in scaled:
            continue
        inputs = ["word_rows" if name == published else name for name in node.input]
        del node.input[:]
        node.input.extend(inputs)
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def _pool(graph: onnx.GraphProto) -> None:
    """Append pooling. The mean's division is left out: normalising undoes any scale."""
    axis = helper.make_tensor("pool_axis", TensorProto.INT64, [1], [1])
    graph.initializer.append(axis)
    graph.node.extend(
        [
            helper.make_node("Cast", ["attention_mask"], ["pool_mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["pool_mask", "pool_axis"], ["pool_row"]),
            helper.make_node("MatMul", ["pool_row", "last_hidden_state"], ["pool_sums"]),
            helper.make_node("Squeeze", ["pool_sums", "pool_axis"], ["pool_sum"]),
            helper.make_node("LpNormalization", ["pool_sum"], ["embedding"], axis=1, p=2),
        ]
    )
    for value in graph.input:
        for size, name in zip(value.type.tensor_type.shape.dim, "BL", strict=True):
            size.dim_param = name
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["B", WIDTH]))
    # Shapes of the inner values use the old names of the sizes.
    del graph.value_info[:]
