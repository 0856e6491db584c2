"""What makes an answer good: one question's outcome, and every measure as a ratio of two sums.

All measures are ratios of sums over questions (a mean is one whose denominator counts the
questions it is about), so that value, bootstrap interval and paired difference are each one
matrix product over the same (n, m, 2) array.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.predictions import Cited, Prediction, align
from eval.ranking import RankingScore, score_rankings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from eval.questions import Case

MAX_WORDS = 100
"""A longer answer is not trusted: the reader asked a question, not for the article."""
SUPPORT_OVERLAP = 0.6
"""Least share of common words by which a cited sentence is taken for a gold quote."""

_CURLY_TO_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": None, "”": None, '"': None})
_THOUSANDS_COMMA = re.compile(r"(?<=\d),(?=\d)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went. Shares lie in [0, 1]; None means there is nothing to measure.

    `trusted` is the event the archive's reader cares for: fully correct in at most `MAX_WORDS`
    words with a supporting citation, or rightly refused.
    """

    id: str
    type: str
    answerable: bool
    answered: bool
    fact_recall: float | None
    correct: bool
    citation_recall: float | None
    citation_precision: float | None
    supported: bool
    trusted: bool
    ranking: RankingScore
    n_words: int
    n_citations: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A named ratio. `terms` gives one question's (numerator, denominator).

    `higher_is_better` is None for what is described but not judged.
    """

    key: str
    label: str
    terms: Callable[[Outcome], tuple[float, float]]
    higher_is_better: bool | None = True


def score(cases: Sequence[Case], predictions: Sequence[Prediction]) -> tuple[Outcome, ...]:
    """Score every question of a set, in its order.

    A question without a prediction counts as refused. A fact counts as found when one of its
    variants stands in the answer as whole words, case, quotes and thousands separators aside.
    """
    aligned = align(cases, predictions)
    rankings = score_rankings(cases, aligned)
    return tuple(
        _score_one(case, prediction, ranking)
        for case, prediction, ranking in zip(cases, aligned, rankings, strict=True)
    )


def terms(
    outcomes: Sequence[Outcome], measures: Sequence[Measure] | None = None
) -> NDArray[np.float64]:
    """Lay out numerators and denominators: shape (n questions, m measures, 2)."""
    chosen = MEASURES if measures is None else measures
    rows = [[measure.terms(outcome) for measure in chosen] for outcome in outcomes]
    return np.array(rows, dtype=np.float64).reshape(len(outcomes), len(chosen), 2)


def ratios(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide numerators by denominators over the last axis; NaN where nothing was counted."""
    numerator, denominator = sums[..., 0], sums[..., 1]
    quotients: NDArray[np.float64] = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotients, where=denominator > 0)
    return quotients


def normalise(text: str) -> str:
    """Bring text to the form in which facts are compared.

    NFKC, lower case, straight apostrophes, no double quotes, no comma inside a number, single
    spaces.
    """
    text = unicodedata.normalize("NFKC", text).lower().translate(_CURLY_TO_STRAIGHT)
    return " ".join(_THOUSANDS_COMMA.sub("", text).split())


def holds(text: str, variants: Sequence[str]) -> bool:
    """Say whether normalised `text` has one of `variants` as whole words."""
    return any(
        re.search(rf"(?<![a-z0-9]){re.escape(normalise(variant))}(?![a-z0-9])", text)
        for variant in variants
    )


def word_overlap(first: str, second: str) -> float:
    """Return the share of the shorter text's distinct words that the other has; 0 if empty."""
    words_1 = set(_WORD.findall(normalise(first)))
    words_2 = set(_WORD.findall(normalise(second)))
    shorter = min(len(words_1), len(words_2))
    return len(words_1 & words_2) / shorter if shorter else 0.0


