"""Turn a BERT sentence encoder's safetensors into a graph for OpenVINO, weights unchanged.

Written out by hand, as ONNX, because the result is small and exact, needs neither torch nor a
tracer, and takes two seconds at first use. It is kept in OpenVINO's own form, which opens five
times as fast. A test holds the output to sentence-transformers' own.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import openvino
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

OPSET = 21
MASKED = -1e9
LEVELS = 127  # of a number in 8 bits, beside 0 and on either side of it


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of a BERT encoder that its weights do not tell by themselves."""

    layers: int
    heads: int
    hidden: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the input x of one product with a matrix (in, out) is rounded to 8 bits.

    (x - centre) / scale is rounded to a multiple of `step`, LEVELS on either side of 0; the matrix
    takes up `scale`, each of its columns rounded by a step of its own. `shift` (out,) is added to
    the product: what rounding took from it, on average. Made by `eval/training/calibrate.py`.

    Source: Xiao et al., 'SmoothQuant', 2023, with a centre for every channel.
    """

    centre: NDArray[np.float32]  # (in,)
    scale: NDArray[np.float32]  # (in,)
    step: float
    shift: NDArray[np.float32]  # (out,)

    def matrix(self, weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Return a matrix (in, out) with the scale taken up, rounded, and its columns' steps."""
        scaled = weight * self.scale[:, None]
        steps = np.maximum(np.abs(scaled).max(axis=0) / LEVELS, 1e-12).astype(np.float32)
        return np.rint(scaled / steps).astype(np.int8), steps


@dataclass(slots=True)
class _Graph:
    """Nodes and constants as they are added; every method returns the name of its output.

    Products named in `roundings` are computed in 8 bits. `sources` tells what each multiplies.
    """

    roundings: Mapping[str, Rounding] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def linear(
        self, source: str, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> str:
        self.sources[name] = source
        if rounding := self.roundings.get(name):
            return self._rounded(source, name, weight, bias, rounding)
        product = self.op("MatMul", source, self.constant(f"{name}.weight", weight))
        return self.op("Add", product, self.constant(f"{name}.bias", bias))

    def _rounded(
        self,
        source: str,
        name: str,
        weight: NDArray[np.float32],
        bias: NDArray[np.float32],
        rounding: Rounding,
    ) -> str:
        """Return source @ weight + bias in 8 bits; numbers are moved to be unsigned for CPUs."""
        rows, steps = rounding.matrix(weight)
        moved = np.float32((LEVELS + 1) * rounding.step)
        offset = moved - rounding.centre / rounding.scale
        scaled = self.op("Mul", source, self.constant(f"{name}.per_scale", 1 / rounding.scale))
        scaled = self.op("Add", scaled, self.constant(f"{name}.offset", offset))
        step = self.constant(f"{name}.step", np.array(rounding.step, np.float32))
        zero = self.constant(f"{name}.zero", np.array(0, np.uint8))
        whole = self.op("QuantizeLinear", scaled, step, zero)
        back = self.op("DequantizeLinear", whole, step, zero)
        matrix = self.op(
            "DequantizeLinear",
            self.constant(f"{name}.weight", rows),
            self.constant(f"{name}.steps", steps),
            self.constant(f"{name}.zeros", np.zeros(len(steps), np.int8)),
            axis=1,
        )
        added = (
            bias + rounding.centre @ weight + rounding.shift - moved * (rows * steps).sum(axis=0)
        )
        product = self.op("MatMul", back, matrix)
        return self.op("Add", product, self.constant(f"{name}.bias", added.astype(np.float32)))


def convert_bert(
    weights: Mapping[str, NDArray[np.float32]],
    shape: BertShape,
    path: Path,
    *,
    roundings: Mapping[str, Rounding] | None = None,
) -> None:
    """Write a BERT encoder with mean pooling and unit-length output: `path`, .xml, and its .bin.

    Inputs `input_ids` and `attention_mask`, int64 (n, t); output `embedding`, float32 (n, hidden),
    each row of length 1. Token types are all zero, as in every sentence encoder. Products that have
    a rounding are computed in 8 bits.

    Raises:
        OSError: A file cannot be written.
    """
    model, _ = bert_graph(weights, shape, roundings=roundings or {})
    read = openvino.Core().read_model(model.SerializeToString())
    try:
        openvino.save_model(read, path, compress_to_fp16=False)
    except RuntimeError as error:  # OpenVINO names neither the cause nor its number
        raise OSError(errno.EIO, "it cannot be written", str(path)) from error


def bert_graph(
    weights: Mapping[str, NDArray[np.float32]],
    shape: BertShape,
    *,
    roundings: Mapping[str, Rounding],
) -> tuple[onnx.ModelProto, dict[str, str]]:
    """Return the encoder as ONNX, and the name of what each product with a matrix multiplies."""
    graph = _Graph(roundings)
    mask = _attention_bias(graph)
    hidden = _embeddings(graph, weights, shape)
    for layer in range(shape.layers):
        hidden = _layer(graph, weights, shape, f"encoder.layer.{layer}", hidden, mask)
    _mean_pool(graph, hidden)
    tokens = ["n", "t"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "sentence_encoder",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, tokens),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, tokens),
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", shape.hidden])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=10,
    )
    onnx.checker.check_model(model)
    return model, graph.sources


