"""Find passages by meaning and by words, and fuse the two rankings into one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from rag.types import Article, AsOf, Filters, Hit, Passage, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

DEPTH = 60  # passages asked of each ranking
RRF_K = 60


class PassageStore(Protocol):
    """Where passages are kept, known by integer keys."""

    def passages(self, keys: Sequence[int]) -> list[tuple[Article, Passage]]:
        """Return the passages of `keys` in that order."""
        ...

    def visible(self, filters: Filters, as_of: datetime | None) -> Collection[int] | None:
        """Return the keys that may be searched; None means all."""
        ...

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say how far the archive reaches."""
        ...


class DenseSearch(Protocol):
    """Search by vector."""

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (key, cosine), best first."""
        ...


class LexicalSearch(Protocol):
    """Search by words."""

    def search(
        self, text: str, k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (key, score), best first."""
        ...


class Retriever:
    """Finds the passages of an archive that speak of a question."""

    def __init__(
        self,
        store: PassageStore,
        dense: DenseSearch,
        lexical: LexicalSearch,
        embed_question: Callable[[str], NDArray[np.float32]],
    ) -> None:
        self._store = store
        self._dense = dense
        self._lexical = lexical
        self._embed_question = embed_question

    def retrieve(self, question: Question, *, n_articles: int = 10) -> tuple[Hit, ...]:
        """Return hits, best first, down to the one that brings the `n_articles`-th article.

        The same index and question always give the same hits: ties go to the lower key.
        """
        allowed = self._store.visible(question.filters, question.as_of)
        vector = self._embed_question(question.standalone)
        by_meaning = self._dense.search(vector, DEPTH, allowed=allowed)
        by_words = self._lexical.search(question.standalone, DEPTH, allowed=allowed)
        fused = fuse([[key for key, _ in by_meaning], [key for key, _ in by_words]])
        cosine, bm25 = dict(by_meaning), dict(by_words)
        hits: list[Hit] = []
        seen: set[str] = set()
        for rank, (key, score) in enumerate(fused, 1):
            ((article, passage),) = self._store.passages([key])
            similarity, words = cosine.get(key, 0.0), bm25.get(key, 0.0)
            hits.append(Hit(article, passage, score, rank, cosine=similarity, bm25=words))
            seen.add(article.id)
            if len(seen) == n_articles:
                break
        return tuple(hits)


def fuse(rankings: Sequence[Sequence[int]], *, k: int = RRF_K) -> list[tuple[int, float]]:
    """Fuse rankings of keys by reciprocal rank; best first, ties to the lower key.

    The order of the rankings does not matter. A key a ranking lacks gets nothing from it.

    Source: Cormack, Clarke, Büttcher, 'Reciprocal Rank Fusion', SIGIR 2009.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    shares = [(key, 1 / (k + rank)) for keys in rankings for rank, key in enumerate(keys, 1)]
    for key, share in sorted(shares):  # sorted, so that sums round alike in any order of rankings
        scores[key] += share
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
