"""One run over an index: read, split, embed, store, derive, publish.

Building, adding and removing are the same act on different starting points: a draft of the next
generation is filled, its derived parts are made, and it is swapped in. What was embedded before
is not embedded again, whether it was published or not.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from index import fold as folding
from index import generation as gen
from index.derive import derive
from index.identity import identity_of
from index.lock import writing
from index.models import find_model, int8_digest, sha256_of
from index.publish import drafting, next_name, publish, refused, share
from index.readers import Outcome, Rejection, Skipped
from index.readers.versions import OLDER
from index.report import BuildReport, Tally
from index.schema import article_key, vector_kind
from index.split import sentences_of, split_passages
from index.spool import VectorSpool
from index.store import Archive
from index.writer import ArchiveWriter
from rag.errors import DatelineError, IndexUnavailable, UsageError
from rag.runtime import can_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from index.models import ModelCard
    from index.report import Progress
    from rag.runtime import Precision
    from rag.settings import Settings
    from rag.types import Article

SPOOL_EVERY = 64  # passages embedded between two writes of the spool: a second or two of work
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """One run over one index; `lenders` are archives whose vectors may be taken over."""

    settings: Settings
    progress: Progress
    ingested_at: datetime
    card: ModelCard = field(init=False)
    tally: Tally = field(default_factory=Tally)
    seconds: dict[str, float] = field(default_factory=dict)
    lenders: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.card = find_model(self.settings.model)

    def change(self, items: Iterator[Outcome], *, removed: tuple[str, ...] = ()) -> BuildReport:
        """Publish the published articles with `items` put in and `removed` taken out."""
        with self._drafting() as draft:
            if gen.current_name(self.settings.index) is None:
                return self._publish(draft, lambda writer: self._ingest_first(items, writer))
            before = gen.current(self.settings.index)
            self._fit(before.manifest)
            if not self._is_alike(before.manifest):
                log.info("The index was made by other versions of its parts; all is made anew")
                return self._from_stored(draft, before, items, removed=removed)
            _require_sound(before, gen.DELTA)
            share(before.folder / gen.BASE, draft / gen.BASE)
            delta = Path(gen.DELTA, gen.ARCHIVE)
            shutil.copyfile(before.folder / delta, draft / delta)

            def fill(writer: ArchiveWriter) -> None:
                self._ingest(items, writer)
                self._remove(removed, writer)

            return self._publish(draft, fill, before=before)

    def rebuild(self, items: Iterator[Outcome]) -> BuildReport:
        """Publish the articles of `items` and no others; their earlier versions stay readable."""
        with self._drafting() as draft:
            before = self._sound()

            def fill(writer: ArchiveWriter) -> None:
                self._adopt(before, writer)
                self._ingest_first(items, writer)
                writer.forget_all_but_current()

            return self._publish(draft, fill)

    def rederive(self) -> BuildReport:
        """Publish the published articles again, split, embedded and derived as set now."""
        with self._drafting() as draft:
            before = self._sound()
            if before is None:
                raise IndexUnavailable(
                    f"No sound archive at {self.settings.index} to build from. "
                    f"Name the articles: {gen.BUILD}"
                )
            self._keep_precision(before.manifest)
            return self._from_stored(draft, before, iter(()))

    def _from_stored(
        self,
        draft: Path,
        before: gen.Generation,
        items: Iterator[Outcome],
        *,
        removed: tuple[str, ...] = (),
    ) -> BuildReport:
        def fill(writer: ArchiveWriter) -> None:
            self._adopt(before, writer)
            with closing(Archive(before.folder)) as stored:
                self._ingest(stored.articles(), writer)
            self.tally.unchanged, self.tally.added = self.tally.added, 0
            self._ingest(items, writer)
            self._remove(removed, writer)

        return self._publish(draft, fill)

    @contextmanager
    def _drafting(self) -> Iterator[Path]:
        """Hold the lock and give a draft; what the disk refuses is told in one line."""
        index = self.settings.index
        try:
            with writing(index), drafting(index) as draft:
                yield draft
        except OSError as error:
            raise refused(index, error) from error
        except sqlite3.OperationalError as error:
            raise refused(index, OSError(str(error))) from error
        except sqlite3.DatabaseError as error:
            raise IndexUnavailable(
                f"{index} is damaged ({error}). Find out more: dateline index check"
            ) from error

    def _writer(self, draft: Path) -> ArchiveWriter:
        return ArchiveWriter(draft, ingested_at=self.ingested_at, vectors=self._vectors)

    def _spool(self) -> VectorSpool:
        return VectorSpool(self.settings.index, kind=self._vectors, dimension=self.card.dimension)

    def _fit(self, manifest: gen.Manifest) -> None:
        """Take over from an index what shaped it, so that all its passages are of one kind."""
        if manifest.fingerprint != self.card.fingerprint:
            raise IndexUnavailable(
                f"The index was made with {manifest.model}, not {self.card.name}: their vectors "
                "do not mix. Rebuild it with the other model: dateline index build"
            )
        tokens = {"passage_tokens": manifest.passage_tokens}
        self.settings = self.settings.model_copy(update=tokens)
        self._keep_precision(manifest)

    def _keep_precision(self, manifest: gen.Manifest) -> None:
        """Compute vectors as those of an index were, unless another way is asked for."""
        if self.settings.precision == "auto" and can_run(manifest.precision):
            kept = {"precision": manifest.precision}
            self.settings = self.settings.model_copy(update=kept)

    @property
    def _precision(self) -> Precision:
        """What vectors are computed in."""
        return self.settings.computes_in() if self.card.is_default else "float32"

    @property
    def _vectors(self) -> str:
        precision: str = self._precision
        if precision == "int8":
            precision += f"-{int8_digest()}"
        return vector_kind(self.card.fingerprint, precision)

    def _is_alike(self, manifest: gen.Manifest) -> bool:
        """Tell whether what this run makes can stand beside what an index holds."""
        return (manifest.versions, manifest.precision) == (gen.versions_in_use(), self._precision)

    def _sound(self) -> gen.Generation | None:
        """Return the published generation where its archive is byte for byte what was written."""
        index = self.settings.index
        try:
            if not (pointed := gen.read_pointer(index)):
                return None
            folder = index / "generations" / pointed[0]
            before = gen.Generation(folder, gen.read_manifest(folder))
            for part in gen.PARTS:
                _require_sound(before, part)
        except IndexUnavailable as error:
            log.warning("Nothing is taken over from the index there is: %s", error)
            return None
        return before

    def _adopt(self, before: gen.Generation | None, writer: ArchiveWriter) -> None:
        if before is None:
            return
        manifest = before.manifest
        same = self._is_alike(manifest) and (
            manifest.fingerprint == self.card.fingerprint
            and manifest.passage_tokens == self.settings.passage_tokens
        )
        self.lenders = before.parts(gen.ARCHIVE)
        writer.adopt(self.lenders, with_passages=same)

    def _ingest_first(self, items: Iterator[Outcome], writer: ArchiveWriter) -> None:
        """Ingest what an index is to begin with; none of it readable is no index."""
        self._ingest(items, writer)
        if not (self.tally.added or self.tally.updated or self.tally.unchanged):
            raise DatelineError(_nothing_read(self.tally.rejected))

    def _ingest(self, items: Iterator[Outcome], writer: ArchiveWriter) -> None:
        started = time.perf_counter()
        for n, item in enumerate(items, 1):
            if isinstance(item, Rejection):
                self.tally.rejected.append(item)
            elif isinstance(item, Skipped):
                self.tally.skipped.append(item)
            else:
                self._put(replace(item, id=identity_of(item)), writer)
            self.progress("reading", n, None)
        self._took("read", started)

    def _put(self, article: Article, writer: ArchiveWriter) -> None:
        known = writer.current_key(article.id)
        if known == article_key(article):
            self.tally.unchanged += 1
            return
        stored_at = writer.dated_at(known) if known is not None else None
        if stored_at and article.dated_at and article.dated_at < stored_at:
            self.tally.skipped.append(Skipped(article.id, None, OLDER))
            return
        if not writer.revive(article):
            sentences = sentences_of(article)
            passages = split_passages(article, max_tokens=self.settings.passage_tokens)
            writer.put(article, sentences, passages)
        self.tally.updated += known is not None
        self.tally.added += known is None

    def _remove(self, ids: tuple[str, ...], writer: ArchiveWriter) -> None:
        unknown = [article for article in ids if not writer.retire(article)]
        if unknown:
            raise UsageError(f"Not in the index: {', '.join(unknown)}. Nothing was removed.")
        self.tally.removed += len(ids)

    def _publish(
        self,
        draft: Path,
        fill: Callable[[ArchiveWriter], None],
        *,
        before: gen.Generation | None = None,
    ) -> BuildReport:
        """Fill, embed, derive and publish a draft that shares its base with `before`, if any."""
        with closing(self._writer(draft)) as writer:
            fill(writer)
            if before and not self.tally.changed:
                return self._report(before.manifest)
            started = time.perf_counter()
            writer.link_copies()
            self._took("copies", started)
            self._embed(writer)
            writer.put_settings(self._shape())
            sizes = writer.n_passages()
        started, is_mending = time.perf_counter(), before is None
        if folding.is_due(sizes):
            if before:
                _require_sound(before, gen.BASE)
            folding.fold(draft)
            before = None
        manifest = self._derive(draft, before)
        self._took("derive", started)
        started = time.perf_counter()
        publish(self.settings.index, draft, manifest, is_mending=is_mending)
        self._spool().clear()
        self._took("publish", started)
        return self._report(manifest)

    def _embed(self, writer: ArchiveWriter) -> None:
        """Embed what no archive and no earlier run has embedded, spooling it as it is done."""
        started = time.perf_counter()
        missing = writer.missing_vectors(self.lenders)
        spool = self._spool()
        spooled = spool.read(name for name, _ in missing) if missing else {}
        writer.put_vectors(spooled.items())
        missing = [(name, text) for name, text in missing if name not in spooled]
        if missing:
            from index.embed import open_embedder

            names = [name for name, _ in missing]
            vectors = open_embedder(self.settings).embed_passages([text for _, text in missing])
            while batch := [(names[i], vector) for i, vector in islice(vectors, SPOOL_EVERY)]:
                spool.append(batch)
                writer.put_vectors(batch)
                self.tally.n_embedded += len(batch)
                self.progress("embedding", self.tally.n_embedded, len(missing))
        self._took("embed", started)

    def _derive(self, draft: Path, before: gen.Generation | None) -> gen.Manifest:
        """Make the derived parts that `before` does not lend, and describe the whole."""
        with closing(Archive(draft)) as archive:
            counts = archive.counts()
            for part in (gen.DELTA,) if before else gen.PARTS:
                derive(archive, draft, part)
        lent = {
            name: described
            for name, described in (before.manifest.files if before else {}).items()
            if name.startswith(f"{gen.BASE}/")
        }
        made = gen.describe_files(draft, without=frozenset(lent))
        return gen.Manifest(
            format=gen.FORMAT,
            name=next_name(self.settings.index),
            built_at=self.ingested_at.isoformat(),
            counts=counts,
            files=lent | made,
            **self._shape(),
        )

    def _shape(self) -> gen.Shape:
        return {
            "model": self.card.name,
            "fingerprint": self.card.fingerprint,
            "dimension": self.card.dimension,
            "passage_tokens": self.settings.passage_tokens,
            "precision": self._precision,
            "versions": gen.versions_in_use(),
        }

    def _report(self, manifest: gen.Manifest) -> BuildReport:
        tally = self.tally
        return BuildReport(
            generation=manifest.name,
            added=tally.added,
            updated=tally.updated,
            unchanged=tally.unchanged,
            removed=tally.removed,
            skipped=tuple(tally.skipped),
            rejected=tuple(tally.rejected),
            counts=manifest.counts,
            n_embedded=tally.n_embedded,
            seconds=self.seconds,
        )

    def _took(self, stage: str, started: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


def _require_sound(generation: gen.Generation, part: str) -> None:
    """Refuse to write on from an archive that is not what was published.

    Raises:
        IndexUnavailable: A byte of it has changed.
    """
    file = f"{part}/{gen.ARCHIVE}"
    path = generation.folder / file
    if not path.is_file() or sha256_of(path) != generation.manifest.files[file][1]:
        raise IndexUnavailable(f"{path} is damaged. Find out more: dateline index check")


def _nothing_read(rejected: Sequence[Rejection]) -> str:
    reasons = f" {len(rejected)} inputs were turned away, first {rejected[0]}." if rejected else ""
    return f"No article could be read, so nothing was built.{reasons}"
