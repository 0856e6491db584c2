"""From files to a published index: read, split, embed, store, derive, publish.

Building, adding and removing are the same act on different starting points: a draft of the next
generation is filled, its derived parts are made, and it is swapped in. What was embedded in the
generation before is not embedded again.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from index import generation as gen
from index.dense import write_dense
from index.lexical import write_lexical
from index.readers import Outcome, Rejection, Skipped, read
from index.split import sentences_of, split_passages
from index.store import Archive
from index.writer import ArchiveWriter, state_hash
from rag.errors import DatelineError, IndexUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from index.embed import Embedder
    from rag.settings import Settings
    from rag.types import Article

COMMIT_EVERY = 256


class Progress(Protocol):
    """Told how far a stage has come; `total` is None while it is not known."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note that `done` of `total` units of `stage` are done."""
        ...


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a run did: articles by outcome, inputs turned away, and seconds by stage."""

    generation: str
    added: int
    updated: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    rejected: tuple[Rejection, ...]
    counts: dict[str, int]
    n_embedded: int
    seconds: dict[str, float] = field(default_factory=dict)


def _silent(stage: str, done: int, total: int | None) -> None:
    """Report to nobody."""


def build(
    paths: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Make the index at `settings.index` anew from files and folders.

    Raises:
        UsageError: A path does not exist.
        DatelineError: No article could be read: the published index is left as it is.
    """
    _require(paths)
    run = _Run(settings, progress or _silent, now())
    return run.publish(read(paths), keep=False)


