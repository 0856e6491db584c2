import pytest

from eval.predictions import Cited, Prediction, align, load_predictions
from rag.errors import UsageError


def test_load_predictions_reads_the_contract_and_forgives_what_is_absent(tmp_path, write_lines):
    path = write_lines(
        tmp_path / "predictions.jsonl",
        [
            {
                "id": "q1",
                "answered": True,
                "answer": "148.",
                "citations": [{"doc": "d1", "sentence": "148 people.", "start": 0, "end": 11}],
                "hits": ["d1"],
                "seconds": 0.2,
                "probability": 0.7,
                "extra": 1,
            },
            {"id": "q2", "answered": False, "answer": None, "citations": None, "hits": None},
        ],
    )
    assert load_predictions(path) == (
        Prediction("q1", True, "148.", (Cited("d1", "148 people."),), ("d1",), 0.2, 0.7),
        Prediction("q2"),
    )


def test_load_predictions_refuses_two_for_one_question(tmp_path, write_lines):
    path = write_lines(tmp_path / "predictions.jsonl", [{"id": "q1"}, {"id": "q1"}])
    with pytest.raises(UsageError, match="two predictions for 'q1'"):
        load_predictions(path)


def test_align_counts_a_missing_prediction_as_refused_and_drops_a_stray_one(
    make_case, make_prediction
):
    cases = [make_case("q1"), make_case("q2")]
    aligned = align(cases, [make_prediction("stray"), make_prediction("q2")])
    assert [one.id for one in aligned] == ["q1", "q2"]
    assert not aligned[0].answered