def _score_one(case: Case, prediction: Prediction, ranking: RankingScore) -> Outcome:
    answered = prediction.answered
    cited = prediction.citations if answered else ()
    answer = normalise(prediction.answer) if answered else ""
    sentences = [normalise(one.sentence) for one in cited]
    found = [answered and holds(answer, fact) for fact in case.facts]
    backed = [any(holds(sentence, fact) for sentence in sentences) for fact in case.facts]
    support = [_supports(case, one) for one in cited]
    n_words = len(prediction.answer.split())
    correct = bool(found) and all(found)
    right = correct and any(support) and n_words <= MAX_WORDS
    return Outcome(
        id=case.id,
        type=case.type,
        answerable=case.answerable,
        answered=answered,
        fact_recall=_share(found),
        correct=correct,
        citation_recall=_share(backed),
        citation_precision=_share(support),
        supported=any(support),
        trusted=right if case.answerable else not answered,
        ranking=ranking,
        n_words=n_words,
        n_citations=len(prediction.citations),
    )


def _supports(case: Case, cited: Cited) -> bool:
    """Whether a citation is a gold sentence, or states a required fact from a gold article."""
    gold = [evidence for evidence in case.evidence if evidence.doc == cited.doc]
    if not gold:
        return False
    if any(word_overlap(one.quote, cited.sentence) >= SUPPORT_OVERLAP for one in gold):
        return True
    sentence = normalise(cited.sentence)
    return any(holds(sentence, fact) for fact in case.facts)


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _mean(
    value: Callable[[Outcome], float | None], where: Callable[[Outcome], bool]
) -> Callable[[Outcome], tuple[float, float]]:
    """Make the terms of a mean over the questions `where` holds and `value` is not None."""

    def of(outcome: Outcome) -> tuple[float, float]:
        got = value(outcome) if where(outcome) else None
        return (0.0, 0.0) if got is None else (float(got), 1.0)

    return of


def _answerable(outcome: Outcome) -> bool:
    return outcome.answerable


def _answered(outcome: Outcome) -> bool:
    return outcome.answered


def _any(_: Outcome) -> bool:
    return True


def _refused_rightly(outcome: Outcome) -> bool:
    return not outcome.answerable and not outcome.answered


def _abstention_f1(outcome: Outcome) -> tuple[float, float]:
    """2 tp / (refused + unanswerable): the F1 of refusing, as one ratio of sums."""
    refused, unanswerable = not outcome.answered, not outcome.answerable
    return 2.0 * (refused and unanswerable), float(refused) + float(unanswerable)


MEASURES: tuple[Measure, ...] = (
    Measure("trust", "Trust", _mean(lambda o: o.trusted, _any)),
    Measure("correct", "Fully correct", _mean(lambda o: o.correct, _answerable)),
    Measure(
        "correct_when_answered",
        "Correct when answered",
        _mean(lambda o: o.correct, lambda o: o.answerable and o.answered),
    ),
    Measure("fact_recall", "Fact recall", _mean(lambda o: o.fact_recall, _answerable)),
    Measure("citation_recall", "Citation recall", _mean(lambda o: o.citation_recall, _answerable)),
    Measure(
        "citation_precision",
        "Citation precision",
        _mean(lambda o: o.citation_precision, _answerable),
    ),
    Measure(
        "abstention_precision",
        "Abstention precision",
        _mean(_refused_rightly, lambda o: not o.answered),
    ),
    Measure(
        "abstention_recall",
        "Abstention recall",
        _mean(_refused_rightly, lambda o: not o.answerable),
    ),
    Measure("abstention_f1", "Abstention F1", _abstention_f1),
    Measure("doc_hit@1", "Article hit@1", _mean(lambda o: o.ranking.hit_at_1, _answerable)),
    Measure("doc_hit@5", "Article hit@5", _mean(lambda o: o.ranking.hit_at_5, _answerable)),
    Measure(
        "doc_mrr@10", "Article MRR@10", _mean(lambda o: o.ranking.reciprocal_rank, _answerable)
    ),
    Measure(
        "words_per_answer",
        "Words per answer",
        _mean(lambda o: o.n_words, _answered),
        higher_is_better=None,
    ),
    Measure(
        "citations_per_answer",
        "Citations per answer",
        _mean(lambda o: o.n_citations, _answered),
        higher_is_better=None,
    ),
)
"""Every measure, in the order of the tables. Time is measured apart: it is not repeatable."""
