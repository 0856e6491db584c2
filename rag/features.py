"""What is known of a sentence as a possible answer: plain numbers, each with a meaning.

All are cheap; the trained selector's score is one among them. What each is worth is measured by
`eval/training`, which also fits the weights.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from rag.question import names, subject
from rag.types import Expected
from rag.words import FUNCTION_WORDS, coverage, numbers, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rag.types import Hit, Question, Sentence
    from rag.words import Vocabulary

_NUMBER_WORD = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter|none|no one"
)
_MONTH = (
    r"Jan(?:uary)?|Feb(?:ruary)?|March|April|May|June|July|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_DAY = r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NAME = r"[A-Z][\w’'-]+(?: (?:[A-Z]\.|[A-Z][\w’'-]+))+"
_FITS: dict[Expected, re.Pattern[str]] = {
    Expected.PERSON: re.compile(rf"{_NAME}|\b(?:he|she)\b"),
    Expected.PLACE: re.compile(r"\b(?:in|at|on|near|from|to|off|outside|of|around) (?:the )?[A-Z]"),
    Expected.ORGANISATION: re.compile(r"(?<!^)\b[A-Z][\w&’'-]+"),
    Expected.DATE: re.compile(
        rf"\b(?:{_MONTH}|{_DAY}|(?:1[5-9]|20)\d\d|\d{{1,2}}(?::\d\d)? ?[ap]\.?m|yesterday|today|"
        r"tomorrow|last (?:week|month|year|night)|next (?:week|month|year)|noon|midnight|spring|"
        r"summer|autumn|winter|weekend)\b"
    ),
    Expected.DURATION: re.compile(
        r"\b(?:\w+[- ])(?:second|minute|hour|day|week|month|year|decade)s?\b"
    ),
    Expected.NUMBER: re.compile(rf"\d|\b(?:{_NUMBER_WORD})\b", re.IGNORECASE),
    Expected.MONEY: re.compile(
        r"[$€£¥]\s?\d|\b\d[\d,.]*\s?(?:(?:million|billion|trillion|thousand)\s)?"
        r"(?:dollars?|euros?|pounds?|crowns?|cents?|francs?|yen|yuan|rupees?|pesos?|[a-z]{3,10}s?\b)"
    ),
    Expected.PERCENT: re.compile(
        r"\d\s?%|per ?cent\b|\bpct\b|percentage|\b(?:half|third|quarter|fifth|tenth)s?\b"
    ),
    Expected.REASON: re.compile(
        r"\b(?:because|due to|owing to|after|since|caused|blam\w+|so that|in order to|to \w+|"
        r"citing|reason|as a result|led to|for fear|over|amid|following|prompted)\b"
    ),
    Expected.QUOTE: re.compile(r"[\"“”]|\b(?:said|says|told|called|suggested|added)\b"),
}


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers about one candidate sentence; higher is meant as better but for `null`.

    selector: the selector's logit of the sentence less its window's null logit.
    null: the window's own null logit.
    cosine, bm25_share: the passage's cosine, and its BM25 score as a share of the best.
    reciprocal_rank: 1 / rank of the passage in the fused ranking.
    cover_sentence, cover_passage, cover_article: share of the question's idf weight that the
        sentence, its passage with the headline, and its article hold.
    fits: 1 where the sentence holds the kind of thing asked for.
    names_passage: share of the question's names in the passage or headline.
    numbers_passage: share of the question's numbers in the passage or headline.
    """

    selector: float
    null: float
    cosine: float
    bm25_share: float
    reciprocal_rank: float
    cover_sentence: float
    cover_passage: float
    cover_article: float
    fits: float
    names_passage: float
    numbers_passage: float

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of `NAMES`."""
        return tuple(getattr(self, name) for name in NAMES)


NAMES = tuple(field.name for field in fields(Features))


class FeatureReader:
    """Reads the features of sentences for one question."""

    def __init__(self, question: Question, hits: tuple[Hit, ...], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._expected = question.expected
        self._weights = _weights(question.standalone, vocabulary)
        # what a follow-up leans on may stand anywhere in the passage, and often is a pronoun here
        self._own_weights = _weights(question.text, vocabulary)
        self._names = [name.lower() for name in names(question.standalone)]
        self._numbers = numbers(question.standalone)
        self._best_bm25 = max((hit.bm25 for hit in hits), default=0.0) or 1.0
        self._articles: dict[str, set[str]] = {}

    def read(self, hit: Hit, sentence: Sentence, *, selector: float, null: float) -> Features:
        """Return the features of one sentence of `hit`."""
        passage = f"{hit.article.title} {hit.passage.text}"
        return Features(
            selector=selector,
            null=null,
            cosine=hit.cosine,
            bm25_share=hit.bm25 / self._best_bm25,
            reciprocal_rank=1 / hit.rank,
            cover_sentence=coverage(self._own_weights, set(self._vocabulary.stems(sentence.text))),
            cover_passage=coverage(self._weights, set(self._vocabulary.stems(passage))),
            cover_article=coverage(self._weights, self._article_stems(hit)),
            fits=float(fits(sentence.text, self._expected)),
            names_passage=_share(name in passage.lower() for name in self._names),
            numbers_passage=_share(number in numbers(passage) for number in self._numbers),
        )

    def _article_stems(self, hit: Hit) -> set[str]:
        key = hit.article.id
        if key not in self._articles:
            text = f"{hit.article.title} {hit.article.text}"
            self._articles[key] = set(self._vocabulary.stems(text))
        return self._articles[key]


def fits(text: str, expected: Expected) -> bool:
    """Say whether `text` holds the kind of thing `expected` names; kinds without a form always."""
    pattern = _FITS.get(expected)
    return pattern is None or pattern.search(text) is not None


def _weights(text: str, vocabulary: Vocabulary) -> Mapping[str, float]:
    empty = _function_stems(vocabulary)
    return weigh([s for s in vocabulary.stems(subject(text)) if s not in empty], vocabulary)


def _function_stems(vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(vocabulary.stems(" ".join(sorted(FUNCTION_WORDS))))


def _share(present: Iterable[bool]) -> float:
    found = list(present)
    return sum(found) / len(found) if found else 1.0