def add(
    paths: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Add or update the articles of `paths`; the rest of the index stays.

    Raises:
        UsageError: A path does not exist.
        IndexUnavailable: The index there cannot be used, or was made by another model.
    """
    _require(paths)
    return add_read(read(paths), settings, progress=progress, now=now)


def add_read(
    outcomes: Iterator[Outcome],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Add or update what a reader yields, from files, addresses or feeds, in one transaction.

    Raises:
        IndexUnavailable: The index there cannot be used, or was made by another model.
    """
    run = _Run(_as_built(settings), progress or _silent, now())
    return run.publish(outcomes, keep=True)


def remove(
    ids: Sequence[str],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Take articles out of every part of the index, by id.

    Raises:
        UsageError: An id is not in the index; nothing is removed then.
        IndexUnavailable: There is no index.
    """
    gen.current(settings.index)
    run = _Run(settings, progress or _silent, now())
    return run.publish(iter(()), keep=True, removed=tuple(dict.fromkeys(ids)))


@dataclass(slots=True)
class _Tally:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    settings: Settings
    progress: Progress
    ingested_at: datetime
    seconds: dict[str, float] = field(default_factory=dict)

    def publish(
        self,
        items: Iterator[Outcome],
        *,
        keep: bool,
        removed: tuple[str, ...] = (),
    ) -> BuildReport:
        index = self.settings.index
        with gen.writing(index), gen.drafting(index) as draft:
            before = _previous(index, must_be_sound=keep)
            path = draft / gen.ARCHIVE
            if keep and before:
                shutil.copyfile(before.folder / gen.ARCHIVE, path)
            with closing(ArchiveWriter(path, ingested_at=self.ingested_at)) as writer:
                tally = self._ingest(items, writer)
                self._remove(removed, writer)
                embedder = self._embedder(before if keep else None)
                n_embedded = self._embed(writer, embedder, None if keep else before)
                writer.put_settings(self._shape(embedder))
            return self._derive(index, draft, embedder, tally, len(removed), n_embedded)

    def _ingest(self, items: Iterator[Outcome], writer: ArchiveWriter) -> _Tally:
        tally = _Tally()
        started = time.perf_counter()
        for n, item in enumerate(items, 1):
            if isinstance(item, Rejection):
                tally.rejected.append(item)
            elif isinstance(item, Skipped):
                tally.skipped.append(item)
            else:
                self._put(item, writer, tally)
            self.progress("reading", n, None)
        self.seconds["read"] = time.perf_counter() - started
        return tally

    def _put(self, article: Article, writer: ArchiveWriter, tally: _Tally) -> None:
        known = writer.current(article.id)
        if known and known[1] == state_hash(article):
            tally.unchanged += 1
            return
        article = replace(article, version=writer.last_version(article.id) + 1)
        sentences = sentences_of(article)
        passages = split_passages(article, max_tokens=self.settings.passage_tokens)
        writer.put(article, sentences, passages)
        tally.updated += known is not None
        tally.added += known is None

    def _remove(self, ids: tuple[str, ...], writer: ArchiveWriter) -> None:
        unknown = [article for article in ids if not writer.retire(article)]
        if unknown:
            raise UsageError(f"Not in the index: {', '.join(unknown)}. Nothing was removed.")

    def _embedder(self, before: gen.Generation | None) -> Embedder:
        from index.embed import open_embedder

        embedder = open_embedder(self.settings)
        if before and before.manifest.fingerprint != embedder.card.fingerprint:
            raise IndexUnavailable(
                f"The index was made with {before.manifest.model}, not {embedder.card.name}: "
                f"their vectors do not mix. Rebuild: {gen.BUILD}"
            )
        return embedder

    def _embed(
        self, writer: ArchiveWriter, embedder: Embedder, before: gen.Generation | None
    ) -> int:
        started = time.perf_counter()
        if before:
            writer.borrow_vectors(before.folder / gen.ARCHIVE)
        missing = writer.missing_vectors(embedder.card.fingerprint)
        names = [name for name, _ in missing]
        vectors = embedder.embed_passages([text for _, text in missing])
        done = 0
        while batch := list(islice(vectors, COMMIT_EVERY)):
            writer.put_vectors((names[i], vector) for i, vector in batch)
            writer.commit()
            done += len(batch)
            self.progress("embedding", done, len(missing))
        writer.drop_unused_vectors()
        self.seconds["embed"] = time.perf_counter() - started
        return len(missing)

    def _shape(self, embedder: Embedder) -> dict[str, object]:
        return {
            "model": embedder.card.name,
            "fingerprint": embedder.card.fingerprint,
            "dimension": embedder.card.dimension,
            "passage_tokens": self.settings.passage_tokens,
            "versions": gen.versions_in_use(),
        }

    def _derive(
        self,
        index: Path,
        draft: Path,
        embedder: Embedder,
        tally: _Tally,
        n_removed: int,
        n_embedded: int,
    ) -> BuildReport:
        started = time.perf_counter()
        with closing(Archive(draft / gen.ARCHIVE)) as archive:
            counts = archive.counts()
            if not counts["articles"] and not n_removed:
                raise DatelineError(_nothing_read(tally.rejected))
            derive(archive, draft)
        self.seconds["derive"] = time.perf_counter() - started
        manifest = gen.Manifest(
            format=gen.FORMAT,
            name=gen.next_name(index),
            built_at=self.ingested_at.isoformat(),
            model=embedder.card.name,
            fingerprint=embedder.card.fingerprint,
            dimension=embedder.card.dimension,
            passage_tokens=self.settings.passage_tokens,
            versions=gen.versions_in_use(),
            counts=counts,
            files=gen.describe_files(draft),
        )
        published = gen.publish(index, draft, manifest)
        return BuildReport(
            generation=published.name,
            added=tally.added,
            updated=tally.updated,
            unchanged=tally.unchanged,
            removed=n_removed,
            skipped=tuple(tally.skipped),
            rejected=tuple(tally.rejected),
            counts=counts,
            n_embedded=n_embedded,
            seconds=self.seconds,
        )


def derive(archive: Archive, folder: Path) -> None:
    """Write the vector index and the lexical index of `archive` into `folder`."""
    keys, vectors = archive.vectors()
    write_dense(folder / gen.DENSE, keys, vectors)
    write_lexical(folder / gen.LEXICAL, archive.texts())


def _as_built(settings: Settings) -> Settings:
    """Take over from an index what shaped it, so that all its passages are of one kind."""
    if gen.current_name(settings.index) is None:
        return settings
    manifest = gen.current(settings.index).manifest
    return settings.model_copy(update={"passage_tokens": manifest.passage_tokens})


def _previous(index: Path, *, must_be_sound: bool) -> gen.Generation | None:
    if gen.current_name(index) is None:
        return None
    try:
        return gen.current(index)
    except (IndexUnavailable, sqlite3.DatabaseError):
        if must_be_sound:
            raise
        return None  # a rebuild mends a damaged index: nothing of it is used


def _require(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"No such file or folder: {path}")


def _nothing_read(rejected: Sequence[Rejection]) -> str:
    reasons = f" {len(rejected)} inputs were turned away, first {rejected[0]}." if rejected else ""
    return f"No article could be read, so nothing was built.{reasons}"
