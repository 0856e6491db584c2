"""What is known of a sentence as a possible answer: plain numbers, each with a meaning.

All are cheap; the trained selector's score is one among them. What each is worth is measured by
`eval.ablation`; `eval/training` fits the weights.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

from rag.names import names
from rag.question import asks_how_things_stand, subject
from rag.types import Expected
from rag.words import FUNCTION_WORDS, MONTH, coverage, numbers, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.types import Article, Hit, Question, Sentence
    from rag.words import Vocabulary

_NUMBER_WORD = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter|none|no one"
)
_DAY = r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NAME = r"[A-Z][\w’'-]+(?: (?:[A-Z]\.|[A-Z][\w’'-]+))+"
_FITS: dict[Expected, re.Pattern[str]] = {
    Expected.PERSON: re.compile(rf"{_NAME}|\b(?:he|she)\b"),
    Expected.PLACE: re.compile(r"\b(?:in|at|on|near|from|to|off|outside|of|around) (?:the )?[A-Z]"),
    Expected.ORGANISATION: re.compile(r"(?<!^)\b[A-Z][\w&’'-]+"),
    Expected.DATE: re.compile(
        rf"\b(?:{MONTH}|{_DAY}|(?:1[5-9]|20)\d\d|\d{{1,2}}(?::\d\d)? ?[ap]\.?m|yesterday|today|"
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
    cover_sentence, cover_near, cover_passage, cover_article: share of the question's idf weight
        that the sentence holds; it with the one before and the headline; its passage with the
        headline; its article.
    fits: 1 where the sentence holds the kind of thing asked for.
    beside: the selector's logit of the sentence less the null where the question's best sentences,
        each behind its headline and date, are read in one window; for those not read so, one less
        than the least of them.
    lead, lead_fits: probability of the likeliest short answer in the sentence, and 1 where that
        short answer is of the kind asked for.
    names_passage, names_article: share of the question's names whose last word stands in the
        passage or headline, and in the article.
    numbers_passage, times_passage: share of the question's numbers, and of its months, weekdays
        and years, in the passage, the headline or the article's date.
    recency, recency_now: how new the article is among those read, 0 to 1, where the question
        asks for the newest state in so many words; where it only asks how things stand.
    """

    selector: float
    null: float
    cosine: float
    bm25_share: float
    reciprocal_rank: float
    cover_sentence: float
    cover_near: float
    cover_passage: float
    cover_article: float
    fits: float
    lead: float
    lead_fits: float
    names_passage: float
    names_article: float
    numbers_passage: float
    times_passage: float
    recency: float
    recency_now: float
    beside: float

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of `NAMES`."""
        return tuple(getattr(self, name) for name in NAMES)


NAMES = tuple(field.name for field in fields(Features))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the selector says of one sentence.

    `margin` is its logit less the window's `null`; `lead` its likeliest short answer and
    `lead_probability` the chance of that one, given that the sentence answers.
    """

    margin: float
    null: float
    lead: str = ""
    lead_probability: float = 0.0


