"""The truth of an index: one SQLite file of articles, sentences, passages and vectors.

FAISS and the lexical index are derived from this file and can be made again from it without
embedding. Rows are only ever added or marked, so a citation given once can always be read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from index.facets import Facets
from index.schema import ARTICLE_COLUMNS, article_of, instant_of, of_article
from rag.errors import IndexUnavailable
from rag.types import Article, AsOf, Filters, Passage, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

REWRITE_SHARE = 0.5  # a superseding article at least half as long replaces, a shorter one amends


class Archive:
    """Reads one published generation; it never changes, so nothing here ever goes stale.

    Passages are known by their integer key, the one FAISS and the lexical index return. One
    instance belongs to one thread.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise IndexUnavailable(f"No archive at {path}. Build one: dateline index build PATH")
        self._db = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._visible: dict[tuple[Filters, datetime | None], frozenset[int] | None] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return one version of an article, the newest where `version` is None."""
        wanted = "version = ?" if version is not None else "? is null"
        row = self._db.execute(
            f"select {ARTICLE_COLUMNS} from article where id = ? and {wanted} "
            "order by version desc limit 1",
            (article_id, version),
        ).fetchone()
        return article_of(row) if row else None

    def sentences(self, article: Article) -> tuple[Sentence, ...]:
        """Return an article version's sentences in order."""
        rows = self._db.execute(
            "select s.ordinal, s.start, s.end from sentence s join article a on a.key = s.article "
            "where a.id = ? and a.version = ? order by s.ordinal",
            (article.id, article.version),
        )
        return tuple(
            Sentence(article.id, ordinal, start, end, article.text[start:end])
            for ordinal, start, end in rows
        )

    def passages(self, keys: Sequence[int]) -> list[tuple[Article, Passage]]:
        """Return the passages of `keys` with their articles, in the order asked for."""
        return [self._passage(key) for key in keys]

    def visible(self, filters: Filters, as_of: datetime | None) -> frozenset[int] | None:
        """Return the keys of passages that may be searched; None means all of them.

        Left out: old versions, withdrawn articles, what was not published by `as_of`, what the
        filters exclude, and articles replaced by one that may itself be seen (a rewrite: a notice
        of a few lines leaves what it corrects searchable, for the rest of it is still news). An
        article without any date is left out whenever dates decide.
        """
        wanted = (filters, as_of)
        if wanted not in self._visible:
            if len(self._visible) > 64:
                self._visible.clear()
            self._visible[wanted] = self._select_visible(filters, as_of)
        return self._visible[wanted]

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say from when to when the archive reaches, and how many articles may be seen."""
        condition, values = _seen_by(as_of)
        rows = self._db.execute(
            "select published_at, updated_at from article where is_current = 1 "
            f"and status != 'withdrawn'{condition}",
            values,
        ).fetchall()
        instants = [instant_of(stamp) for row in rows for stamp in row if stamp]
        dates = [i for i in instants if i is not None and (as_of is None or i <= as_of)]
        return AsOf(None, min(dates, default=None), max(dates, default=None), len(rows))

    def sources(self) -> dict[str, int]:
        """Count the current articles of each outlet, most first."""
        rows = self._db.execute(
            "select coalesce(source, ''), count(*) from article where is_current = 1 "
            "group by 1 order by 2 desc, 1"
        )
        return dict(rows.fetchall())

    def story_of(self, article_id: str) -> str:
        """Return the id of the wire story an article is a copy of, its own where it is alone.

        A story goes by the id of its earliest article; an unknown id is a story of its own.
        """
        row = self._db.execute(
            "with recursive chain (key, depth) as ("
            "select key, 0 from article where id = ? and is_current = 1 "
            "union all select copy.original, depth + 1 from copy join chain "
            "on copy.article = chain.key) "
            "select a.id from chain join article a on a.key = chain.key "
            "order by depth desc limit 1",
            (article_id,),
        ).fetchone()
        return str(row[0]) if row else article_id

    def carriers(self, story: str) -> tuple[str, ...]:
        """Return the named outlets that carried a wire story, sorted, each once."""
        rows = self._db.execute(
            "with recursive carried (key) as ("
            "select key from article where id = ? and is_current = 1 "
            "union select copy.article from copy join carried on copy.original = carried.key) "
            "select distinct a.source from carried join article a on a.key = carried.key "
            "where a.is_current = 1 and a.status != 'withdrawn' and a.source is not null",
            (story,),
        )
        return tuple(sorted(str(source) for (source,) in rows))

    def facets(self) -> Facets:
        """Count what may be searched by outlet, section and language, most frequent first."""
        shown = self._shown(Filters(), None)
        columns = self._db.execute(
            "select id, source, section, language, published_at, updated_at from article "
            "where is_current = 1"
        )
        rows = [row for row in columns if row[0] in shown]
        dates = [at for row in rows if (at := instant_of(row[4] or row[5]))]
        return Facets(
            sources=_frequencies(row[1] for row in rows),
            sections=_frequencies(row[2] for row in rows),
            languages=_frequencies(row[3] for row in rows),
            first=min(dates, default=None),
            last=max(dates, default=None),
        )

    def counts(self) -> dict[str, int]:
        """Count current articles, their sentences and passages, and all stored versions."""
        live = "article in (select key from article where is_current = 1)"
        queries = {
            "articles": "select count(*) from article where is_current = 1",
            "versions": "select count(*) from article",
            "sentences": f"select count(*) from sentence where {live}",
            "passages": f"select count(*) from passage where {live}",
        }
        return {name: self._db.execute(query).fetchone()[0] for name, query in queries.items()}

    def settings(self) -> dict[str, object]:
        """Return what shaped this index."""
        rows = self._db.execute("select name, value from setting").fetchall()
        return {name: json.loads(value) for name, value in rows}

    def vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the keys (n,) and vectors (n, d) of every current passage, by key.

        Raises:
            IndexUnavailable: A passage has no vector.
        """
        rows = self._db.execute(
            "select p.key, v.value from passage p join article a on a.key = p.article "
            "left join vector v on v.id = p.vector where a.is_current = 1 order by p.key"
        ).fetchall()
        if any(value is None for _, value in rows):
            raise IndexUnavailable("Passages without vectors. Mend: dateline index build PATH...")
        keys = np.array([key for key, _ in rows], np.int64)
        values = np.frombuffer(b"".join(value for _, value in rows), "<f4")
        dimension = int(str(self.settings()["dimension"]))
        return keys, values.reshape(len(rows), dimension).astype(np.float32)

    def texts(self) -> Iterator[tuple[int, str, str]]:
        """Yield (key, headline, text) of every current passage, by key."""
        keys = self._db.execute(
            "select p.key from passage p join article a on a.key = p.article "
            "where a.is_current = 1 order by p.key"
        ).fetchall()
        for (key,) in keys:
            article, passage = self._passage(key)
            yield key, article.title, passage.text

    def faults(self) -> Iterator[str]:
        """Yield what is wrong inside the truth itself: hashes, spans, passages without vectors."""
        rows = self._db.execute(f"select {ARTICLE_COLUMNS}, content_hash from article")
        for *columns, content_hash in rows.fetchall():
            article = article_of(columns)
            if article.content_hash != content_hash:
                yield f"article {article.id} v{article.version}: text is not what was hashed"
            for sentence in self.sentences(article):
                if not sentence.text or sentence.text != sentence.text.strip():
                    yield f"article {article.id}: sentence {sentence.ordinal} is not cut cleanly"
        orphans = "select count(*) from passage where vector not in (select id from vector)"
        if n_orphans := self._db.execute(orphans).fetchone()[0]:
            yield f"{n_orphans} passages have no vector"

    def integrity_error(self) -> str | None:
        """Ask SQLite whether the file is sound; None when it is."""
        try:
            with closing(self._db.execute("pragma integrity_check(1)")) as rows:
                verdict = str(rows.fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if verdict == "ok" else verdict

    def _passage(self, key: int) -> tuple[Article, Passage]:
        row = self._db.execute(
            f"select p.first, p.last, p.n_tokens, {of_article()} from passage p "
            "join article a on a.key = p.article where p.key = ?",
            (key,),
        ).fetchone()
        first, last, n_tokens, *columns = row
        article = article_of(columns)
        spans = self._db.execute(
            "select ordinal, start, end from sentence "
            "where article = ? and ordinal between ? and ? order by ordinal",
            (columns[0], first, last),
        )
        sentences = tuple(
            Sentence(article.id, ordinal, start, end, article.text[start:end])
            for ordinal, start, end in spans
        )
        return article, Passage(f"{article.id}#{first}", article.id, sentences, n_tokens)

    def _select_visible(self, filters: Filters, as_of: datetime | None) -> frozenset[int] | None:
        shown = self._shown(filters, as_of)
        keys = dict(self._db.execute("select id, key from article where is_current=1"))
        if len(shown) == len(keys):
            return None
        passages: set[int] = set()
        for article in shown:
            found = self._db.execute("select key from passage where article = ?", (keys[article],))
            passages.update(key for (key,) in found)
        return frozenset(passages)

    def _shown(self, filters: Filters, as_of: datetime | None) -> frozenset[str]:
        condition, values = _seen_by(as_of)
        rows = self._db.execute(
            "select id, supersedes, length(text), source, seen_from from article "
            f"where is_current = 1 and status != 'withdrawn'{condition}",
            values,
        ).fetchall()
        replaced = _replaced({id_: (other, n_chars) for id_, other, n_chars, *_ in rows})
        return frozenset(
            id_
            for id_, _, _, source, seen_from in rows
            if id_ not in replaced and _passes(filters, source, seen_from)
        )


def _frequencies(names: Iterable[str | None]) -> dict[str, int]:
    counted = Counter(name for name in names if name)
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _replaced(articles: Mapping[str, tuple[str | None, int]]) -> set[str]:
    """Return ids superseded by a full rewrite, from (supersedes, length) by id."""
    return {
        other
        for other, n_chars in articles.values()
        if other is not None and other in articles and n_chars >= REWRITE_SHARE * articles[other][1]
    }


def _passes(filters: Filters, source: str | None, seen_from: float | None) -> bool:
    if filters.sources and source not in filters.sources:
        return False
    if filters.since is None and filters.until is None:
        return True
    if seen_from is None:
        return False
    after = filters.since is None or seen_from >= filters.since.timestamp()
    return after and (filters.until is None or seen_from <= filters.until.timestamp())


def _seen_by(as_of: datetime | None) -> tuple[str, tuple[float, ...]]:
    return (" and seen_from <= ?", (as_of.timestamp(),)) if as_of else ("", ())
