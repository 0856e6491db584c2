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

    Ranking = list[tuple[int, float]]  # (key, score), best first

DEPTH = 60  # passages asked of each ranking at first
MAX_DEPTH = 1000
REPEATED = 0.8  # share of a passage's sentences told before by its story that makes it a repeat
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

    def story_of(self, article_id: str) -> str:
        """Return the id of the wire story an article is a copy of, its own when alone."""
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

        Copies of one wire story count once, see `_Spoken`. The same index and question always
        give the same hits: ties go to the lower key.
        """
        vector = self._embed_question(question.standalone)
        allowed = self._store.visible(question.filters, question.as_of)
        depth = DEPTH
        while True:
            by_meaning = self._dense.search(vector, depth, allowed=allowed)
            by_words = self._lexical.search(question.standalone, depth, allowed=allowed)
            hits = self._hits(by_meaning, by_words, n_articles)
            n_found = len({hit.article.id for hit in hits})
            exhausted = max(len(by_meaning), len(by_words)) < depth
            if n_found == n_articles or exhausted or depth >= MAX_DEPTH:
                return hits
            depth *= 4  # copies crowded out the rest

    def _hits(self, by_meaning: Ranking, by_words: Ranking, n_articles: int) -> tuple[Hit, ...]:
        fused = fuse([[key for key, _ in by_meaning], [key for key, _ in by_words]])
        cosine, bm25 = dict(by_meaning), dict(by_words)
        found = self._store.passages([key for key, _ in fused])
        spoken = _Spoken(found, self._store.story_of)
        hits: list[Hit] = []
        seen: set[str] = set()
        for (key, score), (article, passage) in zip(fused, found, strict=True):
            if spoken.repeats(article, passage):
                continue
            similarity, words = cosine.get(key, 0.0), bm25.get(key, 0.0)
            rank = len(hits) + 1
            hits.append(Hit(article, passage, score, rank, cosine=similarity, bm25=words))
            seen.add(article.id)
            if len(seen) == n_articles:
                break
        return tuple(hits)


class _Spoken:
    """Knows what has been said: the copies of a wire story, and passages told once already.

    Of copies in other outlets the earliest article speaks where it was found, else the first
    found. Later versions by the same outlet bring news and stay, but for passages that repeat.
    """

    def __init__(
        self, found: Sequence[tuple[Article, Passage]], story_of: Callable[[str], str]
    ) -> None:
        self._stories = {article.id: story_of(article.id) for article, _ in found}
        first: dict[str, Article] = {}
        for article, _ in found:
            story = self._stories[article.id]
            if story not in first or article.id == story:
                first[story] = article
        self._speaker = first
        self._told: defaultdict[str, set[str]] = defaultdict(set)  # story -> sentences

    def repeats(self, article: Article, passage: Passage) -> bool:
        """Say whether a passage is a copy's or tells its story again; else take note of it."""
        story = self._stories[article.id]
        if article.source != self._speaker[story].source:
            return True
        told = self._told[story]
        texts = {sentence.text for sentence in passage.sentences}
        if len(texts & told) >= REPEATED * len(texts):
            return True
        told |= texts
        return False


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
