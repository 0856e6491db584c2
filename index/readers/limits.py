"""How much of an input is taken in before it is refused.

A compressed file of a few kilobytes can unpack to terabytes: every stream is cut by what it gives,
never by what it says of itself.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import SourceRejected

if TYPE_CHECKING:
    from typing import BinaryIO

    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of what is read of one input.

    `document_bytes` is for one document; JSON Lines, tables of many rows and archives may be
    larger, as they are read piece by piece. `unpacked_bytes` and `entries` are for one archive,
    `ratio` for what a compressed stream gives by what it takes.
    """

    document_bytes: int = 50_000_000
    unpacked_bytes: int = 20_000_000_000
    entries: int = 1_000_000
    ratio: int = 200
    ratio_free_bytes: int = 5_000_000
    pdf_pages: int = 2_000


LIMITS = Limits()


class Counted(io.RawIOBase):
    """A stream that counts what is read of it: the compressed side of a decompressor."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self.n_bytes = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read into `buffer` and count."""
        content = self._stream.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(content)] = content
        self.n_bytes += len(content)
        return len(content)

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self.n_bytes


class Capped(io.RawIOBase):
    """A decompressed stream that ends in SourceRejected where it gives more than it may."""

    def __init__(self, stream: BinaryIO, packed: Counted | int, *, most_bytes: int) -> None:
        super().__init__()
        self._stream = stream
        self._packed = packed
        self._most_bytes = most_bytes
        self._n_bytes = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read into `buffer`.

        Raises:
            SourceRejected: more came out than the limits allow.
        """
        content = self._stream.read(min(len(memoryview(buffer)), 1 << 20))
        memoryview(buffer)[: len(content)] = content
        self._n_bytes += len(content)
        packed = self._packed if isinstance(self._packed, int) else self._packed.n_bytes
        if self._n_bytes > LIMITS.ratio_free_bytes + LIMITS.ratio * packed:
            raise SourceRejected(f"unpacks to more than {LIMITS.ratio} times its size", "unsafe")
        if self._n_bytes > self._most_bytes:
            raise SourceRejected(f"unpacks to more than {self._most_bytes:,} bytes", "too large")
        return len(content)

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._n_bytes


def read_whole(stream: BinaryIO) -> bytes:
    """Return all of one document.

    Raises:
        SourceRejected: it is larger than a document may be.
    """
    content = stream.read(LIMITS.document_bytes + 1)
    if len(content) > LIMITS.document_bytes:
        raise SourceRejected(f"more than {LIMITS.document_bytes:,} bytes in a file", "too large")
    return content
