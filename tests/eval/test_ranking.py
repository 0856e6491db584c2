import random

import pytest

from eval.ranking import RankingScore, score_rankings


def by_hand(gold, hits):
    """Success@1, Success@5 and RR@10 from their definitions, the reference of ir-measures."""
    rank = next((i for i, d in enumerate(dict.fromkeys(hits), start=1) if d in gold), None)
    if rank is None:
        return RankingScore()
    return RankingScore(float(rank == 1), float(rank <= 5), 1 / rank if rank <= 10 else 0.0)


def test_score_rankings_agrees_with_the_definitions(make_case, make_prediction):
    rng = random.Random(7)
    docs = [f"d{n}" for n in range(25)]
    cases, predictions, expected = [], [], []
    for n in range(60):
        gold = rng.sample(docs, rng.choice([1, 2, 3]))
        hits = rng.choices(docs, k=rng.choice([0, 3, 15, 40]))  # with repeats
        cases.append(make_case(f"q{n}", evidence=[(doc, "x") for doc in gold]))
        predictions.append(make_prediction(f"q{n}", hits=hits))
        expected.append(by_hand(gold, hits))
    for got, want in zip(score_rankings(cases, predictions), expected, strict=True):
        assert got.hit_at_1 == want.hit_at_1
        assert got.hit_at_5 == want.hit_at_5
        assert got.reciprocal_rank == pytest.approx(want.reciprocal_rank)


def test_score_rankings_gives_zero_without_hits_or_evidence(make_case, make_prediction):
    cases = [make_case("q1"), make_case("q2", evidence=())]
    predictions = [make_prediction("q1", hits=()), make_prediction("q2")]
    assert score_rankings(cases, predictions) == (RankingScore(), RankingScore())
    assert score_rankings(cases[:1], predictions[:1]) == (RankingScore(),)
    assert score_rankings([], []) == ()
