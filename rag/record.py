"""The answer as data: the one mapping that `--json`, evaluation and exports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

    from rag.types import Answer, AnswerSentence, Citation


class CitationRecord(TypedDict):
    """A citation of the outside contract. `start` and `end` are half-open character offsets."""

    doc: str
    sentence: str
    start: int
    end: int
    title: str
    source: str | None
    published: str | None
    url: str | None
    version: int
    content_hash: str
    lead: list[int] | None
    badge: str | None
    times: list[dict[str, int | str]]


class NoteRecord(TypedDict):
    """A plain line beside an answer; `kind` is one of `rag.types.NoteKind`."""

    kind: str
    text: str


class AnswerRecord(TypedDict):
    """An answer of the outside contract; `hits` are distinct article ids, best first.

    `earlier` are older states of what was asked, newest first; `found` the best sentence of every
    article that was read, best article first. Neither stands in `answer`.
    """

    answered: bool
    answer: str
    citations: list[CitationRecord]
    hits: list[str]
    question: str
    standalone: str
    probability: float
    as_of: dict[str, str | int | None]
    closest: CitationRecord | None
    notes: list[NoteRecord]
    earlier: list[CitationRecord]
    found: list[CitationRecord]


def prediction(answer: Answer) -> AnswerRecord:
    """Return the answer as the contract's JSON object, without `id` and `seconds`."""
    return AnswerRecord(
        answered=answer.answered,
        answer=answer.text,
        citations=[_sentence(sentence) for sentence in answer.sentences],
        hits=list(dict.fromkeys(hit.article.id for hit in answer.hits)),
        question=answer.question.text,
        standalone=answer.question.standalone,
        probability=round(answer.probability, 6),
        as_of={
            "newest_source": _stamp(answer.as_of.newest_source_at),
            "archive_from": _stamp(answer.as_of.archive_from),
            "archive_to": _stamp(answer.as_of.archive_to),
            "articles": answer.as_of.n_articles,
        },
        closest=_citation(answer.closest) if answer.closest else None,
        notes=[NoteRecord(kind=note.kind.value, text=note.text) for note in answer.notes],
        earlier=[_sentence(sentence) for sentence in answer.earlier],
        found=[_citation(citation) for citation in answer.found],
    )


def _sentence(sentence: AnswerSentence) -> CitationRecord:
    offset = sentence.citation.start
    lead = [sentence.lead.start + offset, sentence.lead.end + offset] if sentence.lead else None
    return {
        **_citation(sentence.citation),
        "lead": lead,
        "badge": sentence.badge.value if sentence.badge else None,
        "times": [
            {"start": mark.span.start + offset, "end": mark.span.end + offset, "means": mark.means}
            for mark in sentence.times
        ],
    }


def _citation(citation: Citation) -> CitationRecord:
    return CitationRecord(
        doc=citation.article_id,
        sentence=citation.quote,
        start=citation.start,
        end=citation.end,
        title=citation.title,
        source=citation.source,
        published=_stamp(citation.published_at),
        url=citation.url,
        version=citation.version,
        content_hash=citation.content_hash,
        lead=None,
        badge=None,
        times=[],
    )


def _stamp(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
