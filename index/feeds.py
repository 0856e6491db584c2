"""Articles from addresses: a page gives itself, a feed its entries and the pages they name.

What was seen of a feed is remembered, so that a poll costs one request where nothing changed and
no entry's page is fetched twice. The memory is written only after the articles are in the index:
a run that dies in between reads them again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from index.readers import Outcome, Rejection, Skipped, Source, read_bytes
from index.readers.address import page_id
from index.readers.decode import as_utf8, decode
from index.readers.detect import reader_of
from index.readers.feed import read_feed
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.fetch import Fetched, Fetcher

TEASER_CHARS = 1_200
"""An entry with less text than this is taken for a teaser of its page."""
UNCHANGED = "unchanged since the last poll"
_MOST_SEEN = 2_000  # entries remembered of one feed, newest last

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/x-ndjson": ".jsonl",
}

_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Seen:
    """What is known of one feed: its validators and a digest of each entry met."""

    etag: str | None = None
    last_modified: str | None = None
    entries: dict[str, str] = field(default_factory=dict)


class FeedMemory:
    """What was seen of every feed, in one file; without a path it lasts for one run."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._feeds: dict[str, Seen] = {}
        if path and path.exists():
            try:
                stored = json.loads(path.read_text("utf-8"))
                self._feeds = {url: Seen(**seen) for url, seen in stored.items()}
            except (ValueError, TypeError, AttributeError):
                _log.warning("%s is damaged; every feed is read anew.", path)

    def of(self, url: str) -> Seen:
        """Return what is known of a feed, to be read and changed."""
        return self._feeds.setdefault(url, Seen())

    def save(self) -> None:
        """Write the memory, whole or not at all."""
        if self._path is None:
            return
        for seen in self._feeds.values():
            seen.entries = dict(list(seen.entries.items())[-_MOST_SEEN:])
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump({url: asdict(seen) for url, seen in self._feeds.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def found_at(
    urls: Sequence[str], fetcher: Fetcher, memory: FeedMemory, *, reads_linked: bool = True
) -> Iterator[tuple[Source, Outcome]]:
    """Yield what stands at each address; a failure is a Rejection, never an exception.

    `reads_linked` fetches the page of a feed's entry that is only a teaser of it.
    """
    for url in urls:
        source = Source(url, page_id(url), "", url)
        try:
            yield from poll(url, fetcher, memory.of(url), reads_linked=reads_linked)
        except SourceRejected as error:
            yield source, Rejection(url, None, str(error), error.kind)


def poll(
    url: str, fetcher: Fetcher, seen: Seen, *, reads_linked: bool = True
) -> Iterator[tuple[Source, Outcome]]:
    """Yield what is new at one address and note it in `seen`.

    Raises:
        SourceRejected: it is refused, or cannot be reached.
    """
    answer = fetcher.get(url, etag=seen.etag, last_modified=seen.last_modified)
    source = _source(url, answer)
    if answer.is_unchanged:
        yield source, Skipped(url, None, UNCHANGED)
        return
    content = _content(answer)
    feed = _feed_text(source, content)
    if feed is None:
        for outcome in read_bytes(source, content):
            yield source, outcome
        seen.etag, seen.last_modified = answer.etag, answer.last_modified
        return
    is_whole = True
    for outcome in read_feed(source, feed):
        if not isinstance(outcome, Article):
            yield source, outcome
            continue
        digest = _digest(outcome)
        if seen.entries.get(outcome.id) == digest:
            yield source, Skipped(url, None, UNCHANGED)
            continue
        article, is_final = _fuller(outcome, fetcher) if reads_linked else (outcome, True)
        if is_final:
            seen.entries.pop(outcome.id, None)
            seen.entries[outcome.id] = digest
        is_whole = is_whole and is_final
        yield source, article
    if is_whole:  # else the next poll must get the feed again, for the pages that failed
        seen.etag, seen.last_modified = answer.etag, answer.last_modified


def _fuller(entry: Article, fetcher: Fetcher) -> tuple[Article, bool]:
    """Return the entry's page where the entry is a teaser; also whether to leave it at that.

    A page that is forbidden or has no article leaves the entry as it is; one that could not be
    reached now is tried again at the next poll.
    """
    if entry.url is None or len(entry.text) >= TEASER_CHARS:
        return entry, True
    try:
        answer = fetcher.get(entry.url)
    except SourceRejected as error:
        _log.info("%s: %s; the feed's own text is kept.", entry.url, error)
        return entry, error.kind != "unreachable"
    outcomes = list(read_bytes(_source(entry.url, answer), _content(answer)))
    pages = [o for o in outcomes if isinstance(o, Article) and len(o.text) > len(entry.text)]
    if len(pages) != 1:
        return entry, True
    page = pages[0]
    return (
        replace(
            page,
            title=entry.title,
            published_at=page.published_at or entry.published_at,
            updated_at=page.updated_at or entry.updated_at,
            source=page.source or entry.source,
            section=page.section or entry.section,
            byline=page.byline or entry.byline,
            language=page.language or entry.language,
        ),
        True,
    )


def _source(url: str, answer: Fetched) -> Source:
    kind = answer.content_type.partition(";")[0].strip().lower()
    return Source(url, page_id(url), _SUFFIXES.get(kind, ""), answer.url)


def _content(answer: Fetched) -> bytes:
    stated = _CHARSET.search(answer.content_type)
    return as_utf8(answer.content, stated[1]) if stated else answer.content


def _feed_text(source: Source, content: bytes) -> str | None:
    """Return a feed's characters, None where the content is no feed."""
    try:
        text = decode(content)
    except SourceRejected:  # packed or damaged: whatever it is, it is not a feed
        return None
    return text if reader_of(source.suffix, text) is read_feed else None


def _digest(entry: Article) -> str:
    stated = f"{entry.content_hash} {entry.published_at} {entry.updated_at}"
    return hashlib.sha256(stated.encode()).hexdigest()[:16]
