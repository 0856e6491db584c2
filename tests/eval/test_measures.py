import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures import MEASURES, holds, normalise, ratios, score, terms, word_overlap

QUOTE = "The ferry carried 148 people when it capsized."


def measured(outcomes):
    values = ratios(terms(outcomes).sum(axis=0))
    return {measure.key: value for measure, value in zip(MEASURES, values, strict=True)}


@pytest.mark.parametrize(
    ("variant", "text", "found"),
    [
        ("148", "It carried 148 people.", True),
        ("148", "It carried 1148 people.", False),
        ("148", "Flight 148b left.", False),
        ("1,200", "some 1200 tonnes", True),
        ("1200", "some 1,200 tonnes", True),
        ("O'Hara", "Mr O’Hara said", True),
        ('the "Sea Bird"', "on the “Sea Bird” today", True),
        ("Tallis", "JORY TALLIS, skipper", True),
        ("São Paulo", "in Sa\u0303o   Paulo.", True),
        ("½", "1⁄2", True),
        ("9:31 p.m.", "at 9:31 p.m. on Tuesday", True),
        ("$5 million", "cost $5 million.", True),
    ],
)
def test_holds_finds_whole_words_whatever_the_quotes_and_commas(variant, text, found):
    assert holds(normalise(text), [variant]) is found


@given(st.text())
def test_normalise_changes_nothing_the_second_time_but_commas_it_brought_together(text):
    once = normalise(text)
    assert once == once.strip()
    assert "  " not in once
    assert not set(once) & set('“”"‘’')


def test_word_overlap_is_of_the_shorter_text():
    # distinct words {a, b, c} and {b, c, d, e}: 2 common / 3
    assert word_overlap("a b c c", "b c d e") == pytest.approx(2 / 3)
    assert word_overlap("", "a") == 0.0


def test_score_counts_facts_and_citations_by_hand(make_case, make_prediction):
    case = make_case(facts=(("148",), ("Tuesday", "Sept. 16"), ("Calder Star",)))
    prediction = make_prediction(
        answer="It carried 148 on Sept. 16.",
        cited=(("d1", QUOTE), ("d9", QUOTE), ("d1", "Nothing of the kind, said the harbour.")),
    )
    (outcome,) = score([case], [prediction])
    assert outcome.fact_recall == pytest.approx(2 / 3)  # 148 and Sept. 16, not the name
    assert outcome.citation_recall == pytest.approx(1 / 3)  # 148 alone stands in a citation
    assert outcome.citation_precision == pytest.approx(1 / 3)  # d9 is no gold article
    assert (outcome.correct, outcome.supported, outcome.trusted) == (False, True, False)
    assert (outcome.n_words, outcome.n_citations) == (6, 3)


def test_score_takes_a_required_fact_in_a_gold_article_for_support(make_case, make_prediction):
    prediction = make_prediction(cited=(("d1", "All 148 were looked for in the night."),))
    (outcome,) = score([make_case()], [prediction])
    assert outcome.citation_precision == 1.0


def test_score_trusts_a_right_refusal_and_not_a_wrong_one(make_case, make_prediction):
    cases = [make_case("q1"), make_case("q2", answerable=False)]
    refusals = [make_prediction(case.id, "Not found.", answered=False) for case in cases]
    wrongly, rightly = score(cases, refusals)
    assert (wrongly.fact_recall, wrongly.trusted) == (0.0, False)
    assert (rightly.fact_recall, rightly.trusted) == (None, True)


@pytest.mark.parametrize(("n_filler", "trusted"), [(92, True), (93, False)])
def test_score_trusts_at_most_a_hundred_words(make_case, make_prediction, n_filler, trusted):
    prediction = make_prediction(answer=f"{QUOTE} {'and ' * n_filler}")  # the quote has 8 words
    (outcome,) = score([make_case()], [prediction])
    assert outcome.correct
    assert outcome.trusted is trusted


def test_score_does_not_trust_a_correct_answer_without_support(make_case, make_prediction):
    (outcome,) = score([make_case()], [make_prediction(cited=())])
    assert (outcome.correct, outcome.citation_precision, outcome.trusted) == (True, None, False)


def test_measures_sum_up_by_hand(make_case, make_prediction):
    cases = [
        make_case("right"),
        make_case("wrong"),
        make_case("refused"),
        make_case("no", answerable=False),
        make_case("no2", answerable=False),
    ]
    outcomes = score(
        cases,
        [
            make_prediction("right", hits=("d2", "d2", "d1")),
            make_prediction("wrong", "Nobody.", cited=(("d7", "Nobody."),), hits=("d3",)),
            make_prediction("refused", "Not found.", answered=False),
            make_prediction("no", "Not found.", answered=False),
            make_prediction("no2", "Five.", cited=(("d7", "Five."),)),
        ],
    )
    values = measured(outcomes)
    expected = {
        "trust": 2 / 5,  # right, no
        "correct": 1 / 3,
        "correct_when_answered": 1 / 2,
        "fact_recall": 1 / 3,
        "citation_recall": 1 / 3,
        "citation_precision": 1 / 2,  # right 1, wrong 0, refused has none to judge
        "abstention_precision": 1 / 2,  # refused, no
        "abstention_recall": 1 / 2,  # no of no, no2
        "abstention_f1": 1 / 2,
        "doc_hit@1": 1 / 3,  # refused; right has d1 at place 2, d2 counted once
        "doc_hit@5": 2 / 3,
        "doc_mrr@10": (1 / 2 + 0 + 1) / 3,
        "words_per_answer": (8 + 1 + 1) / 3,
        "citations_per_answer": 1.0,
    }
    assert values == pytest.approx(expected)


def test_measures_of_nothing_are_nan(make_case, make_prediction):
    (outcome,) = score([make_case()], [make_prediction()])  # one answer: nothing refused
    values = measured([outcome])
    assert math.isnan(values["abstention_precision"])
    assert math.isnan(values["abstention_recall"])
    assert math.isnan(values["abstention_f1"])
    assert values["trust"] == 1.0


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1).filter(
        lambda pairs: any(not a or not b for a, b in pairs)
    )
)
def test_abstention_f1_is_the_harmonic_mean(pairs):
    from dataclasses import replace

    from eval.measures import Outcome
    from eval.ranking import RankingScore

    blank = Outcome(
        "q", "t", True, True, None, False, None, None, False, False, RankingScore(), 0, 0
    )
    outcomes = [replace(blank, answerable=a, answered=b) for a, b in pairs]
    values = measured(outcomes)
    p, r = values["abstention_precision"], values["abstention_recall"]
    p, r = (0.0 if math.isnan(x) else x for x in (p, r))
    assert values["abstention_f1"] == pytest.approx(2 * p * r / (p + r) if p + r else 0.0)


def test_terms_have_one_row_a_question_and_one_column_a_measure(make_case, make_prediction):
    outcomes = score([make_case()], [make_prediction()])
    assert terms(outcomes).shape == (1, len(MEASURES), 2)
    assert terms(outcomes, MEASURES[:2]).shape == (1, 2, 2)
    assert terms([]).dtype == np.float64
