"""Hold every derived part of an index against the truth, and say what mends it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from index import generation as gen
from index.dense import DenseIndex
from index.lexical import LexicalIndex
from index.models import sha256_of
from index.store import Archive
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNIT_TOLERANCE = 1e-3


def check(index: Path) -> tuple[str, ...]:
    """Return every fault found in the published generation, none where all is well.

    Compared are: each file's bytes with the manifest's hash, SQLite's own structure, sentences
    with the text they cut, and the vectors and words held with the passages that should be.

    Raises:
        IndexUnavailable: There is no index, or it cannot be opened at all.
    """
    generation = gen.current(index)
    faults = list(_changed_files(generation))
    if faults:
        return tuple(faults)  # damaged files are not opened: the libraries behind them may crash
    try:
        with closing(Archive(generation.folder / gen.ARCHIVE)) as archive:
            faults += _archive_faults(archive)
            faults += _dense_faults(archive, generation)
            faults += _lexical_faults(archive, generation)
    except (sqlite3.DatabaseError, IndexUnavailable) as error:
        faults.append(str(error))
    return tuple(faults)


def _changed_files(generation: gen.Generation) -> Iterator[str]:
    for name, (_, expected) in generation.manifest.files.items():
        if sha256_of(generation.folder / name) != expected:
            yield f"{name}: its bytes are not those that were published"


def _archive_faults(archive: Archive) -> Iterator[str]:
    if error := archive.integrity_error():
        yield f"{gen.ARCHIVE}: {error}"
        return
    yield from (f"{gen.ARCHIVE}: {fault}" for fault in archive.faults())


def _dense_faults(archive: Archive, generation: gen.Generation) -> Iterator[str]:
    keys, vectors = archive.vectors()
    dense = DenseIndex(generation.folder / gen.DENSE)
    if not np.array_equal(dense.keys, keys):
        yield f"{gen.DENSE}: holds {len(dense.keys)} passages, not the archive's {len(keys)}"
    elif len(keys) and not np.array_equal(dense.vectors, vectors):
        yield f"{gen.DENSE}: its vectors are not the archive's"
    if len(keys) and np.abs(np.linalg.norm(vectors, axis=1) - 1).max() > UNIT_TOLERANCE:
        yield f"{gen.ARCHIVE}: vectors are not of length 1"


def _lexical_faults(archive: Archive, generation: gen.Generation) -> Iterator[str]:
    held = LexicalIndex(generation.folder / gen.LEXICAL).keys()
    expected = [key for key, _, _ in archive.texts()]
    if held != expected:
        yield f"{gen.LEXICAL}: holds {len(held)} passages, not the archive's {len(expected)}"
