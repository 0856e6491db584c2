"""Retrieve candidate windows for a question: MiniLM and BM25, fused by reciprocal rank."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.training.corpus import Article

Array = npt.NDArray[np.float32]
_RRF_K = 60  # Cormack, Clarke, Buettcher, SIGIR 2009


@dataclass(frozen=True, slots=True)
class Passage:
    """Name a run of whole sentences of an article: sentences[start:end]."""

    doc: str
    start: int
    end: int


def passages_of(article: Article, *, words: int = 120) -> list[Passage]:
    """Cut an article into runs of whole sentences of about so many words.

    Each run begins with the last sentence of the run before it.
    """
    runs, start, count = [], 0, 0
    for i, sentence in enumerate(article.sentences):
        n = len(sentence.split())
        if count and count + n > words:
            runs.append(Passage(article.id, start, i))
            start, count = max(start + 1, i - 1), 0
            count = sum(len(s.split()) for s in article.sentences[start:i])
        count += n
    runs.append(Passage(article.id, start, len(article.sentences)))
    return runs


class Embedder:
    """Embed texts with the base sentence-transformers model, each text once for all runs."""

    def __init__(self, folder: Path, *, kept: Path | None = None) -> None:
        """Load the model from its folder; vectors are kept in `kept` and taken from there."""
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(str(folder), device="cpu")
        self._kept = kept
        self._known: dict[str, Array] = {}
        if kept and kept.exists():
            with np.load(kept) as found:
                self._known = dict(zip(found["names"].tolist(), found["vectors"], strict=True))

    def embed(self, texts: Sequence[str]) -> Array:
        """Return normalised vectors, float32 (n, d)."""
        names = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        pairs = zip(names, texts, strict=True)
        new = {name: text for name, text in pairs if name not in self._known}
        if new:
            vectors = self._model.encode(
                list(new.values()), batch_size=16, normalize_embeddings=True,
                show_progress_bar=False,
            )  # fmt: skip
            self._known |= zip(new, np.asarray(vectors, dtype=np.float32), strict=True)
            self._keep()
        return np.stack([self._known[name] for name in names])

    def _keep(self) -> None:
        if self._kept is None:
            return
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        part = self._kept.with_suffix(".part.npz")
        np.savez(part, names=np.array(list(self._known)), vectors=np.stack([*self._known.values()]))
        part.replace(self._kept)


class Bm25:
    """Score texts against a question by BM25 (k1 1.2, b 0.75).

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework, FnTIR 2009.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Count the words of every text."""
        counts = [Counter(words_of(t)) for t in texts]
        lengths = np.array([sum(c.values()) for c in counts], dtype=np.float32)
        self._norm: Array = 1.2 * (0.25 + 0.75 * lengths / max(float(lengths.mean()), 1.0))
        self._n = len(counts)
        found: dict[str, list[tuple[int, int]]] = {}
        for i, count in enumerate(counts):
            for word, n in count.items():
                found.setdefault(word, []).append((i, n))
        self._postings = {word: np.array(pairs) for word, pairs in found.items()}  # (df, 2)

    def idf(self, word: str) -> float:
        """Return the inverse document frequency of a word, never negative."""
        df = len(self._postings.get(word, ()))
        return math.log(1 + (self._n - df + 0.5) / (df + 0.5))

    def scores(self, question: str) -> Array:
        """Return one score per text, float32 (n,)."""
        scores: Array = np.zeros(self._n, dtype=np.float32)
        for word in sorted(set(words_of(question)) & self._postings.keys()):
            at, n = self._postings[word].T
            scores[at] += self.idf(word) * n * 2.2 / (n + self._norm[at])
        return scores


class Candidates:
    """Rank the passages of an archive for a question."""

    def __init__(self, articles: Iterable[Article], embedder: Embedder) -> None:
        """Cut and embed every article."""
        self.articles = {a.id: a for a in articles}
        self.passages = [p for a in self.articles.values() for p in passages_of(a)]
        texts = [self.text(p) for p in self.passages]
        self.vectors = embedder.embed(texts)
        self.bm25 = Bm25(texts)

    def text(self, passage: Passage) -> str:
        """Return the header and sentences of a passage as one text."""
        article = self.articles[passage.doc]
        return " ".join((article.header(), *article.sentences[passage.start : passage.end]))

    def rank(self, question: str, vector: Array, *, k: int) -> list[Passage]:
        """Return the k best passages, best first; ties go to the earlier passage."""
        fused = np.zeros(len(self.passages))
        for scores in (self.vectors @ vector, self.bm25.scores(question)):
            order = np.argsort(-scores, kind="stable")
            fused[order] += 1.0 / (_RRF_K + 1 + np.arange(len(order)))
        best = np.argsort(-fused, kind="stable")[:k]
        return [self.passages[i] for i in best]

    def sentences(self, question: str, passages: Iterable[Passage]) -> list[tuple[str, int]]:
        """Return (article, index) of the passages' sentences, those that share most words first."""
        asked = {word: self.bm25.idf(word) for word in words_of(question)}
        places = {(p.doc, i) for p in passages for i in range(p.start, p.end)}
        shared = {
            (doc, i): sum(
                asked[w] for w in set(words_of(self.articles[doc].sentences[i])) & asked.keys()
            )
            for doc, i in places
        }
        return sorted(shared, key=lambda place: (-shared[place], place))


def words_of(text: str) -> list[str]:
    """Return the lower-cased words and numbers of a text."""
    return re.findall(r"[a-z0-9]+", text.lower())
