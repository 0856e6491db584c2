"""The reader's graph and the weights it is made of."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from eval.training.export import load_checkpoint
from eval.training.graph import selector_graph, weights_of
from rag.selector import WEIGHTS


@pytest.mark.parametrize("quantised", [False, True])
def test_the_shipped_graph_gives_back_weights_that_make_the_same_graph(quantised: bool) -> None:
    weights = weights_of(onnx.load(WEIGHTS / "selector.onnx"))
    again = weights_of(selector_graph(weights, layers=6, quantised=quantised))
    assert set(again) == set(weights)
    for name, value in weights.items():
        np.testing.assert_allclose(again[name], value, rtol=1e-5, atol=1e-6)


def test_training_can_go_on_from_the_shipped_graph() -> None:
    model = load_checkpoint([WEIGHTS / "selector.onnx"])
    query = model.state_dict()["encoder.encoder.layer.3.attention.self.query.weight"]
    assert query.shape == (384, 384) and 0.01 < float(query.std()) < 0.2
