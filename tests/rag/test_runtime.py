"""Graphs run in the best precision of the CPU, or in the one asked for."""

import json

import pytest

from rag import runtime, selftest
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


HINTS = ("f32", "bf16") if runtime.has_bfloat16() else ("f32",)


def test_the_self_test_measures_and_keeps_what_it_found(tmp_path):
    record = tmp_path / "cache" / "selftest.json"
    found = selftest.fastest(HINTS, record)
    kept = json.loads(record.read_text("utf-8"))
    assert found == min(HINTS, key=kept["seconds"].get)
    assert all(0 < seconds < 10 for seconds in kept["seconds"].values())


def test_what_was_found_decides_until_it_is_of_another_cpu(tmp_path, monkeypatch):
    record = tmp_path / "selftest.json"
    selftest.fastest(HINTS, record)
    kept = json.loads(record.read_text("utf-8"))
    monkeypatch.setattr(runtime, "has_bfloat16", lambda: True)
    for seconds, expected in ((9.0, "float32"), (0.1, "bfloat16")):
        kept["seconds"] = {"f32": 1.0, "bf16": seconds}
        record.write_text(json.dumps(kept), "utf-8")
        assert runtime.precision_of("auto", record=record) == expected
    record.write_text(json.dumps(kept | {"of": "another"}), "utf-8")
    selftest.fastest(HINTS, record)
    assert json.loads(record.read_text("utf-8"))["of"] != "another"


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"of": 3}', '{"seconds": 1}'])
def test_a_damaged_record_is_measured_anew(tmp_path, damaged):
    record = tmp_path / "selftest.json"
    record.write_text(damaged, "utf-8")
    assert selftest.fastest(HINTS, record) in HINTS
    assert set(json.loads(record.read_text("utf-8"))["seconds"]) == set(HINTS)


def test_a_record_that_cannot_be_kept_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    assert selftest.fastest(HINTS, tmp_path / "file" / "selftest.json") in HINTS
