"""The body of an answer, decompressed and cut off where it grows beyond its limits."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from index.fetch.address import REFUSED, UNREACHABLE
from rag.errors import SourceRejected

if TYPE_CHECKING:
    import http.client
    from collections.abc import Iterator

    from index.fetch.limits import FetchLimits

ACCEPTED = "gzip, deflate"
_GZIP = b"\x1f\x8b"
_PIECE_BYTES = 65_536
_RATIO_FREE_BYTES = 1_000_000


def read_body(response: http.client.HTTPResponse, limits: FetchLimits) -> bytes:
    """Return an answer's whole body, decompressed.

    Raises:
        SourceRejected: it is too large, packed too tightly, damaged or cut short.
    """
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise SourceRejected(f"an answer packed with {encoding[:40]}, which we did not ask for")
    pieces: list[bytes] = []
    n_bytes = n_packed = 0
    unpack = _Unpacker() if encoding != "identity" else None
    for packed in _packed(response):
        n_packed += len(packed)
        for piece in unpack.pieces(packed) if unpack else (packed,):
            pieces.append(piece)
            n_bytes += len(piece)
            if n_bytes > limits.bytes:
                raise SourceRejected(f"more than {limits.bytes:,} bytes", "too large")
            if n_bytes > _RATIO_FREE_BYTES + limits.ratio * n_packed:
                raise SourceRejected(f"unpacks to more than {limits.ratio} times its size", REFUSED)
    if unpack and not unpack.is_complete:
        raise SourceRejected("a packed answer that is cut short", UNREACHABLE)
    return b"".join(pieces)


def _packed(response: http.client.HTTPResponse) -> Iterator[bytes]:
    stated = response.getheader("Content-Length") if not response.chunked else None
    n_bytes = 0
    while piece := response.read(_PIECE_BYTES):
        n_bytes += len(piece)
        yield piece
    if stated and stated.strip().isdecimal() and n_bytes < int(stated):
        raise SourceRejected(f"cut short: {n_bytes:,} of {int(stated):,} bytes", UNREACHABLE)


class _Unpacker:
    """Unpacks gzip of one or more members, or deflate with or without its header."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=47)  # gzip or zlib, as the first bytes say
        self._is_first = True
        self.is_complete = False

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Yield what a piece unpacks to, never more than a piece's size at a time."""
        while packed:
            if self.is_complete:
                if not packed.startswith(_GZIP):  # padding, which some servers add
                    return
                self._stream, self.is_complete = zlib.decompressobj(wbits=47), False
            piece = self._unpacked(packed)
            if piece:
                yield piece
            self.is_complete = self._stream.eof
            packed = self._stream.unused_data if self.is_complete else self._stream.unconsumed_tail

    def _unpacked(self, packed: bytes) -> bytes:
        try:
            piece = self._stream.decompress(packed, _PIECE_BYTES)
        except zlib.error as error:
            if not self._is_first:
                raise SourceRejected(f"a damaged packed answer: {error}") from error
            self._stream, self._is_first = zlib.decompressobj(wbits=-15), False
            return self._unpacked(packed)
        self._is_first = False
        return piece
