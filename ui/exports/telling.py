"""What every written export says of a source, in the same words and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ui.exchange import Mode
from ui.locator import Locator
from ui.wording import BADGE_NAMES, STATUS_NAMES, UNNAMED, day, times_told

if TYPE_CHECKING:
    from rag.types import AnswerSentence, Citation
    from ui.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it is listed: marker, line, quote, a web address or '', and the locator."""

    label: str
    line: str
    quote: str
    address: str
    locator: Locator


def sources_of(exchange: Exchange) -> list[Source]:
    """List what is to be named: the citations by their markers, or what was found."""
    answer = exchange.answer
    if answer is None:
        return []
    if exchange.asked.mode is Mode.SEARCH:
        return [_source(exchange, one, f"{n}.") for n, one in enumerate(answer.found, 1)]
    if not answer.answered:
        return [_source(exchange, one, "Closest:") for one in exchange.cited]
    return [_source(exchange, one, f"[{n}]") for n, one in enumerate(exchange.cited, 1)]


def said_of(sentence: AnswerSentence) -> str:
    """Return what is to be said of a sentence, each in brackets after a space: times, badge.

    It is text of articles and of ours: to be escaped like the sentence itself.
    """
    badge = [BADGE_NAMES[sentence.badge]] if sentence.badge else []
    return "".join(f" ({told})" for told in (*times_told(sentence), *badge))


def web_address(url: str | None) -> str:
    """Return an address that is safe to link, '' for any other."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    good = parts.scheme in {"http", "https"} and parts.hostname
    return (url or "") if good and not set(url or "") & set("<>\"'`\\ \t\r\n") else ""


def _source(exchange: Exchange, citation: Citation, label: str) -> Source:
    origin = exchange.origin(citation)
    parts = [
        f"“{citation.title}”",
        citation.source or UNNAMED,
        origin.byline if origin else None,
        day(citation.published_at),
        f"updated {day(origin.updated_at)}" if origin and origin.updated_at else None,
        STATUS_NAMES.get(origin.status) if origin else None,
    ]
    return Source(
        label=label,
        line=", ".join(part for part in parts if part),
        quote=citation.quote,
        address=web_address(citation.url),
        locator=Locator.of(citation),
    )