class FeatureReader:
    """Reads the features of sentences for one question."""

    def __init__(self, question: Question, hits: Sequence[Hit], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._expected = question.expected
        self._empty = frozenset(vocabulary.stems(" ".join(sorted(FUNCTION_WORDS))))
        self._weights = self._weigh(question.standalone)
        # what a follow-up leans on may stand anywhere in the passage, and often is a pronoun here
        self._own_weights = self._weigh(question.text)
        self._names = [name.lower().split()[-1] for name in names(question.standalone)]
        self._numbers = numbers(question.standalone)
        self._times = times(question.standalone)
        self._best_bm25 = max((hit.bm25 for hit in hits), default=0.0) or 1.0
        self._recency = _recency(hits) if question.wants_latest else {}
        stands = question.as_of is not None or asks_how_things_stand(question.text)
        self._recency_now = _recency(hits) if stands and not question.wants_latest else {}
        self._articles: dict[str, _Text] = {}
        self._passages: dict[str, _Text] = {}

    def read(self, hit: Hit, sentence: Sentence, reading: Reading) -> Features:
        """Return the features of one sentence of `hit`."""
        article, passage = self._article(hit.article), self._passage(hit)
        return Features(
            selector=reading.margin,
            null=reading.null,
            cosine=hit.cosine,
            bm25_share=hit.bm25 / self._best_bm25,
            reciprocal_rank=1 / hit.rank,
            cover_sentence=coverage(self._own_weights, set(self._vocabulary.stems(sentence.text))),
            cover_near=coverage(self._weights, self._near(hit, sentence)),
            cover_passage=coverage(self._weights, passage.stems),
            cover_article=coverage(self._weights, article.stems),
            fits=float(fits(sentence.text, self._expected)),
            lead=reading.lead_probability,
            lead_fits=float(lead_fits(reading.lead, self._expected)),
            names_passage=_share(name in passage.lower for name in self._names),
            names_article=_share(name in article.lower for name in self._names),
            numbers_passage=_share(number in passage.numbers for number in self._numbers),
            times_passage=_share(time in passage.times for time in self._times),
            recency=self._recency.get(hit.article.id, 0.0),
            recency_now=self._recency_now.get(hit.article.id, 0.0),
            beside=0.0,  # known once the best are
        )

    def _near(self, hit: Hit, sentence: Sentence) -> frozenset[str]:
        texts = [hit.article.title, sentence.text]
        texts += [s.text for s in hit.passage.sentences if s.ordinal == sentence.ordinal - 1]
        return frozenset(self._vocabulary.stems(" ".join(texts)))

    def _article(self, article: Article) -> _Text:
        if article.id not in self._articles:
            text = f"{article.title} {article.text}"
            self._articles[article.id] = _Text(text, self._vocabulary)
        return self._articles[article.id]

    def _passage(self, hit: Hit) -> _Text:
        if hit.passage.id not in self._passages:
            at = hit.article.dated_at
            text = (
                f"{hit.article.title} {hit.passage.text} {at:%A %B %Y}"
                if at
                else (f"{hit.article.title} {hit.passage.text}")
            )
            self._passages[hit.passage.id] = _Text(text, self._vocabulary)
        return self._passages[hit.passage.id]

    def _weigh(self, text: str) -> Mapping[str, float]:
        stems = [s for s in self._vocabulary.stems(subject(text)) if s not in self._empty]
        return weigh(stems, self._vocabulary)


class _Text:
    """A text with what the features ask of it, each worked out once."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(self._vocabulary.stems(self._text))

    @cached_property
    def lower(self) -> str:
        return self._text.lower()

    @cached_property
    def numbers(self) -> frozenset[str]:
        return numbers(self._text)

    @cached_property
    def times(self) -> frozenset[str]:
        return times(self._text)


def fits(text: str, expected: Expected) -> bool:
    """Say whether `text` holds the kind of thing `expected` names; kinds without a form always."""
    pattern = _FITS.get(expected)
    return pattern is None or pattern.search(text) is not None


def lead_fits(text: str, expected: Expected) -> bool:
    """Say whether a short answer is of the kind asked for; a name alone is enough of one."""
    if expected in _NAMED:
        return any(word[:1].isupper() for word in text.split())
    return fits(text, expected)


_NAMED = frozenset({Expected.PERSON, Expected.PLACE, Expected.ORGANISATION})


def names_person(text: str) -> bool:
    """Say whether a sentence holds what may be a person's full name."""
    return _FULL_NAME.search(text) is not None


_FULL_NAME = re.compile(_NAME)


def times(text: str) -> frozenset[str]:
    """Return the months, weekdays and years a text names, months by their first three letters."""
    found = _TIME.findall(text)
    return frozenset(word if word[0].isdigit() else word[:3].lower() for word in found)


_TIME = re.compile(rf"\b(?:{MONTH}|{_DAY}|(?:1[5-9]|20)\d\d)\b")


def _recency(hits: Sequence[Hit]) -> dict[str, float]:
    """Return 1 for the newest article read, down to 0 for the oldest; undated ones have 0."""
    dated = {hit.article.id: at for hit in hits if (at := hit.article.dated_at)}
    order = sorted(dated, key=lambda id_: (dated[id_], id_))
    return {id_: n / max(1, len(order) - 1) for n, id_ in enumerate(order)}


def _share(present: Iterable[bool]) -> float:
    found = list(present)
    return sum(found) / len(found) if found else 1.0
