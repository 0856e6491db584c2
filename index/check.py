"""Hold every part of an index against what was published, and say what mends it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from index import generation as gen
from index.dense import DenseIndex
from index.lexical import LexicalIndex
from index.models import sha256_of
from index.publish import is_sound
from index.store import Archive
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNIT_TOLERANCE = 1e-3


class Mend(Enum):
    """What mends a fault, the mildest first; a later one mends what the earlier ones do."""

    GC = "dateline index gc"
    REDERIVE = "dateline index build"
    ROLLBACK = "dateline index rollback"
    REBUILD = gen.BUILD


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what, and the command that mends it."""

    where: str
    what: str
    mend: Mend

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check(index: Path) -> tuple[Fault, ...]:
    """Return every fault found in an index, none where all is well.

    Compared are: the pointer and the manifests with what was written, each file's bytes with the
    manifest's hash, SQLite's own structure, sentences with the text they cut, and the vectors and
    words held with the passages that should be. Generations kept for going back are compared
    byte by byte only.

    Raises:
        IndexUnavailable: There is no index.
    """
    folders = sorted((index / "generations").glob("[0-9]*"))
    try:
        pointed = gen.read_pointer(index)
    except IndexUnavailable:
        mend = Mend.ROLLBACK if any(map(is_sound, folders)) else Mend.REBUILD
        return (Fault(gen.POINTER, "is not what was written", mend),)
    if pointed is None:
        raise IndexUnavailable(f"No index at {index}. Build one: {gen.BUILD} --index {index}")
    published = index / "generations" / pointed[0]
    kept = [folder for folder in folders if folder != published]
    grave = Mend.ROLLBACK if any(map(is_sound, kept)) else Mend.REBUILD
    faults = list(_published_faults(published, pointed[1], grave))
    for folder in kept:
        if not is_sound(folder):
            what = "a generation kept for going back is damaged"
            faults.append(Fault(f"generations/{folder.name}", what, Mend.GC))
    return tuple(faults)


def remedy(faults: tuple[Fault, ...]) -> Mend | None:
    """Return the one command that mends all faults, None where there are none."""
    order = list(Mend)
    return max((fault.mend for fault in faults), key=order.index, default=None)


def _published_faults(folder: Path, digest: str, grave: Mend) -> Iterator[Fault]:
    try:
        manifest = gen.read_manifest(folder)
    except IndexUnavailable:
        yield Fault(gen.MANIFEST, "is missing or not what was written", grave)
        return
    if manifest.digest != digest:
        yield Fault(gen.POINTER, "names a generation that is another than it was", grave)
        return
    generation = gen.Generation(folder, manifest)
    changed = list(_changed_files(generation, grave))
    yield from changed
    damaged = {fault.where for fault in changed}
    if damaged.intersection(f"{part}/{gen.ARCHIVE}" for part in gen.PARTS):
        return  # nothing can be held against a truth that is none
    try:
        with closing(Archive(folder)) as archive:
            truth = list(_archive_faults(archive))
            yield from (Fault(gen.ARCHIVE, what, grave) for what in truth)
            if not changed and not truth:  # FAISS may crash on a damaged file: it is not opened
                yield from _dense_faults(archive, generation)
                yield from _lexical_faults(archive, generation)
    except (sqlite3.DatabaseError, IndexUnavailable) as error:
        yield Fault(gen.ARCHIVE, str(error), grave)


def _changed_files(generation: gen.Generation, grave: Mend) -> Iterator[Fault]:
    for name, (n_bytes, expected) in generation.manifest.files.items():
        path = generation.folder / name
        mend = grave if path.name == gen.ARCHIVE else Mend.REDERIVE
        if not path.is_file():
            yield Fault(name, "is missing", mend)
        elif (found := path.stat().st_size) != n_bytes:
            yield Fault(name, f"has {found:,} bytes, not {n_bytes:,}", mend)
        elif sha256_of(path) != expected:
            yield Fault(name, "its bytes are not those that were published", mend)


def _archive_faults(archive: Archive) -> Iterator[str]:
    if error := archive.integrity_error():
        yield error
    else:
        yield from archive.faults()


def _dense_faults(archive: Archive, generation: gen.Generation) -> Iterator[Fault]:
    dead = archive.dead()
    dense = DenseIndex(generation.parts(gen.DENSE), dead=dead)
    expected, same, unit = set[int](), True, True
    for keys, vectors in (slab for part in gen.PARTS for slab in archive.vectors(part)):
        expected.update(keys.tolist())
        same = same and np.array_equal(dense.vectors(keys), vectors)
        unit = unit and np.abs(np.linalg.norm(vectors, axis=1) - 1).max() <= UNIT_TOLERANCE
    yield from _compared(gen.DENSE, set(dense.keys.tolist()), expected.difference(dead))
    if not same:
        yield Fault(gen.DENSE, "its vectors are not the archive's", Mend.REDERIVE)
    if not unit:
        yield Fault(gen.ARCHIVE, "vectors are not of length 1", Mend.REBUILD)


def _lexical_faults(archive: Archive, generation: gen.Generation) -> Iterator[Fault]:
    dead = archive.dead()
    held = LexicalIndex(generation.parts(gen.LEXICAL), dead=dead).keys()
    expected = {key for part in gen.PARTS for key, _, _ in archive.texts(part)}
    yield from _compared(gen.LEXICAL, set(held), expected.difference(dead))


def _compared(where: str, held: set[int], expected: set[int]) -> Iterator[Fault]:
    if missing := len(expected - held):
        yield Fault(where, f"{missing} passages of the archive are not in it", Mend.REDERIVE)
    if extra := len(held - expected):
        yield Fault(where, f"{extra} entries belong to no passage of the archive", Mend.REDERIVE)
