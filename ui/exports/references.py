"""The sources of a conversation as references: CSL-JSON and RIS, one for each article version.

Source: the CSL-JSON schema 1.0.2 (citationstyles.org) and the RIS tags as Zotero and EndNote read
them: `article-newspaper` and `NEWS`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.exports.telling import sources_of, web_address
from ui.inert import visible
from ui.locator import Locator
from ui.wording import STATUS_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rag.types import Citation
    from ui.exchange import Conversation, Exchange, Origin


@dataclass(frozen=True, slots=True)
class Reference:
    """One version of an article with every place of it that was cited, and by which generation."""

    citation: Citation
    origin: Origin | None
    places: tuple[Citation, ...]
    generation: str


def as_csl(talk: Conversation, at: datetime) -> str:
    """Write the sources as a CSL-JSON array."""
    items = [_csl(reference, at) for reference in _references(talk)]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def as_ris(talk: Conversation, at: datetime) -> str:
    """Write the sources as RIS records."""
    records = [
        "\r\n".join(f"{tag}  - {value}" for tag, value in _ris(one, at))
        for one in _references(talk)
    ]
    return "".join(f"{record}\r\nER  - \r\n\r\n" for record in records)


def _references(talk: Conversation) -> Iterator[Reference]:
    grouped: dict[tuple[str, int], list[tuple[Exchange, Citation]]] = {}
    for exchange in talk.exchanges:
        named = {source.locator for source in sources_of(exchange)}
        found = exchange.answer.found if exchange.answer else ()
        for citation in (*exchange.cited, *found):
            if Locator.of(citation) in named:
                key = (citation.article_id, citation.version)
                grouped.setdefault(key, []).append((exchange, citation))
    for cited in grouped.values():
        exchange, first = cited[0]
        places = {Locator.of(citation): citation for _, citation in cited}
        yield Reference(first, exchange.origin(first), tuple(places.values()), exchange.generation)


def _csl(reference: Reference, at: datetime) -> dict[str, Any]:
    citation, origin = reference.citation, reference.origin
    published = citation.published_at
    item: dict[str, Any] = {
        "id": f"{citation.article_id}-v{citation.version}",
        "type": "article-newspaper",
        "title": _line(citation.title),
        "container-title": _line(citation.source or ""),
        "author": [{"literal": name} for name in _authors(origin)],
        "issued": _date(published) if published else None,
        "accessed": _date(at),
        "URL": web_address(citation.url),
        "section": _line(origin.section or "") if origin else "",
        "language": _line(origin.language or "") if origin else "",
        "note": "\n".join(_notes(reference)),
    }
    return {key: value for key, value in item.items() if value}


def _ris(reference: Reference, at: datetime) -> Iterator[tuple[str, str]]:
    citation, origin = reference.citation, reference.origin
    yield "TY", "NEWS"
    yield "TI", _line(citation.title)
    for name in _authors(origin):
        yield "AU", name
    if citation.source:
        yield "T2", _line(citation.source)
    if published := citation.published_at:
        yield "PY", f"{published:%Y}"
        yield "DA", f"{published:%Y/%m/%d}"
    if address := web_address(citation.url):
        yield "UR", address
    if origin and origin.section:
        yield "SE", _line(origin.section)
    if origin and origin.language:
        yield "LA", _line(origin.language)
    yield "Y2", f"{at:%Y/%m/%d}"
    for note in _notes(reference):
        yield "N1", note


def _notes(reference: Reference) -> Iterator[str]:
    for place in reference.places:
        yield f"“{_line(place.quote)}” {Locator.of(place)}"
    origin = reference.origin
    if origin and origin.updated_at:
        yield f"Updated {origin.updated_at.isoformat()}"
    if origin and (line := STATUS_NAMES.get(origin.status)):
        yield line
    yield f"Content SHA-256 {reference.citation.content_hash}; index generation " + _line(
        reference.generation
    )


def _authors(origin: Origin | None) -> list[str]:
    byline = re.sub(r"^by\s+", "", _line(origin.byline or ""), flags=re.I) if origin else ""
    return [name for name in re.split(r"\s+and\s+|\s*,\s+", byline) if name]


def _date(at: datetime) -> dict[str, list[list[int]]]:
    return {"date-parts": [[at.year, at.month, at.day]]}


def _line(text: str) -> str:
    """Return text as one line: in RIS a line that begins with a tag would be one."""
    return " ".join(visible(text).split())
