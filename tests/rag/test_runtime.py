"""Graphs run in the best precision of the CPU, or in the one asked for."""

import json

import pytest

from rag import cpu, runtime, selftest
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


HINTS = ("bf16", "f32") if cpu.has_bfloat16() else ("f32",)


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    monkeypatch.setattr(selftest, "_found", {})


def test_the_self_test_measures_and_keeps_what_it_found(tmp_path):
    record = tmp_path / "cache" / "selftest.json"
    assert selftest.fastest(HINTS, record) in HINTS
    kept = json.loads(record.read_text("utf-8"))
    assert set(kept["seconds"]) == set(HINTS)
    assert all(0 < seconds < 10 for seconds in kept["seconds"].values())


@pytest.mark.parametrize(
    ("seconds", "expected"), [(9.0, "float32"), (1.05, "bfloat16"), (0.1, "bfloat16")]
)
def test_bfloat16_gives_way_where_float32_was_clearly_faster(
    tmp_path, monkeypatch, seconds, expected
):
    monkeypatch.setattr(runtime, "has_bfloat16", lambda: True)
    record = tmp_path / "selftest.json"
    kept = {"of": selftest._subject(), "seconds": {"f32": 1.0, "bf16": seconds}}
    record.write_text(json.dumps(kept), "utf-8")
    assert runtime.precision_of("auto", record=record) == expected


def test_a_process_decides_once(tmp_path, monkeypatch):
    record = tmp_path / "selftest.json"
    decided = selftest.fastest(HINTS, record)
    record.unlink()
    monkeypatch.setattr(selftest, "_measured_s", lambda _: pytest.fail("measured again"))
    assert selftest.fastest(HINTS, record) == decided


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", '{"of": 3}', '{"seconds": 1}', '{"seconds": {"f32": null}}']
)
def test_a_damaged_record_or_one_of_another_cpu_is_measured_anew(tmp_path, damaged):
    record = tmp_path / "selftest.json"
    for text in (damaged, '{"of": "another CPU", "seconds": {"f32": 1.0, "bf16": 9.0}}'):
        record.write_text(text, "utf-8")
        selftest._found.clear()
        assert selftest.fastest(HINTS, record) in HINTS
        kept = json.loads(record.read_text("utf-8"))
        assert kept["of"] == selftest._subject()
        assert set(kept["seconds"]) == set(HINTS)


def test_a_record_that_cannot_be_kept_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    assert selftest.fastest(HINTS, tmp_path / "file" / "selftest.json") in HINTS


@pytest.mark.parametrize("error", [ImportError("no openvino"), RuntimeError("no plugin")])
def test_where_nothing_can_be_measured_the_model_says_what_is_amiss(tmp_path, monkeypatch, error):
    def refuse(hint: str) -> None:
        raise error

    monkeypatch.setattr(selftest, "_layer", refuse)
    record = tmp_path / "selftest.json"
    assert selftest.fastest(HINTS, record) == HINTS[0]
    assert not record.exists()
