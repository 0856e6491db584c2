"""Write the selector as an ONNX graph by hand, so that no exporter is needed.

Standard operators of opset 20 only. Quantised, the word embeddings are int8 rows with one scale
each, and so are the columns of the other large matrices: a runtime widens them as it computes, so
activations are never rounded to 8 bits.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
HEADS = 12
MASKED = -1e4
SMALL = 10_000  # numbers: the heads stay as they are
Array = npt.NDArray[np.float32]
Weights = Mapping[str, npt.NDArray[np.float32]]


class _Graph:
    """Collect nodes and initialisers; every method returns the name of its output."""

    def __init__(self, *, quantised: bool) -> None:
        self.quantised = quantised
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.initialisers.append(numpy_helper.from_array(value.copy(order="C"), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def affine(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """Return x @ weight.T + bias for a torch weight (out, in)."""
        w = self._matrix(f"{name}.weight", weight.T)
        b = self.constant(f"{name}.bias", bias)
        return self.node("Add", [self.node("MatMul", [x, w], f"{name}.matmul"), b], f"{name}.out")

    def _matrix(self, name: str, value: Array) -> str:
        """Return a matrix (in, out); a large one as int8 with a scale for each column."""
        if not self.quantised or value.size < SMALL:
            return self.constant(name, value)
        scale = (np.abs(value).max(0) / 127).astype(np.float32)  # (out,)
        rows = np.rint(value / np.maximum(scale, 1e-12)).astype(np.int8)
        parts = [self.constant(f"{name}.int8", rows), self.constant(f"{name}.scale", scale)]
        zero = self.constant(f"{name}.zero", np.zeros(len(scale), np.int8))
        return self.node("DequantizeLinear", [*parts, zero], name, axis=1)

    def norm(self, x: str, name: str, weights: Weights, key: str) -> str:
        w = self.constant(f"{name}.weight", weights[f"{key}.weight"])
        b = self.constant(f"{name}.bias", weights[f"{key}.bias"])
        return self.node("LayerNormalization", [x, w, b], f"{name}.out", axis=-1, epsilon=1e-12)


def selector_graph(weights: Weights, *, layers: int, quantised: bool) -> onnx.ModelProto:
    """Return the selector as an ONNX model.

    Args:
        weights: the state dict of `eval.training.model.Selector` as arrays.
        layers: how many encoder layers it has.
        quantised: whether word embeddings and large matrices are stored as int8.

    Returns:
        A model with inputs input_ids, attention_mask, token_type_ids, int64 (n, t), and outputs
        token (n, t), null (n,), start (n, t), end (n, t), float32.
    """
    g = _Graph(quantised=quantised)
    x = _embeddings(g, weights)
    mask = _mask(g)
    for i in range(layers):
        x = _layer(g, x, mask, weights, i)
    _heads(g, x, weights)
    batch = ["n", "t"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, batch)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"] if name == "null" else batch)
        for name in ("token", "null", "start", "end")
    ]
    graph = helper.make_graph(g.nodes, "selector", inputs, outputs, g.initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def weights_of(model: onnx.ModelProto) -> dict[str, Array]:
    """Return the state dict that `selector_graph` made a model of, float32.

    What is stored as int8 comes back rounded, and is rounded to the same when exported again.
    """
    stored = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}

    def matrix(name: str) -> Array:
        if name in stored:
            return stored[name].T
        return np.asarray(stored[f"{name}.int8"] * stored[f"{name}.scale"], np.float32).T

    words, prefix = stored["words"], "encoder.embeddings"
    if "words.scale" in stored:
        words = np.asarray(words * stored["words.scale"], np.float32)
    found = {
        f"{prefix}.word_embeddings.weight": words,
        f"{prefix}.token_type_embeddings.weight": stored["kinds"],
        f"{prefix}.position_embeddings.weight": stored["places"],
        "heads.weight": matrix("heads.weight"),
        "heads.bias": stored["heads.bias"],
        "null.weight": matrix("nulls.weight"),
        "null.bias": stored["nulls.bias"],
    }
    norms = {"embed.norm": f"{prefix}.LayerNorm"}
    i = 0
    while f"layer{i}.qkv.bias" in stored:
        source, name = f"encoder.encoder.layer.{i}", f"layer{i}"
        weight, bias = matrix(f"{name}.qkv.weight"), stored[f"{name}.qkv.bias"]
        scale = np.float32((weight.shape[1] // HEADS) ** -0.5)
        for j, key in enumerate(_QKV):
            rows = slice(j * len(weight) // 3, (j + 1) * len(weight) // 3)
            factor = scale if key == "query" else np.float32(1)
            found[f"{source}.attention.self.{key}.weight"] = weight[rows] / factor
            found[f"{source}.attention.self.{key}.bias"] = bias[rows] / factor
        for key, target in _DENSE.items():
            found[f"{source}.{target}.weight"] = matrix(f"{name}.{key}.weight")
            found[f"{source}.{target}.bias"] = stored[f"{name}.{key}.bias"]
        norms[f"{name}.norm1"] = f"{source}.attention.output.LayerNorm"
        norms[f"{name}.norm2"] = f"{source}.output.LayerNorm"
        i += 1
    for name, target in norms.items():
        found[f"{target}.weight"] = stored[f"{name}.weight"]
        found[f"{target}.bias"] = stored[f"{name}.bias"]
    return found


def _embeddings(g: _Graph, weights: Weights) -> str:
    prefix = "encoder.embeddings"
    table = weights[f"{prefix}.word_embeddings.weight"]
    if g.quantised:
        scale = np.abs(table).max(1, keepdims=True) / 127
        rows = np.rint(table / np.maximum(scale, 1e-12)).astype(np.int8)
        coarse = g.node("Gather", [g.constant("words", rows), "input_ids"], "words.int8")
        scales = g.constant("words.scale", scale.astype(np.float32))
        factor = g.node("Gather", [scales, "input_ids"], "words.factor")
        cast = g.node("Cast", [coarse], "words.cast", to=TensorProto.FLOAT)
        word = g.node("Mul", [cast, factor], "words.out")
    else:
        word = g.node("Gather", [g.constant("words", table), "input_ids"], "words.out")
    kinds = g.constant("kinds", weights[f"{prefix}.token_type_embeddings.weight"])
    kind = g.node("Gather", [kinds, "token_type_ids"], "kinds.out")
    places = g.constant("places", weights[f"{prefix}.position_embeddings.weight"])
    length = g.node("Shape", ["input_ids"], "length", start=1, end=2)
    zero = g.constant("zero", np.array([0], dtype=np.int64))
    place = g.node("Slice", [places, zero, length, zero], "places.out")
    total = g.node("Add", [g.node("Add", [word, kind], "embed.1"), place], "embed.2")
    return g.norm(total, "embed.norm", weights, f"{prefix}.LayerNorm")


def _mask(g: _Graph) -> str:
    """Return 0 for tokens and MASKED for padding, (n, 1, 1, t)."""
    present = g.node("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    one = g.constant("one", np.array(1.0, dtype=np.float32))
    absent = g.node("Sub", [one, present], "mask.absent")
    large = g.constant("masked", np.array(MASKED, dtype=np.float32))
    scaled = g.node("Mul", [absent, large], "mask.scaled")
    axes = g.constant("mask.axes", np.array([1, 2], dtype=np.int64))
    return g.node("Unsqueeze", [scaled, axes], "mask.out")


def _layer(g: _Graph, x: str, mask: str, weights: Weights, i: int) -> str:
    source, name = f"encoder.encoder.layer.{i}", f"layer{i}"

    def pair(key: str) -> tuple[Array, Array]:
        return weights[f"{source}.{key}.weight"], weights[f"{source}.{key}.bias"]

    context = _attention(g, x, mask, name, {k: pair(f"attention.self.{k}") for k in _QKV})
    out = g.affine(context, f"{name}.attended", *pair("attention.output.dense"))
    total = g.node("Add", [out, x], f"{name}.add1")
    x = g.norm(total, f"{name}.norm1", weights, f"{source}.attention.output.LayerNorm")
    inner = g.affine(x, f"{name}.inner", *pair("intermediate.dense"))
    active = g.node("Gelu", [inner], f"{name}.gelu", approximate="none")
    out = g.affine(active, f"{name}.outer", *pair("output.dense"))
    total = g.node("Add", [out, x], f"{name}.add2")
    return g.norm(total, f"{name}.norm2", weights, f"{source}.output.LayerNorm")


_QKV = ("query", "key", "value")
_DENSE = {
    "attended": "attention.output.dense",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}


def _attention(
    g: _Graph, x: str, mask: str, name: str, parts: dict[str, tuple[Array, Array]]
) -> str:
    """Return multi-head attention before its output projection, (n, t, d)."""
    width = parts["query"][0].shape[1]
    scale = np.float32((width // HEADS) ** -0.5)
    weight = np.concatenate([parts["query"][0] * scale, parts["key"][0], parts["value"][0]])
    bias = np.concatenate([parts["query"][1] * scale, parts["key"][1], parts["value"][1]])
    joined = g.affine(x, f"{name}.qkv", weight, bias)  # (n, t, 3 d)
    shape = np.array([0, 0, 3, HEADS, width // HEADS], dtype=np.int64)
    split = g.node("Reshape", [joined, g.constant(f"{name}.split", shape)], f"{name}.heads")
    index = [g.constant(f"{name}.{k}", np.array(j, dtype=np.int64)) for j, k in enumerate(_QKV)]
    taken = [
        g.node("Gather", [split, j], f"{name}.{k}.taken", axis=2)
        for j, k in zip(index, _QKV, strict=True)
    ]  # (n, t, heads, d / heads)
    query = g.node("Transpose", [taken[0]], f"{name}.q", perm=[0, 2, 1, 3])
    key = g.node("Transpose", [taken[1]], f"{name}.k", perm=[0, 2, 3, 1])
    value = g.node("Transpose", [taken[2]], f"{name}.v", perm=[0, 2, 1, 3])
    raw = g.node("MatMul", [query, key], f"{name}.raw")
    weighed = g.node("Softmax", [g.node("Add", [raw, mask], f"{name}.masked")], f"{name}.p")
    mixed = g.node("MatMul", [weighed, value], f"{name}.mixed")
    back = g.node("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
    flat = g.constant(f"{name}.flat", np.array([0, 0, width], dtype=np.int64))
    return g.node("Reshape", [back, flat], f"{name}.context")


def _heads(g: _Graph, x: str, weights: Weights) -> None:
    scores = g.affine(x, "heads", weights["heads.weight"], weights["heads.bias"])  # (n, t, 3)
    for j, name in enumerate(("token", "start", "end")):
        index = g.constant(f"heads.{name}", np.array(j, dtype=np.int64))
        g.node("Gather", [scores, index], name, axis=2)
    first = g.constant("cls", np.array(0, dtype=np.int64))
    cls = g.node("Gather", [x, first], "cls.state", axis=1)  # (n, d)
    null = g.affine(cls, "nulls", weights["null.weight"], weights["null.bias"])  # (n, 1)
    g.node("Squeeze", [null, g.constant("null.axis", np.array([1], dtype=np.int64))], "null")
