"""Search by words: BM25 over headline and text.

A part of an index is three arrays: its passages, its terms, and the postings of each term, mapped
into memory and searched with numpy. Frequencies are counted over all parts and without the dead,
so that a score depends on what the archive holds and not on how it came to hold it. Words are
stemmed by tantivy's English analyzer; why its index is not used: docs/decisions/0003-lexical.md.

Source: Robertson & Zaragoza, 'The Probabilistic Relevance Framework', 2009, with the always
positive weight and the constants of Lucene.
"""

from __future__ import annotations

import hashlib
import math
import re
from array import array
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import tantivy

from index.keys import Keys, as_keys
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

K1, B = 1.2, 0.75
WORD = re.compile(r"\w+")
MAX_WORDS = 64
FIELDS = ("title", "text")
_PASSAGE = np.dtype([("key", "<i8"), ("n_words", "<u4", (len(FIELDS),))])
_TERM = np.dtype([("name", "<u8"), ("start", "<i8")])
_POSTING = np.dtype([("row", "<u4"), ("count", "<u4")])


def write_lexical(path: Path, passages: Iterable[tuple[int, str, str]]) -> None:
    """Index (key, headline, text) of each passage, by ascending key, into a new folder at `path`.

    Raises:
        OSError: A file cannot be written.
    """
    names: dict[str, int] = {}
    terms, counts = array("I"), array("I")
    rows, sizes = [], []
    for key, *texts in passages:
        lengths, before = [], len(terms)
        for field, text in zip(FIELDS, texts, strict=True):
            stems = _analyzer().analyze(text)
            lengths.append(len(stems))
            for stem, count in Counter(stems).items():
                terms.append(names.setdefault(_term(field, stem), len(names)))
                counts.append(count)
        rows.append((key, lengths))
        sizes.append(len(terms) - before)
    path.mkdir(parents=True)
    np.save(path / "passages.npy", np.array(rows, _PASSAGE))
    _save_postings(path, names, np.asarray(terms, np.int64), np.asarray(counts), sizes)


def _save_postings(
    path: Path,
    names: Mapping[str, int],
    terms: NDArray[np.int64],
    counts: NDArray[np.uint32],
    sizes: Sequence[int],
) -> None:
    hashes = np.fromiter(map(_hash, names), np.uint64, len(names))
    by_hash = np.argsort(hashes)
    rank = np.empty(len(names), np.int64)
    rank[by_hash] = np.arange(len(names))
    order = np.argsort(rank[terms], kind="stable")  # by term, within one by row
    postings = np.empty(len(terms), _POSTING)
    postings["row"] = np.repeat(np.arange(len(sizes)), sizes)[order]
    postings["count"] = counts[order]
    found = np.empty(len(names), _TERM)
    found["name"] = hashes[by_hash]
    found["start"] = np.searchsorted(rank[terms][order], np.arange(len(names)))
    np.save(path / "terms.npy", found)
    np.save(path / "postings.npy", postings)