def _attention_bias(graph: _Graph) -> str:
    """0 where a token is, a large negative number where there is padding: (n, 1, 1, t)."""
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT, name="mask")
    padding = graph.op("Sub", graph.constant("one", _floats(1)), mask)
    bias = graph.op("Mul", padding, graph.constant("masked", _floats(MASKED)))
    return graph.op("Unsqueeze", bias, graph.constant("axes_12", _ints(1, 2)))


def _embeddings(graph: _Graph, weights: Mapping[str, NDArray[np.float32]], shape: BertShape) -> str:
    words = graph.constant("words", weights["embeddings.word_embeddings.weight"])
    fixed = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    size = graph.op("Shape", "input_ids", start=1, end=2)
    first = graph.constant("zero", _ints(0))
    positions = graph.op("Slice", graph.constant("positions", fixed), first, size)  # (t, hidden)
    summed = graph.op("Add", graph.op("Gather", words, "input_ids"), positions)
    return _norm(graph, weights, shape, "embeddings.LayerNorm", summed)


def _layer(
    graph: _Graph,
    weights: Mapping[str, NDArray[np.float32]],
    shape: BertShape,
    name: str,
    hidden: str,
    mask: str,
) -> str:
    attended = _attention(graph, weights, shape, f"{name}.attention", hidden, mask)
    output = f"{name}.attention.output"
    projected = _dense(graph, weights, f"{output}.dense", attended)
    middle = _norm(graph, weights, shape, f"{output}.LayerNorm", graph.op("Add", projected, hidden))
    wide = graph.op("Gelu", _dense(graph, weights, f"{name}.intermediate.dense", middle))
    narrow = _dense(graph, weights, f"{name}.output.dense", wide)
    return _norm(graph, weights, shape, f"{name}.output.LayerNorm", graph.op("Add", narrow, middle))


def _attention(
    graph: _Graph,
    weights: Mapping[str, NDArray[np.float32]],
    shape: BertShape,
    name: str,
    hidden: str,
    mask: str,
) -> str:
    """Multi-head attention with query, key and value in one product; the scale is folded in."""
    per_head = shape.hidden // shape.heads
    parts = [f"{name}.self.{part}" for part in ("query", "key", "value")]
    scales = (per_head**-0.5, 1.0, 1.0)
    joint: NDArray[np.float32] = np.concatenate(
        [weights[f"{p}.weight"].T * s for p, s in zip(parts, scales, strict=True)], axis=1
    )
    bias: NDArray[np.float32] = np.concatenate(
        [weights[f"{p}.bias"] * s for p, s in zip(parts, scales, strict=True)]
    )
    packed = graph.linear(hidden, f"{name}.qkv", joint, bias)
    split = [f"{name}.{part}" for part in "qkv"]
    graph.nodes.append(helper.make_node("Split", [packed], split, axis=2, num_outputs=3))
    heads = graph.constant("heads", _ints(0, 0, shape.heads, per_head))
    query, key, value = (graph.op("Reshape", part, heads) for part in split)
    query = graph.op("Transpose", query, perm=[0, 2, 1, 3])  # (n, heads, t, per_head)
    key = graph.op("Transpose", key, perm=[0, 2, 3, 1])  # (n, heads, per_head, t)
    value = graph.op("Transpose", value, perm=[0, 2, 1, 3])
    scores = graph.op("Add", graph.op("MatMul", query, key), mask)
    mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), value)
    mixed = graph.op("Transpose", mixed, perm=[0, 2, 1, 3])
    return graph.op("Reshape", mixed, graph.constant("joined", _ints(0, 0, shape.hidden)))


def _dense(
    graph: _Graph, weights: Mapping[str, NDArray[np.float32]], name: str, source: str
) -> str:
    return graph.linear(source, name, weights[f"{name}.weight"].T, weights[f"{name}.bias"])


def _norm(
    graph: _Graph,
    weights: Mapping[str, NDArray[np.float32]],
    shape: BertShape,
    name: str,
    source: str,
) -> str:
    scale = graph.constant(f"{name}.weight", weights[f"{name}.weight"])
    bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    return graph.op("LayerNormalization", source, scale, bias, axis=-1, epsilon=shape.epsilon)


def _mean_pool(graph: _Graph, hidden: str) -> None:
    """Mean over the tokens that are there, then scaled to length 1."""
    weight = graph.op("Unsqueeze", "mask", graph.constant("axis_2", _ints(2)))  # (n, t, 1)
    axis = graph.constant("axis_1", _ints(1))
    summed = graph.op("ReduceSum", graph.op("Mul", hidden, weight), axis, keepdims=0)
    count = graph.op("ReduceSum", weight, axis, keepdims=0)  # (n, 1)
    pooled = graph.op("Div", summed, count)
    graph.op("LpNormalization", pooled, axis=-1, p=2, name="embedding")


def _ints(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def _floats(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)
