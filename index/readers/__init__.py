"""Read articles from files and folders, of whatever kind they are.

Every input becomes articles, a Skipped that says why it is none, or a Rejection that says why it
could not be read; one bad file never stops the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.readers.contract import Found, Outcome, Rejection, Skipped, Source
from index.readers.document import read_bytes, read_document
from index.readers.language import with_language
from index.readers.versions import Versions
from index.readers.walk import walk
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = [
    "Found",
    "Outcome",
    "Rejection",
    "Skipped",
    "Source",
    "found_in",
    "newest",
    "read",
    "read_bytes",
]


def read(paths: Sequence[Path]) -> Iterator[Outcome]:
    """Yield what is in files and folders.

    The order is that of `paths`, and by name within a folder. Every article has its language in
    one spelling. An id met again stands for another version of its article: a newer one is yielded
    with `version` counted up and takes the place of the earlier, an older one is Skipped. Ids made
    from file names do not clash: 'a.txt' and 'a.md' give 'a' and 'a.md'.
    """
    yield from newest(found_in(paths))


def newest(found: Iterable[Found]) -> Iterator[Outcome]:
    """Yield what was found, of every article only what is newer than what went before."""
    versions = Versions()
    for source, outcome in found:
        if isinstance(outcome, Article):
            yield versions.admit(source, with_language(outcome))
        else:
            yield outcome


def found_in(paths: Sequence[Path]) -> Iterator[Found]:
    """Yield what is in files and folders with where it was found, every version met."""
    for found in walk(paths):
        if isinstance(found, Rejection):
            yield Source(found.place, found.place), found
            continue
        yield from _read_file(*found)


def _read_file(path: Path, source: Source) -> Iterator[Found]:
    try:
        with path.open("rb") as stream:
            yield from read_document(source, stream)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        yield source, Rejection(source.place, None, reason, "unreadable")