class LexicalIndex:
    """The words of a generation's parts, read-only, searched as one.

    `dead` are keys that a part still holds and that are no longer of the archive.
    """

    def __init__(self, paths: Sequence[Path], *, dead: Keys | None = None) -> None:
        self._parts = [_Part(path, dead or Keys(())) for path in paths]
        self._n = sum(int(part.alive.sum()) for part in self._parts)
        n_words = sum((part.n_words[part.alive].sum(axis=0) for part in self._parts), np.zeros(2))
        self._mean_words = n_words / max(1, self._n)

    def __len__(self) -> int:
        return self._n

    def keys(self) -> list[int]:
        """The passage keys searched, ascending."""
        return sorted(key for part in self._parts for key in part.keys[part.alive].tolist())

    def search(
        self, text: str, k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (key, BM25 score) for the words of `text`, ties by key.

        Words are matched as they stand, never as query syntax; at most the first 64 count. A word
        said twice counts once, two forms of it count twice. The filter applies before ranking; a
        passage that shares no word is not found.
        """
        words = dict.fromkeys(WORD.findall(text.lower())[:MAX_WORDS])
        weights = self._weigh(self.stems(" ".join(words)))
        wanted = None if allowed is None else as_keys(allowed)
        found: list[tuple[int, float]] = []
        for part in self._parts:
            scores = part.score(weights, self._mean_words)
            if wanted is not None:
                scores[~wanted.holds(part.keys)] = 0.0
            found += _best(part.keys, scores, k)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def stems(self, text: str) -> list[str]:
        """Return the lower-cased English stems of the words in `text`, as they are indexed."""
        return list(_analyzer().analyze(text))

    def document_frequency(self, stem: str) -> int:
        """Return the number of passages with `stem` in headline or text, whichever is more."""
        return max(self._frequency(field, stem) for field in FIELDS)

    def _frequency(self, field: str, stem: str) -> int:
        return sum(len(part.postings(_term(field, stem))) for part in self._parts)

    def _weigh(self, stems: Sequence[str]) -> dict[tuple[int, str], float]:
        """Return the weight of each (field number, term) asked for, in the order of the words."""
        weights = {}
        for stem, times in Counter(stems).items():
            for i, field in enumerate(FIELDS):
                if frequency := self._frequency(field, stem):
                    rarity = math.log(1 + (self._n - frequency + 0.5) / (frequency + 0.5))
                    weights[i, _term(field, stem)] = times * rarity
        return weights


class _Part:
    """The three arrays of one folder. `alive` tells which rows still count, (n,)."""

    def __init__(self, path: Path, dead: Keys) -> None:
        try:
            passages = np.load(path / "passages.npy")
            terms = np.load(path / "terms.npy")
            self._postings = np.load(path / "postings.npy", mmap_mode="r" if len(terms) else None)
            self.keys: NDArray[np.int64] = np.ascontiguousarray(passages["key"])
            self.n_words: NDArray[np.uint32] = passages["n_words"]
            self._names: NDArray[np.uint64] = np.ascontiguousarray(terms["name"])
            self._starts = np.append(terms["start"], len(self._postings))
        except (OSError, ValueError, IndexError, EOFError) as error:
            raise IndexUnavailable(
                f"The lexical index {path} cannot be read. Find out more: dateline index check"
            ) from error
        self.alive: NDArray[np.bool_] = ~dead.holds(self.keys)
        self._all_alive = bool(self.alive.all())

    def postings(self, term: str) -> NDArray[np.void]:
        """Return the postings of a term in rows that are alive."""
        name = np.uint64(_hash(term))
        place = int(np.searchsorted(self._names, name))
        if place == len(self._names) or self._names[place] != name:
            return np.empty(0, _POSTING)
        found = np.asarray(self._postings[self._starts[place] : self._starts[place + 1]])
        return found if self._all_alive else found[self.alive[found["row"]]]

    def score(
        self, weights: Mapping[tuple[int, str], float], mean_words: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the BM25 score of every row, (n,), 0 where no word is shared."""
        scores = np.zeros(len(self.keys))
        for (field, term), weight in weights.items():
            found = self.postings(term)
            rows, counts = found["row"], found["count"].astype(np.float64)
            length = self.n_words[rows, field] / mean_words[field]
            scores[rows] += weight * counts * (K1 + 1) / (counts + K1 * (1 - B + B * length))
        return scores


def _best(keys: NDArray[np.int64], scores: NDArray[np.float64], k: int) -> list[tuple[int, float]]:
    """Return (key, score) of the k best above 0 and of all that tie with the last of them."""
    rows = np.flatnonzero(scores)
    if len(rows) > k:
        last = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= last]
    return list(zip(keys[rows].tolist(), scores[rows].tolist(), strict=True))


def _term(field: str, stem: str) -> str:
    return f"{field}:{stem}"


def _hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    """Build what tantivy calls 'en_stem'."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()
