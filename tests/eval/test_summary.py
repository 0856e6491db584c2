import json
import math

import pytest

from eval.intervals import Resampling
from eval.measures import score
from eval.summary import json_value, number, render_summary, summarise, summary_json, time_summary


@pytest.fixture
def summary(make_case, make_prediction):
    cases = [make_case("q1"), make_case("q2", type_="person"), make_case("q3", answerable=False)]
    predictions = [
        make_prediction("q1", seconds=0.1),
        make_prediction("q2", "None.", seconds=0.3),
        make_prediction("q3", "No.", answered=False, seconds=0.2),
    ]
    return summarise(score(cases, predictions), predictions, resampling=Resampling(n=200))


def test_summarise_groups_by_type(summary):
    assert [(group.name, group.n) for group in summary.by_type] == [("number", 2), ("person", 1)]
    assert summary.by_type[0].value("trust").value == 1.0
    assert summary.by_type[1].value("trust").value == 0.0
    assert summary.overall.value("trust").value == pytest.approx(2 / 3)
    assert (summary.overall.n_answerable, summary.overall.n_answered) == (2, 2)


def test_time_summary_by_hand():
    timing = time_summary([0.1, 0.2, 0.3, 0.4, 1.0])
    assert (timing.n, timing.mean_s, timing.median_s) == (5, pytest.approx(0.4), 0.3)
    assert timing.p95_s == pytest.approx(0.4 + 0.8 * 0.6)  # place 0.95 * 4 = 3.8
    assert math.isnan(time_summary([]).median_s)


def test_summary_json_is_strict_and_puts_time_last(summary):
    written = summary_json(summary)
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert list(written)[-1] == "timing"
    assert written["overall"]["trust"]["value"] == 0.666667
    assert written["by_type"]["person"]["abstention_precision"]["value"] is None
    assert written["risk_coverage"][0]["threshold"] == 0.9


def test_json_value_rounds_and_makes_nan_null():
    given = {"a": (math.nan, 1 / 3), "b": {"c": math.inf, "d": "x"}, "e": True}
    assert json_value(given) == {"a": [None, 0.333333], "b": {"c": None, "d": "x"}, "e": True}


def test_render_summary_shows_measures_types_and_time(summary):
    table = render_summary("mine", summary)
    assert "mine: 3 questions, 2 answerable, 2 answered" in table
    assert any(line.startswith("Trust") and "0.667" in line for line in table.splitlines())
    assert any(line.startswith("person") for line in table.splitlines())
    assert "median 0.200" in table
    assert number(math.nan) == "–"
