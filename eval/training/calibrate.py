"""Learn how the embedder's products are rounded to 8 bits: python -m eval.training.calibrate.

What the products multiply is looked at on passages of our written news that no figure of speed or
likeness is measured on. For each product a centre and a scale per channel share the error between
it and the matrix; how much of the outermost values is cut off is chosen by the error of the
product. Writes `index/weights/int8.safetensors`.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import openvino
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

from eval.bench.embedding import texts
from index.convert import LEVELS, Rounding, bert_graph
from index.embed import open_tokenizer, shape_of
from index.models import INT8, find_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

N_PASSAGES = 256
ALPHA = 0.7  # how much of the channels' range the matrix takes up
KEPT = (1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)  # shares of the range that are not cut off
N_TRIED = 3000  # tokens on which cutting off is tried
SEED = 7


def main() -> None:
    """Look at the passages, choose, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=INT8)
    options = parser.parse_args()
    card = find_model()
    weights = load_file(card.weights)
    found: dict[str, NDArray[np.float32]] = {}
    for name, (values, matrix) in seen(weights).items():
        rounding, error = chosen(values, matrix)
        print(f"{name}: error {error:.5f} of the product's power")
        found |= {
            f"{name}.centre": rounding.centre,
            f"{name}.scale": rounding.scale,
            f"{name}.step": np.array([rounding.step], np.float32),
            f"{name}.shift": rounding.shift,
        }
    options.out.parent.mkdir(exist_ok=True)
    save_file(found, options.out, metadata={"model": card.fingerprint})


def seen(
    weights: Mapping[str, NDArray[np.float32]],
) -> dict[str, tuple[Floats, Floats]]:
    """Return, for each product, what it multiplies in the passages (tokens, in) and its matrix."""
    card = find_model()
    model, sources = bert_graph(weights, shape_of(card), roundings={})
    for source in set(sources.values()):
        model.graph.output.append(helper.make_tensor_value_info(source, TensorProto.FLOAT, None))
    core = openvino.Core()
    graph = core.compile_model(
        core.read_model(model.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    passages, _ = texts(N_PASSAGES, calibrated=True)
    tokenizer = open_tokenizer(card)
    values: dict[str, list[Floats]] = {name: [] for name in sources}
    for passage in passages:
        ids = np.array([tokenizer.encode(passage).ids])
        found = graph({"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, source in sources.items():
            values[name].append(np.array(found[source][0], np.float64))
    matrices = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    return {
        name: (np.concatenate(rows), matrices[f"{name}.weight"].astype(np.float64))
        for name, rows in values.items()
    }


def chosen(values: Floats, matrix: Floats) -> tuple[Rounding, float]:
    """Return the rounding of a product of values (tokens, in), and its error, of 1.

    The error is measured on tokens drawn from the same values.
    """
    low, high = values.min(axis=0), values.max(axis=0)
    centre, half = (low + high) / 2, np.maximum((high - low) / 2, 1e-4)
    scale = half**ALPHA / np.maximum(np.abs(matrix).max(axis=1), 1e-5) ** (1 - ALPHA)
    scale /= np.exp(np.log(scale).mean())
    rounding = Rounding(
        centre.astype(np.float32), scale.astype(np.float32), 1.0, np.zeros(1, np.float32)
    )
    rows, steps = rounding.matrix(matrix.astype(np.float32))
    draw = np.random.default_rng(SEED)
    tried = draw.permutation((values - centre) / scale)[:N_TRIED]
    exact = tried @ (matrix * scale[:, None])
    found = []
    for kept in KEPT:
        step = float(np.abs((values - centre) / scale).max() * kept / LEVELS)
        whole = np.clip(np.rint(tried / step), -LEVELS - 1, LEVELS)
        missed = exact - (whole * step) @ (rows * steps)
        found.append(((missed**2).mean() / (exact**2).mean(), step, missed.mean(axis=0)))
    error, step, shift = min(found, key=lambda one: one[0])
    return replace(rounding, step=step, shift=shift.astype(np.float32)), float(error)


if __name__ == "__main__":
    main()
