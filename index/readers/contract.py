"""What goes into a reader and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.readers.clean import clean_line
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read, wherever it lies.

    `place` is what a person is shown: a path, 'news.zip!/a/b.json' or an address. `name` is the
    id its article gets when the document states none: the path below the folder that was given,
    with '/' and without the suffix, so that it survives a rebuild and a move of the whole folder.
    `suffix` (lower case, with the dot) is only a hint. `url` is the address it was fetched from.
    """

    place: str
    name: str
    suffix: str = ""
    url: str | None = None

    @classmethod
    def of_file(cls, path: Path, root: Path) -> Source:
        """Name a file below `root`."""
        return cls(str(path), bare_name(path.relative_to(root).as_posix()), suffix_of(path.name))

    def member(self, inner: str) -> Source:
        """Name one document inside this one, as if the container were a folder of its name."""
        name = f"{self.name}/{bare_name(inner)}"
        return Source(f"{self.place}!/{inner}", name, suffix_of(inner), self.url)

    @property
    def title(self) -> str:
        """The document's name as words, for an article that states no headline."""
        stem = self.name.rpartition("/")[2]
        return clean_line(stem.replace("_", " ").replace("-", " "))


def suffix_of(name: str) -> str:
    """Return the suffix that says what a file holds: '.html' of 'a.html.gz', '.tar' of 'a.tgz'."""
    path = PurePosixPath(name.lower())
    if path.suffix == ".gz" and path.with_suffix("").suffix:
        return path.with_suffix("").suffix
    return ".tar" if path.suffix == ".tgz" else path.suffix


def bare_name(name: str) -> str:
    """Return a relative path without the suffix (both of 'a.html.gz')."""
    path = PurePosixPath(name)
    if path.suffix.lower() == ".gz":
        path = path.with_suffix("")
    return str(path.with_suffix("")) if path.name else name


@dataclass(frozen=True, slots=True)
class Skipped:
    """One input that is no article, by its own word: a photo, a plan, an older version.

    `reason` is one of few fixed phrases, so that a summary can count by it. `item` is a line or
    entry number from 1, None for the whole input.
    """

    place: str
    item: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that should have become an article and could not: it makes a run's exit code 5.

    `kind` is one of few fixed phrases to count by, `reason` says what exactly is wrong. `item` is
    a line or entry number from 1, None for the whole input.
    """

    place: str
    item: int | None
    reason: str
    kind: str = "damaged"

    def __str__(self) -> str:
        """Say where and why in one line."""
        where = self.place if self.item is None else f"{self.place}, item {self.item}"
        return f"{where}: {self.reason}"


Outcome = Article | Skipped | Rejection
"""What became of one item of the input."""

Found = tuple[Source, Outcome]
"""An outcome with the document it was found in, which may lie inside the one that was opened."""

Reader = Callable[[Source, str], Iterator[Outcome]]
"""Turns a source and its decoded text into outcomes.

An article whose document states no id has the id '': it gets the source's name later. A reader
may raise SourceRejected for the whole source; it yields a Rejection for one item of many.
"""
