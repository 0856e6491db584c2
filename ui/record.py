"""An exchange as data: what the exports write and what programs are answered with.

Every citation in it starts from the outside contract's record, `rag.record`, so `dateline ask
--json`, the interface for programs and every file saved name the same places in the same words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

from rag.record import CitationRecord, NoteRecord, prediction
from rag.types import AnswerSentence
from ui.locator import Locator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rag.types import Answer, Citation
    from ui.exchange import Asked, Exchange


class SourceRecord(CitationRecord):
    """A citation with what is known of its article; `locator` can be checked later."""

    byline: str | None
    section: str | None
    language: str | None
    updated: str | None
    status: str | None
    locator: str


class ExchangeRecord(TypedDict):
    """A question and what came of it. `answer` holds the refusal where `answered` is false."""

    id: str
    question: str
    standalone: str
    mode: str
    asked_at: str
    filters: dict[str, Any]
    generation: str
    seconds: float
    answered: bool
    answer: str
    probability: float
    as_of: dict[str, str | int | None]
    citations: list[SourceRecord]
    notes: list[NoteRecord]
    earlier: list[SourceRecord]
    found: list[SourceRecord]
    closest: SourceRecord | None
    hits: list[str]
    feedback: str | None


def record_of(exchange: Exchange) -> ExchangeRecord:
    """Return an answered exchange as JSON-ready values.

    Raises:
        ValueError: The exchange holds no answer.
    """
    answer = exchange.answer
    if answer is None:
        raise ValueError("an exchange without an answer has no record")
    told = prediction(answer)
    closest = _sources(exchange, answer, _bare([answer.closest])) if answer.closest else [None]
    return ExchangeRecord(
        id=exchange.id,
        question=exchange.asked.question,
        standalone=told["standalone"],
        mode=exchange.asked.mode.value,
        asked_at=exchange.asked_at.isoformat(),
        filters=_filters(exchange.asked),
        generation=exchange.generation,
        seconds=exchange.seconds,
        answered=told["answered"],
        answer=told["answer"],
        probability=told["probability"],
        as_of=told["as_of"],
        citations=_sources(exchange, answer, answer.sentences),
        notes=told["notes"],
        earlier=_sources(exchange, answer, answer.earlier),
        found=_sources(exchange, answer, _bare(answer.found)),
        closest=closest[0],
        hits=[citation.article_id for citation in answer.found],
        feedback=exchange.verdict.value if exchange.verdict else None,
    )


def _bare(citations: Sequence[Citation]) -> list[AnswerSentence]:
    return [AnswerSentence(one.quote, one) for one in citations]


def _sources(
    exchange: Exchange, answer: Answer, sentences: Sequence[AnswerSentence]
) -> list[SourceRecord]:
    records = prediction(replace(answer, sentences=tuple(sentences)))["citations"]
    pairs = zip(records, sentences, strict=True)
    return [_source(exchange, record, sentence) for record, sentence in pairs]


def _source(exchange: Exchange, record: CitationRecord, sentence: AnswerSentence) -> SourceRecord:
    origin = exchange.origin(sentence.citation)
    return SourceRecord(
        **record,
        byline=origin.byline if origin else None,
        section=origin.section if origin else None,
        language=origin.language if origin else None,
        updated=_stamp(origin.updated_at) if origin else None,
        status=origin.status.value if origin else None,
        locator=str(Locator.of(sentence.citation)),
    )


def _filters(asked: Asked) -> dict[str, Any]:
    limits = asked.filters
    return {
        "sources": list(limits.sources),
        "sections": list(limits.sections),
        "languages": list(limits.languages),
        "since": _stamp(limits.since),
        "until": _stamp(limits.until),
        "as_of": _stamp(asked.as_of),
    }


def _stamp(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
