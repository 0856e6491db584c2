"""RSS 0.9x, 1.0 and 2.0, and Atom: every entry an article.

An entry's full content is read where the feed carries it, its summary elsewhere. Its id is its
page's address, so that the page itself, added later, is the same article.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from index.readers.address import page_id
from index.readers.agency import EMPTY
from index.readers.clean import clean_line
from index.readers.contract import Outcome, Skipped, Source
from index.readers.dates import find_date
from index.readers.fragment import body_paragraphs, plain_line
from index.readers.item import is_web_address
from index.readers.wire import story_paragraphs, without_by
from index.readers.xml import safe_xml
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

NO_ENTRY = "feed without entries"


def read_feed(source: Source, text: str) -> Iterator[Outcome]:
    """Yield the article of each entry of a feed.

    Raises:
        SourceRejected: it is no feed, or XML we may not read.
    """
    feed = _parsed(safe_xml(text).encode(), source.url or "")
    if not feed.get("version") and not feed.entries:
        raise SourceRejected("not a feed we can read, though it starts as one")
    if not feed.entries:
        yield Skipped(source.place, None, NO_ENTRY)
    for number, entry in enumerate(feed.entries, start=1):
        yield _read_entry(source, number, entry, feed.feed)


def _parsed(content: bytes, url: str) -> Any:
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        return feedparser.parse(
            io.BytesIO(content),
            response_headers=headers,
            sanitize_html=False,  # markup becomes plain paragraphs here, and its way is quadratic
            resolve_relative_uris=True,
        )
    except Exception as error:  # it reads damaged feeds, and fails on some in ways of its own
        raise SourceRejected(f"damaged feed: {type(error).__name__}: {error}") from error


def _read_entry(source: Source, number: int, entry: Any, feed: Any) -> Outcome:
    title = plain_line(entry.get("title", ""))
    story = story_paragraphs(_body(entry), title=title)
    if not story:
        return Skipped(source.place, number, EMPTY)
    link = _link(entry)
    stated = page_id(link) if link else clean_line(entry.get("id", ""))
    published_at, updated_at = _date(entry, "published"), _date(entry, "updated")
    return Article(
        id=(stated or f"{source.name}-{_digest(title, story)}")[:500],
        title=title or story[0][:120],
        text="\n".join(story),
        published_at=published_at or updated_at,
        updated_at=updated_at if published_at and updated_at != published_at else None,
        source=_line(_source(entry) or feed.get("title")),
        section=_line(", ".join(tag.get("term") or "" for tag in entry.get("tags", [])[:1])),
        byline=_byline(entry),
        url=link,
        language=_language(entry) or feed.get("language"),
    )


def _body(entry: Any) -> list[str]:
    """Return the longest content's paragraphs, the summary's where there is no content."""
    contents = [content.get("value", "") for content in entry.get("content", [])]
    bodies = [body_paragraphs(value) for value in [*contents, entry.get("summary", "")] if value]
    return max(bodies, key=lambda body: sum(map(len, body)), default=[])


def _link(entry: Any) -> str | None:
    for candidate in (entry.get("link"), entry.get("feedburner_origlink"), entry.get("id")):
        if isinstance(candidate, str) and is_web_address(candidate.strip()):
            return candidate.strip().partition("#")[0]
    return None


def _date(entry: Any, field: str) -> datetime | None:
    stated = entry.get(field) if field in entry else None  # feedparser guesses one for another
    return find_date(stated) if isinstance(stated, str) else None


def _source(entry: Any) -> str | None:
    stated = entry.get("source")
    return stated.get("title") if isinstance(stated, dict) else None


def _byline(entry: Any) -> str | None:
    names = [author.get("name", "") for author in entry.get("authors", [])]
    stated = ", ".join(name for name in names if name) or entry.get("author", "")
    return _line(without_by(stated)) if isinstance(stated, str) else None


def _language(entry: Any) -> str | None:
    return next((c["language"] for c in entry.get("content", []) if c.get("language")), None)


def _line(value: str | None) -> str | None:
    return plain_line(value) or None if value else None


def _digest(title: str, story: list[str]) -> str:
    return hashlib.sha256("\n".join([title, *story]).encode()).hexdigest()[:16]
