"""The spool: vectors of a run that is not published yet, so that its end costs no embedding.

A file of records beside the generations, each a vector's id, the vector and a checksum. Records
are appended as batches are done; what a kill cuts off at the end, or a disk spoils, is left out
when the next run reads it.
"""

from __future__ import annotations

import logging
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

log = logging.getLogger(__name__)


class VectorSpool:
    """The vectors of one kind done so far by runs that were not published."""

    def __init__(self, index: Path, *, kind: str, dimension: int) -> None:
        self.path = index / f"unpublished-{kind}.vectors"
        self._record = np.dtype([("id", "<i8"), ("vector", "<f4", (dimension,)), ("crc", "<u4")])

    def read(self, ids: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """Return those of the vectors `ids` that are here, each (d,)."""
        if not self.path.is_file():
            return {}
        whole = self.path.read_bytes()
        n = len(whole) // self._record.itemsize
        records = np.frombuffer(whole[: n * self._record.itemsize], self._record)
        wanted = set(ids)
        found = {int(r["id"]): r["vector"].copy() for r in records if _is_sound(r, wanted)}
        if found:
            log.info("%s vectors were done by a run that did not end; they are used", len(found))
        return found

    def append(self, vectors: Iterable[tuple[int, NDArray[np.float32]]]) -> None:
        """Add vectors (d,) by id; they outlive this process.

        Raises:
            OSError: They cannot be written.
        """
        pairs = list(vectors)
        records = np.empty(len(pairs), self._record)
        for record, (id_, vector) in zip(records, pairs, strict=True):
            record["id"], record["vector"] = id_, vector
            record["crc"] = _crc(record)
        self._cut()
        with self.path.open("ab") as file:
            file.write(records.tobytes())

    def clear(self) -> None:
        """Forget everything, of other kinds too: it is published now, or was not wanted.

        What cannot be removed does no harm.
        """
        for path in self.path.parent.glob("unpublished-*.vectors"):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                log.info("%s stays behind: %s", path, error)

    def _cut(self) -> None:
        """Drop the half record a kill may have left, so that the next one starts at its place."""
        if self.path.is_file() and (rest := self.path.stat().st_size % self._record.itemsize):
            with self.path.open("r+b") as file:
                file.truncate(self.path.stat().st_size - rest)


def _is_sound(record: np.void, wanted: set[int]) -> bool:
    return int(record["id"]) in wanted and int(record["crc"]) == _crc(record)


def _crc(record: np.void) -> int:
    return zlib.crc32(record["id"].tobytes() + record["vector"].tobytes())
