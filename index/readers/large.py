"""Documents too large to hold in memory whole, whose items can be read one after the other.

A list of news items in JSON and a table may have any size, as JSON Lines may; everything else has
to be held whole and is refused beyond the limit. Such a document must be UTF-8: to find out another
encoding, one would have to see it whole.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from typing import TYPE_CHECKING

from index.readers.contract import Outcome, Rejection, Source
from index.readers.delimited import is_delimited, read_rows
from index.readers.jsonl import read_value
from index.readers.limits import LIMITS
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

_ARRAY = re.compile(r"\s*\[\s*\{")
_GAP = re.compile(r"[\s,]*")
_PIECE_BYTES = 1 << 20
_HEAD_CHARS = 4000


def read_large(source: Source, start: bytes, rest: BinaryIO) -> Iterator[Outcome]:
    """Yield the items of a document whose first bytes are `start`.

    Raises:
        SourceRejected: it is neither a JSON list nor a table, or not UTF-8.
    """
    head = start[: 4 * _HEAD_CHARS].decode("utf-8", "ignore").lstrip("\ufeff")[:_HEAD_CHARS]
    stream = io.BufferedReader(_Rejoined(start, rest))
    try:
        if _ARRAY.match(head):
            yield from _read_array(source, stream)
        elif source.suffix in (".csv", ".tsv") or is_delimited(head):
            yield from read_rows(source, io.TextIOWrapper(stream, "utf-8-sig", newline=""))
        else:
            raise SourceRejected(
                f"more than {LIMITS.document_bytes:,} bytes in a file", "too large"
            )
    except UnicodeDecodeError as error:
        raise SourceRejected(
            f"not UTF-8, which a file this large must be: {error.reason}"
        ) from error


def _read_array(source: Source, stream: BinaryIO) -> Iterator[Outcome]:
    """Yield the items of a JSON list, one element in memory at a time."""
    decoder = json.JSONDecoder(strict=False)
    characters = codecs.getincrementaldecoder("utf-8-sig")()
    text = _more(stream, characters).lstrip()
    number, position, is_end = 0, 1, False  # after the '['
    while not text.startswith("]", position := _gap_end(text, position)):
        try:
            value, position = decoder.raw_decode(text, position)
        except (RecursionError, ValueError) as error:
            is_hopeless = isinstance(error, RecursionError) or len(text) > LIMITS.document_bytes
            if is_end or (is_hopeless and position == 0):
                reason = f"not JSON after {number:,} items; the rest is not read"
                yield Rejection(source.place, number + 1, reason)
                return
            more = _more(stream, characters)
            text, position, is_end = text[position:] + more, 0, not more
        else:
            number += 1
            yield from read_value(source, number, value)


def _more(stream: BinaryIO, characters: codecs.IncrementalDecoder) -> str:
    piece = stream.read(_PIECE_BYTES)
    return characters.decode(piece, final=not piece)


def _gap_end(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position


class _Rejoined(io.RawIOBase):
    """What was read already, then the rest of the stream it came from."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._start = io.BytesIO(start)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        size = len(memoryview(buffer))
        content = self._start.read(size) or self._rest.read(size)
        memoryview(buffer)[: len(content)] = content
        return len(content)
