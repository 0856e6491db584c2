import math
from dataclasses import replace

import numpy as np
import pytest

from eval.compare import compare, holm, mcnemar, render_comparison
from eval.intervals import Resampling
from eval.measures import score
from eval.outcomes import write_outcomes
from rag.errors import UsageError

SAMPLING = Resampling(n=2000)
N = 120


@pytest.fixture
def write_run(make_case, make_prediction):
    """Write a run's folder in which the questions with these numbers are answered rightly."""

    def write(folder, right, *, n=N, questions_hash="same", drop=()):
        cases = [make_case(f"q{k}", answerable=k % 6 != 0) for k in range(n)]
        predictions = [
            make_prediction(f"q{k}", "It held 148." if k in right else "It held none at all.")
            for k in range(n)
        ]
        outcomes = [one for one in score(cases, predictions) if one.id not in drop]
        folder.mkdir(parents=True)
        write_outcomes(
            folder / "outcomes.json", outcomes, set_name=folder.name, questions_hash=questions_hash
        )
        return folder

    return write


def half(seed):
    return set(np.flatnonzero(np.random.default_rng(seed).random(N) < 0.5).tolist())


def test_compare_finds_a_planted_difference(tmp_path, write_run):
    right = half(1)
    better = right | set(range(0, N, 4))  # a quarter of the wrong ones put right, none lost
    compared = compare(write_run(tmp_path / "a", right), write_run(tmp_path / "b", better))
    found = {difference.key: difference for _, difference in compared.significant}
    assert {"trust", "correct", "fact_recall"} <= set(found)
    assert found["trust"].test == "McNemar"
    assert found["trust"].low > 0
    assert found["trust"].change == pytest.approx(found["trust"].b - found["trust"].a)


def test_compare_takes_equal_quality_for_equal(tmp_path, write_run):
    compared = compare(write_run(tmp_path / "a", half(1)), write_run(tmp_path / "b", half(2)))
    assert compared.significant == ()


def test_compare_of_a_run_with_itself_has_no_difference_and_p_one(tmp_path, write_run):
    run = write_run(tmp_path / "a", half(1))
    (one,) = compare(run, run).sets
    tested = [item for item in one.differences if item.test != "none"]
    assert {item.p_holm for item in tested} == {1.0}
    assert {item.change for item in tested} == {0.0}


def test_compare_rarely_cries_wolf(tmp_path, write_run):
    cries = 0
    for seed in range(20):
        folder = tmp_path / str(seed)
        runs = [write_run(folder / name, half(100 * seed + k)) for k, name in enumerate("ab")]
        cries += bool(compare(*runs, resampling=Resampling(n=500)).significant)
    assert cries <= 4  # at most 5% each after Holm: 5 of 20 has probability below 0.003


def test_compare_leaves_words_and_citations_unjudged(tmp_path, write_run):
    (one,) = compare(write_run(tmp_path / "a", set()), write_run(tmp_path / "b", half(1))).sets
    words = next(item for item in one.differences if item.key == "words_per_answer")
    assert words.test == "none"
    assert math.isnan(words.p_holm)
    assert words.change != 0


def test_compare_pairs_on_the_common_questions(tmp_path, write_run):
    right = half(1)
    a = write_run(tmp_path / "a", right, questions_hash="old")
    b = write_run(tmp_path / "b", right, n=N + 20, questions_hash="new", drop={"q3"})
    (one,) = compare(a, b, resampling=SAMPLING).sets
    assert (one.n, one.same_questions) == (N - 1, False)
    assert all(item.change == 0 for item in one.differences if item.test != "none")


def test_compare_reads_whole_runs_set_by_set(tmp_path, write_run):
    for name, right in (("one", half(1)), ("two", half(2))):
        write_run(tmp_path / "a" / name, right)
        write_run(tmp_path / "b" / name, right)
    write_run(tmp_path / "b" / "three", half(3))
    compared = compare(tmp_path / "a", tmp_path / "b", resampling=SAMPLING)
    assert [one.set_name for one in compared.sets] == ["one", "two"]


def test_compare_refuses_what_cannot_be_paired(tmp_path, write_run):
    a = write_run(tmp_path / "a" / "one", half(1))
    write_run(tmp_path / "b" / "two", half(1))
    with pytest.raises(UsageError, match="no set in common"):
        compare(tmp_path / "a", tmp_path / "b")
    with pytest.raises(UsageError, match="two folders of one kind"):
        compare(tmp_path / "a", a)
    with pytest.raises(UsageError, match="dateline eval run"):
        compare(tmp_path / "none", a)


def test_mcnemar_by_hand():
    # 1 against 9: 2 * (C(10,0) + C(10,1)) / 2^10 = 22 / 1024
    assert mcnemar(1, 9) == mcnemar(9, 1) == pytest.approx(22 / 1024)
    assert mcnemar(0, 0) == mcnemar(5, 5) == 1.0
    assert 0 <= mcnemar(900, 3000) < 1e-100


def test_holm_by_hand():
    # sorted .01 .03 .04 times 3, 2, 1 = .03 .06 .04, then never falling: .03 .06 .06
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, math.nan, 0.8])[1] != holm([0.9, math.nan, 0.8])[1]
    assert holm([0.9, math.nan, 0.8])[::2] == [1.0, 1.0]
    assert holm([]) == []


def test_render_comparison_marks_what_is_significant(tmp_path, write_run):
    a, b = write_run(tmp_path / "a", set()), write_run(tmp_path / "b", half(1))
    compared = compare(a, b, resampling=SAMPLING)
    table = render_comparison(compared)
    assert f"{N} questions in both runs" in table
    trust = next(line for line in table.splitlines() if line.startswith("Trust"))
    assert trust.endswith("*")
    plain = replace(compared, sets=(replace(compared.sets[0], same_questions=False),))
    assert "question files differ" in render_comparison(plain)
