"""Search by words: BM25 over headline and text, through tantivy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import tantivy

from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

HEAP_BYTES = 50_000_000
WORD = re.compile(r"\w+")
MAX_WORDS = 64


def write_lexical(path: Path, passages: Iterable[tuple[int, str, str]]) -> None:
    """Index (key, headline, text) of each passage into a new folder at `path`."""
    path.mkdir(parents=True)
    index = tantivy.Index(_schema(), path=str(path))
    writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)  # one thread: one segment order
    for key, title, text in passages:
        writer.add_document(tantivy.Document(key=key, title=title, text=text))
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """The words of one generation, read-only."""

    def __init__(self, path: Path) -> None:
        try:
            self._index = tantivy.Index.open(str(path))
            self._searcher = self._index.searcher()
            self._analyzer = _analyzer()
        except (ValueError, OSError) as error:
            raise IndexUnavailable(
                f"The lexical index {path} cannot be read. Find out more: dateline index check"
            ) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def keys(self) -> list[int]:
        """The passage keys held, sorted."""
        found = self._searcher.search(tantivy.Query.all_query(), max(len(self), 1), count=False)
        return sorted(self._key(address) for _, address in found.hits)

    def search(
        self, text: str, k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (key, BM25 score) for the words of `text`, ties by key.

        Words are matched as they stand, never as query syntax; at most the first 64 count. With
        `allowed`, the search widens until k allowed passages are found or none are left.
        """
        words = " ".join(WORD.findall(text.lower())[:MAX_WORDS])
        if not words or (allowed is not None and not allowed):
            return []
        query, _ = self._index.parse_query_lenient(words, ["title", "text"])
        limit = k
        while True:
            # one more than asked for, so that ties at the edge are broken by key, not by chance
            hits = self._searcher.search(query, limit + 1, count=False).hits
            found = [(self._key(address), float(score)) for score, address in hits]
            kept = [pair for pair in found if allowed is None or pair[0] in allowed]
            if len(kept) >= k or len(found) <= limit:
                return sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:k]
            limit *= 4

    def stems(self, text: str) -> list[str]:
        """Return the lower-cased English stems of the words in `text`, as they are indexed."""
        return list(self._analyzer.analyze(text))

    def document_frequency(self, stem: str) -> int:
        """Return the number of passages with `stem` in headline or text, whichever is more."""
        return max(int(self._searcher.doc_freq(field, stem)) for field in ("title", "text"))

    def _key(self, address: tantivy.DocAddress) -> int:
        return int(self._searcher.doc(address)["key"][0])


def _analyzer() -> tantivy.TextAnalyzer:
    """Build what tantivy calls 'en_stem', for use on single texts."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=True, indexed=True, fast=True)
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("text", tokenizer_name="en_stem")
    return builder.build()
