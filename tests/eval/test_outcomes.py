import json

import numpy as np
import pytest

from eval.measures import MEASURES, score, terms
from eval.outcomes import read_outcomes, write_outcomes
from rag.errors import UsageError


def test_outcomes_read_back_as_they_were_written(tmp_path, make_case, make_prediction):
    cases = [make_case("q1", facts=(("148",), ("x",), ("y",))), make_case("q2")]
    outcomes = score(cases, [make_prediction("q1")])
    write_outcomes(tmp_path / "outcomes.json", outcomes, set_name="mine", questions_hash="ab")
    table = read_outcomes(tmp_path)
    assert (table.set_name, table.questions_hash, table.ids) == ("mine", "ab", ("q1", "q2"))
    assert table.keys == tuple(measure.key for measure in MEASURES)
    np.testing.assert_allclose(table.terms, terms(outcomes), atol=1e-6)
    lines = (tmp_path / "outcomes.json").read_text().splitlines()
    assert len(lines) == 4  # head, one line a question, foot: a baseline can be read in a diff


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not a file of outcomes"),
        ('{"schema": 2, "set": "a", "questions_hash": "b", "outcomes": []}', "not a file of"),
        ('{"schema": 1, "set": "a", "questions_hash": "b", "outcomes": []}', "no outcome"),
        (
            json.dumps(
                {
                    "schema": 1,
                    "set": "a",
                    "questions_hash": "b",
                    "outcomes": [
                        {"id": "q1", "type": "t", "terms": {"trust": [1, 1]}},
                        {"id": "q2", "type": "t", "terms": {}},
                    ],
                }
            ),
            "same measures",
        ),
    ],
)
def test_read_outcomes_refuses_another_file(tmp_path, text, says):
    (tmp_path / "outcomes.json").write_text(text)
    with pytest.raises(UsageError, match=says):
        read_outcomes(tmp_path / "outcomes.json")


def test_read_outcomes_says_how_to_make_them(tmp_path):
    with pytest.raises(UsageError, match="dateline eval run"):
        read_outcomes(tmp_path)
