"""The one place that wires an answerer from an index and settings.

The page, the command line, the evaluation and the benchmarks all come through here, so what is
measured is what ships.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from index import generation as gen
from index.dense import DenseIndex
from index.embed import open_embedder
from index.lexical import LexicalIndex
from index.store import Archive
from rag.answer import Answerer
from rag.errors import IndexUnavailable
from rag.retrieve import Retriever
from rag.score import Scorer, load_blend
from rag.selector import PassageSelector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from index.embed import Embedder
    from index.facets import Facets
    from rag.score import Blend
    from rag.settings import Settings
    from rag.types import Answer, Article, AsOf, Filters, Sentence, Turn
    from rag.weighed import Weighed


class LiveAnswerer:
    """Answers from the published generation, taking up a new one at the next question.

    The models are opened once. Safe to share between threads: one question at a time.
    """

    def __init__(self, settings: Settings, embedder: Embedder, selector: PassageSelector) -> None:
        self._settings = settings
        self._embedder = embedder
        self._selector = selector
        self._lock = threading.RLock()
        self._open()

    def ask(
        self,
        text: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: datetime | None = None,
    ) -> Answer:
        """Answer `text` from the newest generation; see `rag.answer.Answerer.ask`."""
        with self._lock:
            self._refresh()
            return self._answerer.ask(text, history=history, filters=filters, as_of=as_of)

    def weigh(
        self, text: str, *, history: Sequence[Turn] = (), as_of: datetime | None = None
    ) -> Weighed:
        """Return what an answer would be chosen from; see `rag.answer.Answerer.weigh`."""
        with self._lock:
            self._refresh()
            return self._answerer.weigh(text, history=history, as_of=as_of)

    def conclude(self, weighed: Weighed, *, blend: Blend | None = None) -> Answer:
        """Compose the answer to a weighed question; see `rag.answer.Answerer.conclude`."""
        with self._lock:
            return self._answerer.conclude(weighed, blend=blend)

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return one version of an article, the newest where `version` is None."""
        with self._lock:
            self._refresh()
            return self._archive.article(article_id, version)

    def sentences(self, article: Article) -> tuple[Sentence, ...]:
        """Return an article version's sentences in order."""
        with self._lock:
            return self._archive.sentences(article)

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say how far the archive reaches; without `as_of` never waits for a question to end."""
        if as_of is None:
            return self._reach
        with self._lock:
            self._refresh()
            return self._answerer.coverage(as_of)

    def facets(self) -> Facets:
        """Count what may be searched by outlet, section and language."""
        with self._lock:
            self._refresh()
            return self._archive.facets()

    @property
    def generation(self) -> gen.Generation:
        """The generation that answers now."""
        return self._generation

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            self._archive.close()

    def _refresh(self) -> None:
        if gen.current_name(self._settings.index) != self._generation.name:
            outdated = self._archive
            self._open()
            outdated.close()

    def _open(self) -> None:
        generation, archive, lexical, dense = gen.open_current(self._settings.index, self._parts)
        retriever = Retriever(archive, dense, lexical, self._embedder.embed_question)
        blend = load_blend()
        self._answerer = Answerer(
            archive,
            retriever,
            Scorer(self._selector, lexical, blend),
            lexical,
            blend,
            threshold=self._settings.threshold,
            n_articles=self._settings.k,
        )
        self._archive, self._generation, self._reach = archive, generation, archive.coverage()

    def _parts(
        self, generation: gen.Generation
    ) -> tuple[gen.Generation, Archive, LexicalIndex, DenseIndex]:
        """Open every file of a generation; once open, it can be cleared away and still answers."""
        manifest, card = generation.manifest, self._embedder.card
        if manifest.fingerprint != card.fingerprint:
            raise IndexUnavailable(
                f"The index was made with {manifest.model}, not with {card.name}: their vectors "
                "do not compare. Rebuild it with the other model: dateline index build"
            )
        archive = Archive(generation.folder)
        dead = archive.dead()
        lexical = LexicalIndex(generation.parts(gen.LEXICAL), dead=dead)
        return generation, archive, lexical, DenseIndex(generation.parts(gen.DENSE), dead=dead)


def open_answerer(settings: Settings) -> LiveAnswerer:
    """Open the index at `settings.index` for questions, both models at once.

    Raises:
        IndexUnavailable: No index, a damaged one, or one made by another model.
        ModelMismatch: A model file is missing or not the pinned one.
        UsageError: The CPU does not have the precision asked for.
    """
    gen.current(settings.index)  # fail before the models are loaded
    precision = settings.computes_in()
    with ThreadPoolExecutor(1) as beside:
        selector = beside.submit(
            PassageSelector.load, threads=settings.n_threads, precision=precision
        )
        embedder = open_embedder(settings)
    return LiveAnswerer(settings, embedder, selector.result())
