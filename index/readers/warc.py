"""Pages out of a WARC: each stored answer of a web server that was a document.

A page's address is its id; an address met again is a newer version of its page. Requests, robots
files, redirects, pictures and styles are passed over. A page with no article in it (a front page,
an index) is skipped, since nobody chose it as an article.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from index.readers.address import page_id
from index.readers.contract import Found, Rejection, Skipped, Source
from index.readers.dates import find_date
from index.readers.decode import as_utf8
from index.readers.html import NO_ARTICLE
from index.readers.limits import LIMITS
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from fastwarc.warc import WarcRecord

    from index.readers.bundle import ReadDocument

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "application/json": ".json",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
}


def read_warc(source: Source, stream: BinaryIO, read_document: ReadDocument) -> Iterator[Found]:
    """Yield what is in the answers of a WARC, in the order they were stored.

    Raises:
        SourceRejected: the file is damaged, or holds too many records.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource
    n_records = 0
    try:
        for record in ArchiveIterator(stream, record_types=wanted, auto_decode="all"):
            n_records += 1
            if n_records > LIMITS.entries:
                raise SourceRejected(f"more than {LIMITS.entries:,} records in a WARC", "unsafe")
            yield from _read_record(source, record, read_document)
    except (OSError, ValueError) as error:
        raise SourceRejected(f"damaged WARC: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how fastwarc's Rust fails; not an Exception
            raise
        raise SourceRejected(f"damaged WARC: {error}") from error
    if n_records == 0:
        raise SourceRejected("no record that can be read in the WARC")


def _read_record(
    source: Source, record: WarcRecord, read_document: ReadDocument
) -> Iterator[Found]:
    address = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    suffix = _SUFFIXES.get((_content_type(record) or "").lower())
    if suffix is None or not address.startswith("http") or not _is_page(record):
        return
    page = Source(f"{source.place}!/{address}", page_id(address), suffix, address)
    content = record.reader.read(LIMITS.document_bytes + 1)
    if len(content) > LIMITS.document_bytes:
        reason = f"more than {LIMITS.document_bytes:,} bytes in a page"
        yield page, Rejection(page.place, None, reason, "too large")
        return
    content = as_utf8(content, record.http_charset if record.http_headers is not None else None)
    stored_at = find_date(record.headers.get("WARC-Date") or "")
    for found, outcome in read_document(page, io.BytesIO(content), in_archive=True):
        if isinstance(outcome, Rejection) and outcome.kind in (NO_ARTICLE, "empty"):
            yield found, Skipped(outcome.place, outcome.item, NO_ARTICLE)
        elif isinstance(outcome, Article) and outcome.dated_at is None:
            yield found, replace(outcome, updated_at=stored_at)  # at the latest, it was there then
        else:
            yield found, outcome


def _content_type(record: WarcRecord) -> str | None:
    if record.http_headers is not None:
        return record.http_content_type
    return (record.headers.get("Content-Type") or "").partition(";")[0].strip() or None


def _is_page(record: WarcRecord) -> bool:
    address = record.headers.get("WARC-Target-URI") or ""
    is_answered = record.http_headers is None or record.http_headers.status_code == 200
    return is_answered and not address.endswith("/robots.txt")
