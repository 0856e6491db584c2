"""The nouns of Dateline. All frozen: a value is made once and read everywhere.

Spans are half-open character offsets into `Article.text`, so that
`article.text[start:end] == sentence.text` always holds. Instants are timezone-aware; an
article's own offset from UTC is kept, because the day a reader sees is the outlet's day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  # read at run time where answers are stored
from enum import StrEnum
from typing import NamedTuple

UNDATED = float("-inf")  # before everything that has a date


class Span(NamedTuple):
    """Half-open character offsets into an article's text."""

    start: int
    end: int


class Status(StrEnum):
    """What the outlet says of an article today."""

    USABLE = "usable"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one news article.

    `id` is stable over versions; `version` counts from 1. `text` is the body only, paragraphs
    separated by newlines; it is data, never instructions and never HTML. `supersedes` names the
    article this one corrects or replaces.
    """

    id: str
    title: str
    text: str
    published_at: datetime | None = None
    updated_at: datetime | None = None
    source: str | None = None
    section: str | None = None
    byline: str | None = None
    url: str | None = None
    language: str | None = None
    status: Status = Status.USABLE
    supersedes: str | None = None
    version: int = 1

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of headline and text: two articles with one hash say the same."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()

    @property
    def dated_at(self) -> datetime | None:
        """The instant the article speaks from: its last update, else its publication."""
        return self.updated_at or self.published_at


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of citation: the `ordinal`-th sentence (from 0) of an article."""

    article_id: str
    ordinal: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval: a run of whole, consecutive sentences of one article."""

    id: str
    article_id: str
    sentences: tuple[Sentence, ...]
    n_tokens: int

    @property
    def text(self) -> str:
        """The sentences joined by single spaces (not a slice of the article)."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Filters:
    """What part of the archive may be seen. Both ends of a date range are included."""

    sources: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation with the answer that was shown."""

    question: str
    answer: str


class Expected(StrEnum):
    """What kind of thing would answer the question."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DURATION = "duration"
    REASON = "reason"
    QUOTE = "quote"
    YES_NO = "yes/no"
    LIST = "list"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked, and as it is understood.

    `standalone` is the text to search and answer: the question itself, or, in a conversation,
    the question with what it leans on spelled out. `as_of` limits what may be seen to what was
    published by then. `wants_latest` is set by 'latest', 'now', 'still' and their like.
    """

    text: str
    standalone: str
    expected: Expected
    wants_latest: bool = False
    max_sentences: int = 3
    as_of: datetime | None = None
    filters: Filters = field(default_factory=Filters)
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Higher score is better; rank starts at 1.

    `cosine` and `bm25` are the two rankings' own scores, 0 where that ranking did not find it.
    """

    article: Article
    passage: Passage
    score: float
    rank: int
    cosine: float = 0.0
    bm25: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could answer, with the hit it came from.

    `score` orders candidates (higher is better). `lead` is the span inside the sentence that
    answers most directly, in offsets into the article's text. `margin` is how much likelier the
    trained reader finds it that the sentence answers than that its passage does not, in logits.
    """

    hit: Hit
    sentence: Sentence
    score: float
    lead: Span | None = None
    margin: float = 0.0

    @property
    def lead_text(self) -> str:
        """The words of the lead, empty without one."""
        if self.lead is None:
            return ""
        start = self.sentence.start
        return self.sentence.text[self.lead.start - start : self.lead.end - start]

    @property
    def timestamp(self) -> float:
        """When the article was published or last updated, in seconds since 1970; else UNDATED."""
        at = self.hit.article.dated_at
        return at.timestamp() if at else UNDATED


@dataclass(frozen=True, slots=True)
class Citation:
    """One source sentence, exactly: `article.text[start:end] == quote` at every use.

    `content_hash` is that of the article's version when it was cited. The rest is what a reader
    needs to see without opening the article; `published_at` is the last update where the outlet
    states no other date.
    """

    article_id: str
    version: int
    sentence: int
    start: int
    end: int
    quote: str
    content_hash: str
    title: str
    source: str | None
    published_at: datetime | None
    url: str | None

    @classmethod
    def of(cls, article: Article, sentence: Sentence) -> Citation:
        """Cite `sentence` of `article`."""
        return cls(
            article_id=article.id,
            version=article.version,
            sentence=sentence.ordinal,
            start=sentence.start,
            end=sentence.end,
            quote=sentence.text,
            content_hash=article.content_hash,
            title=article.title,
            source=article.source,
            published_at=article.published_at or article.updated_at,
            url=article.url,
        )


class Badge(StrEnum):
    """What a reader must know of a cited sentence before trusting it."""

    CORRECTED = "corrected"
    SUPERSEDED = "superseded"
    OPINION = "opinion"


class TimeMark(NamedTuple):
    """A relative time in a sentence, such as 'Tuesday', and the date it means, as shown."""

    span: Span
    means: str


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence the reader sees, with its citation.

    `lead` and the spans of `times` are offsets into `text`. `times` say what 'Tuesday' means,
    counted from the article's date; they stand beside the quote, never in it.
    """

    text: str
    citation: Citation
    lead: Span | None = None
    badge: Badge | None = None
    times: tuple[TimeMark, ...] = ()


class NoteKind(StrEnum):
    """What a note beside an answer is about."""

    VERDICT = "verdict"  # a plain yes or no
    REPORTS = "reports"  # how many independent reports, who carried them
    DISAGREEMENT = "disagreement"  # outlets that give different values
    CHANGED = "changed"  # the figure or state was another before
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Note:
    """One plain line of ours beside an answer; never part of its text, never cited as fact."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class AsOf:
    """From when the answer speaks: its newest source, and how far the archive reaches."""

    newest_source_at: datetime | None
    archive_from: datetime | None
    archive_to: datetime | None
    n_articles: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, or why nothing was: the one source of every rendering.

    An answer with no sentences is a refusal: `refusal` then says in plain words what is missing,
    and `closest` is the best sentence that was not good enough. `probability` is the calibrated
    chance that the sentences answer the question. `hits` are best first. `notes` stand beside the
    answer, `earlier` are older states of what was asked, newest first, and `found` holds the best
    sentence of every article found, best article first. None of the three is part of `text`.
    """

    question: Question
    sentences: tuple[AnswerSentence, ...]
    hits: tuple[Hit, ...]
    as_of: AsOf
    probability: float
    refusal: str | None = None
    closest: Citation | None = None
    notes: tuple[Note, ...] = ()
    earlier: tuple[AnswerSentence, ...] = ()
    found: tuple[Citation, ...] = ()

    @property
    def answered(self) -> bool:
        """True when there is at least one cited sentence."""
        return bool(self.sentences)

    @property
    def text(self) -> str:
        """What the reader sees, without markers: the sentences, or the refusal."""
        if self.sentences:
            return " ".join(sentence.text for sentence in self.sentences)
        return self.refusal or ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations, in the order of the sentences: marker n is `citations[n - 1]`."""
        return tuple(sentence.citation for sentence in self.sentences)
