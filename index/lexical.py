"""Search by words: BM25 over headline and text.

A part of an index is four arrays: its passages, its terms, and the rows and counts of each term's
postings, mapped into memory and searched with numpy. Frequencies are counted over all parts and
without the dead, so that a score depends on what the archive holds and not on how it came to hold
it. Words are stemmed by tantivy's English analyzer; why its index is not used:
docs/decisions/0003-lexical.md.

Sources: Robertson & Zaragoza, 'The Probabilistic Relevance Framework', 2009, with the always
positive weight and the constants of Lucene; Turtle & Flood, 'Query evaluation: strategies and
optimizations', 1995, for leaving out what cannot matter (MaxScore).
"""

from __future__ import annotations

import hashlib
import math
import re
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import tantivy

from index.keys import Keys, Shown, as_keys
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

K1, B = 1.2, 0.75
WORD = re.compile(r"\w+")
MAX_WORDS = 64
FREQUENT = 32  # a term in more than one row of so many is worth asking whether it can matter
FIELDS = ("title", "text")
_PASSAGE = np.dtype([("key", "<i8"), ("n_words", "<u4", (len(FIELDS),))])
_TERM = np.dtype([("name", "<u8"), ("start", "<i8")])
_ROW, _COUNT = np.dtype("<u4"), np.dtype("u1")
_SLACK = 1e-9  # sums of the same terms in another order differ by less


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
    rows = np.repeat(np.arange(len(sizes), dtype=_ROW), sizes)[order]
    found = np.empty(len(names), _TERM)
    found["name"] = hashes[by_hash]
    found["start"] = np.searchsorted(rank[terms][order], np.arange(len(names)))
    np.save(path / "terms.npy", found)
    np.save(path / "rows.npy", rows)
    np.save(path / "counts.npy", counts[order].clip(max=np.iinfo(_COUNT).max).astype(_COUNT))


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
            found += part.search(weights, self._mean_words, k, wanted)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def stems(self, text: str) -> list[str]:
        """Return the lower-cased English stems of the words in `text`, as they are indexed."""
        return list(_analyzer().analyze(text))

    def document_frequency(self, stem: str) -> int:
        """Return the number of passages with `stem` in headline or text, whichever is more."""
        return max(self._frequency(field, stem) for field in FIELDS)

    def _frequency(self, field: str, stem: str) -> int:
        return sum(part.frequency(_term(field, stem)) for part in self._parts)

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
    """The four arrays of one folder."""

    def __init__(self, path: Path, dead: Keys) -> None:
        try:
            passages = np.load(path / "passages.npy")
            terms = np.load(path / "terms.npy")
            mode: Literal["r"] | None = "r" if len(terms) else None  # nothing cannot be mapped
            self._rows = np.load(path / "rows.npy", mmap_mode=mode)
            self._counts = np.load(path / "counts.npy", mmap_mode=mode)
            self.keys: NDArray[np.int64] = np.ascontiguousarray(passages["key"])
            self.n_words: NDArray[np.uint32] = np.ascontiguousarray(passages["n_words"])
            self._names: NDArray[np.uint64] = np.ascontiguousarray(terms["name"])
            self._starts = np.append(terms["start"], len(self._rows))
        except (OSError, ValueError, IndexError, EOFError) as error:
            raise IndexUnavailable(
                f"The lexical index {path} cannot be read. Find out more: dateline index check"
            ) from error
        self._shown = Shown(self.keys, dead)
        self._dead_rows = np.flatnonzero(~self.alive).astype(_ROW)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Tell for each row whether it still counts, (n,)."""
        return self._shown.alive

    def frequency(self, term: str) -> int:
        """Count the rows with a term that are alive."""
        rows, _ = self._postings(term)
        return len(rows) - int(_places(rows, self._dead_rows)[1].sum())

    def search(
        self,
        weights: Mapping[tuple[int, str], float],
        mean_words: NDArray[np.float64],
        k: int,
        wanted: Keys | None,
    ) -> list[tuple[int, float]]:
        """Return (key, BM25 score) of the k best rows, and of all that tie with the last of them.

        A term adds less than its weight times K1 + 1. Terms are taken by that, the most first. Once
        the rest together cannot lift a row not seen yet into the k best, the rest, which are the
        most frequent, are looked up only for the rows still in question.
        """
        shown = self._shown.of(wanted)
        is_all = bool(shown.all())
        terms = [
            _Term(weight, *self._postings(name), self.n_words[:, field], mean_words[field])
            for (field, name), weight in weights.items()
        ]
        scores = np.zeros(len(self.keys))
        left: NDArray[np.int64] | None = None  # the rows still in question, once they are few
        rest = sum(term.most for term in terms)
        least = 0.0  # no more than the k-th best score, and quicker to find
        for term in sorted(terms, key=lambda term: -term.most):
            is_frequent = len(term.rows) > len(scores) // FREQUENT
            if left is None and is_frequent and least > rest + _SLACK:
                left = np.flatnonzero(scores >= least - rest - _SLACK)
            rest -= term.most
            if left is None:
                rows, counts = term.rows, term.counts
                if not is_all:
                    rows, counts = rows[shown[rows]], counts[shown[rows]]
                scores[rows] += term.share(rows, counts)
                least = max(least, _kth(scores[rows], k))
            else:
                scores[left] += term.share_of(left)
                left = left[scores[left] >= _kth(scores[left], k) - rest - _SLACK]
        if left is None:
            left = np.flatnonzero((scores > 0) & (scores >= _kth(scores, k) - _SLACK))
        exact = np.zeros(len(left))
        for term in terms:  # in the order of the words: like passages score alike in any index
            exact += term.share_of(left)
        best = exact >= _kth(exact, k)
        return list(zip(self.keys[left[best]].tolist(), exact[best].tolist(), strict=True))

    def _postings(self, name: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """Return the rows, ascending, that have a term, the dead too, and how often."""
        hashed = np.uint64(_hash(name))
        place = int(np.searchsorted(self._names, hashed))
        if place == len(self._names) or self._names[place] != hashed:
            return np.empty(0, _ROW), np.empty(0, _COUNT)
        here = slice(self._starts[place], self._starts[place + 1])
        return np.asarray(self._rows[here]), np.asarray(self._counts[here])


@dataclass(frozen=True, slots=True)
class _Term:
    """A term in one field: its weight and postings; every row's words there and their mean."""

    weight: float
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    n_words: NDArray[np.uint32]
    mean_words: float

    @property
    def most(self) -> float:
        """What it may add to a score at most."""
        return self.weight * (K1 + 1)

    def share(self, rows: NDArray[Any], counts: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return what it adds to the score of `rows` that hold it so often."""
        often = counts.astype(np.float64)
        length = self.n_words[rows] / self.mean_words
        added = self.weight * often * (K1 + 1) / (often + K1 * (1 - B + B * length))
        return np.asarray(added, np.float64)

    def share_of(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what it adds to the score of any `rows`, 0 where it is not."""
        places, found = _places(self.rows, rows)
        added = np.zeros(len(rows))
        added[found] = self.share(rows[found], self.counts[places[found]])
        return added


def _places(rows: NDArray[Any], wanted: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return where each of `wanted` would stand in ascending `rows`, and whether it does."""
    if not len(rows):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    places = np.searchsorted(rows, wanted.astype(rows.dtype)).clip(max=len(rows) - 1)
    return places, rows[places] == wanted


def _kth(scores: NDArray[np.float64], k: int) -> float:
    """Return the k-th highest score above 0; 0 where there are fewer."""
    positive = scores[scores > 0]
    if len(positive) < k:
        return 0.0
    return float(np.partition(positive, len(positive) - k)[len(positive) - k])


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
