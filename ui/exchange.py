"""The nouns of a conversation: what was asked and how, what came of it, and who wrote it.

An `Exchange` is the one thing every path of the page starts from: the answer that grows, the one
read again after a restart, every export and the interface for programs. So a citation is the same
object in all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

# pydantic reads the annotations of these classes, and of the answer's, where they are kept
from datetime import datetime  # noqa: TC003
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from rag.followup import turn_of
from rag.types import Answer, Citation, Filters, Status, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.types import Article


class Mode(StrEnum):
    """What the reader wants back."""

    ANSWER = "answer"
    SEARCH = "search"  # the ranked articles alone


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was sent: its words, what part of the archive it may see, and the mode."""

    question: str
    filters: Filters = field(default_factory=Filters)
    as_of: datetime | None = None
    mode: Mode = Mode.ANSWER

    @property
    def narrowed(self) -> bool:
        """True when the reader left part of the archive out."""
        return self.as_of is not None or self.filters != Filters()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a citation does not say of its article, as it stood when the answer was given."""

    article_id: str
    version: int
    byline: str | None
    section: str | None
    language: str | None
    updated_at: datetime | None
    status: Status

    @classmethod
    def of(cls, article: Article) -> Origin:
        """Take down where an article comes from."""
        return cls(
            article_id=article.id,
            version=article.version,
            byline=article.byline,
            section=article.section,
            language=article.language,
            updated_at=article.updated_at,
            status=article.status,
        )


class Verdict(StrEnum):
    """What a reader thought of an answer."""

    USEFUL = "useful"
    NOT_USEFUL = "not useful"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with what came of it.

    While it is being answered `answer` is None and `trouble` empty. `trouble` is the one line
    shown where something failed; such an exchange is never kept. `generation` names the index's
    generation that answered, `seconds` how long it took.
    """

    id: str
    asked: Asked
    asked_at: datetime
    answer: Answer | None = None
    origins: tuple[Origin, ...] = ()
    generation: str = ""
    seconds: float = 0.0
    trouble: str = ""
    verdict: Verdict | None = None

    @property
    def turn(self) -> Turn | None:
        """What a follow-up may lean on; None where nothing was said."""
        if self.answer is None or self.asked.mode is Mode.SEARCH:
            return None
        return turn_of(self.answer)

    @property
    def cited(self) -> tuple[Citation, ...]:
        """Every citation in the order of its marker: the answer's, then the earlier states'."""
        if self.answer is None:
            return ()
        if not self.answer.answered:
            return (self.answer.closest,) if self.answer.closest else ()
        return (*self.answer.citations, *(one.citation for one in self.answer.earlier))

    def origin(self, citation: Citation) -> Origin | None:
        """Return where the citation's article comes from, None where that was not taken down."""
        wanted = (citation.article_id, citation.version)
        return next((o for o in self.origins if (o.article_id, o.version) == wanted), None)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in their order, under a title its owner can change."""

    id: str
    title: str
    exchanges: tuple[Exchange, ...] = ()

    def exchange(self, exchange_id: str) -> Exchange | None:
        """Return one exchange of this conversation."""
        return next((one for one in self.exchanges if one.id == exchange_id), None)


class ArticleStore(Protocol):
    """Where articles are looked up."""

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return an article's version (None: the newest), None if it is not held."""


ASKED: TypeAdapter[Asked] = TypeAdapter(Asked)
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
ORIGINS: TypeAdapter[tuple[Origin, ...]] = TypeAdapter(tuple[Origin, ...])


def lasting(answer: Answer, found: tuple[Citation, ...]) -> Answer:
    """Return what is kept of an answer: all but its hits' articles and the turns before it.

    `found` stands in for the hits: the best sentence of every article, best first.
    """
    question = replace(answer.question, history=())
    return replace(answer, question=question, hits=(), found=found)


def origins_of(citations: Iterable[Citation], store: ArticleStore) -> tuple[Origin, ...]:
    """Look up where the cited articles come from, each version once, in order."""
    wanted = dict.fromkeys((one.article_id, one.version) for one in citations)
    articles = (store.article(article_id, version) for article_id, version in wanted)
    return tuple(Origin.of(article) for article in articles if article is not None)
