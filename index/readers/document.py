"""One open document of whatever kind: told by its first bytes, then read by the reader for it.

Containers (gzip, zip, tar, WARC) are read as streams and hand each document inside back to this
module. One level of archive is opened; an archive inside an archive is refused.
"""

from __future__ import annotations

import gzip
import io
import logging
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from index.readers.bundle import read_tar, read_zip
from index.readers.contract import Found, Outcome, Rejection, Source
from index.readers.decode import decode
from index.readers.detect import reader_of
from index.readers.jsonl import stream_json_lines
from index.readers.large import read_large
from index.readers.limits import LIMITS, Capped, Counted, read_whole
from index.readers.pdf import read_pdf
from index.readers.warc import read_warc
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_HEAD_BYTES = 600
_GZIP, _PDF, _WARC = b"\x1f\x8b", b"%PDF-", b"WARC/"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with members, and without
_TAR_MARK = slice(257, 262)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")

_log = logging.getLogger(__name__)


def read_document(source: Source, stream: BinaryIO, *, in_archive: bool = False) -> Iterator[Found]:
    """Yield what is in one open document; a failure is a Rejection, never an exception.

    `stream` is read from where it stands.
    """
    try:
        yield from _read(source, stream, in_archive=in_archive)
    except SourceRejected as error:
        yield source, Rejection(source.place, None, str(error), error.kind)
    except (zlib.error, gzip.BadGzipFile, EOFError) as error:
        yield source, Rejection(source.place, None, f"damaged gzip: {error}")
    except zipfile.BadZipFile as error:
        yield source, Rejection(source.place, None, f"damaged zip: {error}")
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        yield source, Rejection(source.place, None, reason, "unreadable")
    except Exception as error:  # a parser's bug on one file must not lose the whole run
        _log.exception("reader failed on %s", source.place)
        reason = f"reader failed: {type(error).__name__}: {error}"
        yield source, Rejection(source.place, None, reason, "reader failed")


def read_bytes(source: Source, content: bytes, *, in_archive: bool = False) -> Iterator[Outcome]:
    """Yield what is in one document that is held in memory, every article under some id."""
    for inner, outcome in read_document(source, io.BytesIO(content), in_archive=in_archive):
        if isinstance(outcome, Article) and not outcome.id:
            yield replace(outcome, id=inner.name)
        else:
            yield outcome


def _read(source: Source, stream: BinaryIO, *, in_archive: bool) -> Iterator[Found]:
    buffered = _buffered(stream)
    head = buffered.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    is_tar = head[_TAR_MARK] == b"ustar"
    if in_archive and (is_tar or head.startswith((*_ZIP, _WARC))):
        raise SourceRejected("an archive inside an archive. Unpack it first", "unsafe")
    if head.startswith(_GZIP):
        yield from _read(source, _unpacked(buffered), in_archive=in_archive)
    elif head.startswith(_ZIP):
        yield from read_zip(source, _seekable(buffered), read_document)
    elif is_tar:
        yield from read_tar(source, buffered, read_document)
    elif head.startswith(_WARC):
        yield from read_warc(source, buffered, read_document)
    elif head.startswith(_PDF):
        yield from _found(source, read_pdf(source, read_whole(buffered)))
    elif source.suffix in {".jsonl", ".ndjson"} and not head.startswith(_WIDE_MARKS):
        yield from _found(source, stream_json_lines(source, buffered))
    else:
        content = buffered.read(LIMITS.document_bytes + 1)
        is_large = len(content) > LIMITS.document_bytes
        read = read_large(source, content, buffered) if is_large else _read_text(source, content)
        yield from _found(source, read)


def _found(source: Source, outcomes: Iterator[Outcome]) -> Iterator[Found]:
    for outcome in outcomes:
        yield source, outcome


def _read_text(source: Source, content: bytes) -> Iterator[Outcome]:
    text = decode(content)
    reader = reader_of(source.suffix, text)
    if reader is None:
        raise SourceRejected("XML in no news format we read. Save it as text or HTML", "not text")
    yield from reader(source, text)


def _unpacked(packed: BinaryIO) -> io.BufferedReader:
    counted = Counted(packed)
    plain = cast("BinaryIO", gzip.GzipFile(fileobj=io.BufferedReader(counted)))
    return io.BufferedReader(Capped(plain, counted, most_bytes=LIMITS.unpacked_bytes))


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    """Return a stream whose first bytes can be looked at and then still be read."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(Counted(stream))


def _seekable(buffered: BinaryIO) -> BinaryIO:
    """Return a stream a zip can be read from: its table of contents is at its end."""
    if buffered.seekable():
        return buffered
    return io.BytesIO(read_whole(buffered))
