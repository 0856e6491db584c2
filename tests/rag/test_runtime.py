"""Graphs run in the best precision of the CPU, or in the one asked for."""

import pytest

from rag import runtime
from rag.errors import ModelMismatch, UsageError


def test_auto_takes_bfloat16_only_where_the_cpu_has_it(monkeypatch):
    for has, expected in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(runtime, "has_bfloat16", lambda has=has: has)
        assert runtime.precision_of("auto") == expected
        assert runtime.precision_of("float32") == "float32"


def test_a_precision_the_cpu_lacks_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr(runtime, "has_bfloat16", lambda: False)
    with pytest.raises(UsageError, match="Unset the setting 'precision'"):
        runtime.precision_of("bfloat16")


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(ModelMismatch, match="cannot run the model"):
        runtime.Graph(path, threads=1)
