"""Answering one question on the page, and opening a source, from what the server holds.

What the browser sends back is never believed: it sends a question or a ref, and everything else
is taken from here.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Final, Protocol
from uuid import uuid4

from rag.errors import DatelineError
from rag.types import Span
from ui.exchange import Exchange, Mode, lasting, origins_of
from ui.found import found_in
from ui.page import panel
from ui.page.markup import Growing, stage
from ui.page.refs import Kind, read_ref

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from index.facets import Facets
    from rag.types import Answer, Article, AsOf, Citation, Filters, Turn
    from ui.conversations import Conversations
    from ui.exchange import Asked
    from ui.page.desk import Desk
    from ui.page.refs import Ref

LOOK_AGAIN_S: Final = 0.5
_LOG = logging.getLogger(__name__)


class Named(Protocol):
    """A generation of the index."""

    @property
    def name(self) -> str:
        """Its name, which no other generation of the index has."""


class Answerer(Protocol):
    """What the page needs of an opened index. Called from several threads."""

    def ask(
        self,
        text: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: datetime | None = None,
    ) -> Answer:
        """Answer a question, in the light of the turns before it."""

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return an article's version (None: the newest), None if it is not held."""

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say how many articles there are and how far they reach."""

    def facets(self) -> Facets:
        """Count what may be searched, by outlet, section and language."""

    @property
    def generation(self) -> Named:
        """The generation that answers now."""


@dataclass(frozen=True, slots=True)
class Services:
    """What stands behind the page: the index, the readers' conversations, the line of questions."""

    answerer: Answerer
    conversations: Conversations
    desk: Desk


def answer(answerer: Answerer, asked: Asked, before: Iterable[Exchange]) -> Exchange:
    """Answer a question in the light of the exchanges before it; what every way in comes to.

    A search is an answer that is not shown: its best sentences come of the same scoring.

    Raises:
        DatelineError: The question cannot be asked, or the index is damaged.
    """
    asked_at, started = datetime.now(UTC), perf_counter()
    turns = tuple(turn for exchange in before if (turn := exchange.turn))
    given = answerer.ask(asked.question, history=turns, filters=asked.filters, as_of=asked.as_of)
    kept = lasting(given, found_in(given))
    if asked.mode is Mode.SEARCH:
        kept = replace(
            kept,
            sentences=(),
            refusal=None,
            closest=None,
            notes=(),
            earlier=(),
            as_of=replace(kept.as_of, newest_source_at=None),
        )
    exchange = Exchange(
        id=uuid4().hex,
        asked=asked,
        asked_at=asked_at,
        answer=kept,
        generation=answerer.generation.name,
        seconds=round(perf_counter() - started, 4),
    )
    return replace(exchange, origins=origins_of([*exchange.cited, *kept.found], answerer))


async def ask(
    services: Services, asked: Asked, before: Sequence[Exchange]
) -> AsyncIterator[Growing]:
    """Answer a question step by step: the stage line, then sentence by sentence.

    An error raised on purpose becomes one plain line; any other is logged and becomes one too.
    Leaving off in the middle gives the question's place in the line to the next.
    """
    pending = Exchange(uuid4().hex, asked, datetime.now(UTC))
    try:
        coverage = services.answerer.coverage()
        with services.desk.take(lambda: answer(services.answerer, asked, before)) as ticket:
            n_ahead = ticket.n_ahead
            yield Growing(pending, stage(coverage, n_ahead))
            while not await ticket.settled(LOOK_AGAIN_S):
                if n_ahead != (n_ahead := ticket.n_ahead):
                    yield Growing(pending, stage(coverage, n_ahead))
            exchange = replace(ticket.result(), id=pending.id)
    except DatelineError as error:
        yield Growing(replace(pending, trouble=str(error)))
        return
    except Exception:  # the reader's page must stay alive; the log has the whole story
        _LOG.exception("A question could not be answered")
        told = "Something failed inside Dateline; its log says what."
        yield Growing(replace(pending, trouble=told))
        return
    n_sentences = len(exchange.answer.sentences) if exchange.answer else 0
    for n_shown in range(1, n_sentences):
        yield Growing(exchange, n_shown=n_shown)
        await asyncio.sleep(0)
    yield Growing(exchange, n_shown=n_sentences)


def open_source(answerer: Answerer, href: object, exchanges: Sequence[Exchange]) -> str:
    """Show the article a link of this page points at, or one line that says why not."""
    ref = read_ref(href)
    if ref is None:
        return panel.notice_view("This link does not name a source.")
    try:
        article = answerer.article(ref.article_id, ref.version)
        newest = answerer.article(ref.article_id)
    except DatelineError as error:
        return panel.notice_view(str(error))
    if article is None:
        return panel.notice_view("The archive no longer holds this version of the article.")
    also = _cited_spans(ref, exchanges)
    lead = _lead(ref, exchanges)
    return panel.article_view(article, ref, also=also, lead=lead, newest=newest)


def _cited_spans(ref: Ref, exchanges: Sequence[Exchange]) -> list[Span]:
    if ref.kind is Kind.FOUND:
        return []
    cited = (citation for exchange in exchanges for citation in exchange.cited)
    return [Span(c.start, c.end) for c in cited if _is_of(c, ref)]


def _lead(ref: Ref, exchanges: Sequence[Exchange]) -> Span | None:
    """Find the lead of the sentence the ref names, in offsets into the article."""
    answers = (exchange.answer for exchange in reversed(exchanges) if exchange.answer)
    for told in (told for given in answers for told in (*given.sentences, *given.earlier)):
        cited = told.citation
        same = _is_of(cited, ref) and (cited.start, cited.end) == (ref.start, ref.end)
        at = cited.quote.find(told.text)
        if same and told.lead and at >= 0:
            offset = cited.start + at
            return Span(offset + told.lead.start, offset + told.lead.end)
    return None


def _is_of(citation: Citation, ref: Ref) -> bool:
    return (citation.article_id, citation.version) == (ref.article_id, ref.version)
