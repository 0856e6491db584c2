"""The truth of an index: one SQLite file of articles, sentences, passages and vectors.

FAISS and the lexical index are derived from this file and can be made again from it without
embedding. Rows are only ever added or marked, so a citation given once can always be read.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexUnavailable
from rag.types import Article, AsOf, Filters, Passage, Sentence, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

log = logging.getLogger(__name__)

SCHEMA = """
create table article (
    key integer primary key, id text not null, version integer not null,
    title text not null, text text not null, published_at text, updated_at text,
    source text, section text, byline text, url text, language text,
    status text not null, supersedes text, content_hash text not null,
    ingested_at text not null, is_current integer not null, seen_from real,
    unique (id, version)
);
create index article_current on article (is_current, seen_from);
create index article_source on article (source);
create index article_supersedes on article (supersedes) where supersedes is not null;
create table sentence (
    article integer not null references article (key), ordinal integer not null,
    start integer not null, end integer not null, primary key (article, ordinal)
) without rowid;
create table passage (
    key integer primary key, article integer not null references article (key),
    first integer not null, last integer not null, n_tokens integer not null,
    vector text not null
);
create index passage_article on passage (article);
create table vector (id text primary key, value blob not null) without rowid;
create table setting (name text primary key, value text not null) without rowid;
"""

REWRITE_SHARE = 0.5  # a superseding article at least half as long replaces, a shorter one amends

ARTICLE_COLUMNS = (
    "key, id, version, title, text, published_at, updated_at, source, section, byline, url, "
    "language, status, supersedes"
)


def vector_id(fingerprint: str, text: str) -> str:
    """Name the vector of `text` under a model: the same text is never embedded twice."""
    return hashlib.sha256(f"{fingerprint}\n{text}".encode()).hexdigest()


def embedded_text(title: str, passage: str) -> str:
    """What the model reads of a passage: its headline first, for what the text leaves unsaid."""
    return f"{title}\n{passage}"


class ArchiveWriter:
    """Fills the SQLite file of a generation that is not published yet."""

    def __init__(self, path: Path, *, ingested_at: datetime) -> None:
        is_new = not path.exists()
        self._db = sqlite3.connect(path)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")  # the file is synced whole before publishing
        self._ingested_at = ingested_at
        if is_new:
            self._db.executescript(SCHEMA)

    def current(self, article_id: str) -> tuple[int, str] | None:
        """Return (version, state hash) of the article's current version, if there is one."""
        row = self._db.execute(
            f"select {ARTICLE_COLUMNS} from article where id = ? and is_current = 1", (article_id,)
        ).fetchone()
        return (row[2], state_hash(_article(row))) if row else None

    def last_version(self, article_id: str) -> int:
        """Return the newest version ever stored under the id, 0 where there is none."""
        row = self._db.execute("select max(version) from article where id = ?", (article_id,))
        return int(row.fetchone()[0] or 0)

    def put(
        self, article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage]
    ) -> None:
        """Add `article` as the current version of its id, with its sentences and passages."""
        self.retire(article.id)
        seen_from = article.published_at or article.updated_at
        cursor = self._db.execute(
            "insert into article values (null,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1,?)",
            (
                article.id,
                article.version,
                article.title,
                article.text,
                _stamp(article.published_at),
                _stamp(article.updated_at),
                article.source,
                article.section,
                article.byline,
                article.url,
                article.language,
                article.status.value,
                article.supersedes,
                article.content_hash,
                self._ingested_at.isoformat(),
                seen_from.timestamp() if seen_from else None,
            ),
        )
        key = cursor.lastrowid
        self._db.executemany(
            "insert into sentence values (?,?,?,?)",
            [(key, s.ordinal, s.start, s.end) for s in sentences],
        )
        self._db.executemany(
            "insert into passage values (null,?,?,?,?,'')",
            [(key, p.sentences[0].ordinal, p.sentences[-1].ordinal, p.n_tokens) for p in passages],
        )

    def retire(self, article_id: str) -> bool:
        """Take the article out of retrieval; its versions stay readable. False if unknown."""
        cursor = self._db.execute(
            "update article set is_current = 0 where id = ? and is_current = 1", (article_id,)
        )
        return cursor.rowcount > 0

    def missing_vectors(self, fingerprint: str) -> list[tuple[str, str]]:
        """Name every passage's vector and return (vector id, text) of those not stored yet."""
        missing: dict[str, str] = {}
        rows = self._db.execute(
            "select p.key, a.key, a.title, p.first, p.last from passage p "
            "join article a on a.key = p.article order by p.key"
        ).fetchall()
        known = {row[0] for row in self._db.execute("select id from vector")}
        for key, article, title, first, last in rows:
            text = embedded_text(title, " ".join(self._texts(article, first, last)))
            name = vector_id(fingerprint, text)
            self._db.execute("update passage set vector = ? where key = ?", (name, key))
            if name not in known:
                missing[name] = text
        return list(missing.items())

    def put_vectors(self, vectors: Iterable[tuple[str, NDArray[np.float32]]]) -> None:
        """Store vectors (d,) by id."""
        self._db.executemany(
            "insert or replace into vector values (?,?)",
            ((name, vector.astype("<f4").tobytes()) for name, vector in vectors),
        )

    def borrow_vectors(self, other: Path) -> None:
        """Copy the vectors of another archive; one that cannot be read lends nothing."""
        try:
            self._db.commit()
            self._db.execute("attach ? as other", (str(other),))
            self._db.execute("insert or ignore into vector select id, value from other.vector")
            self._db.commit()
            self._db.execute("detach other")
        except sqlite3.DatabaseError as error:
            log.warning("No vectors taken over from %s: %s", other, error)
            self._db.rollback()

    def drop_unused_vectors(self) -> None:
        """Forget vectors that no passage names."""
        self._db.execute("delete from vector where id not in (select vector from passage)")

    def put_settings(self, settings: Mapping[str, object]) -> None:
        """Record what shaped this index."""
        self._db.executemany(
            "insert or replace into setting values (?,?)",
            [(name, json.dumps(value)) for name, value in settings.items()],
        )

    def commit(self) -> None:
        """Make everything so far durable in the unpublished file."""
        self._db.commit()

    def close(self) -> None:
        """Commit and leave one plain file behind, with no journal beside it."""
        self._db.commit()
        self._db.execute("pragma journal_mode=delete")
        self._db.close()

    def _texts(self, article: int, first: int, last: int) -> list[str]:
        rows = self._db.execute(
            "select substr(a.text, s.start + 1, s.end - s.start) from sentence s "
            "join article a on a.key = s.article "
            "where s.article = ? and s.ordinal between ? and ? order by s.ordinal",
            (article, first, last),
        )
        return [row[0] for row in rows]


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
        return _article(row) if row else None

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
        instants = [_instant(stamp) for row in rows for stamp in row if stamp]
        dates = [i for i in instants if i is not None and (as_of is None or i <= as_of)]
        return AsOf(None, min(dates, default=None), max(dates, default=None), len(rows))

    def sources(self) -> dict[str, int]:
        """Count the current articles of each outlet, most first."""
        rows = self._db.execute(
            "select coalesce(source, ''), count(*) from article where is_current = 1 "
            "group by 1 order by 2 desc, 1"
        )
        return dict(rows.fetchall())

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
            article = _article(columns)
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
            f"select p.first, p.last, p.n_tokens, {_of_article()} from passage p "
            "join article a on a.key = p.article where p.key = ?",
            (key,),
        ).fetchone()
        first, last, n_tokens, *columns = row
        article = _article(columns)
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
        condition, values = _seen_by(as_of)
        rows = self._db.execute(
            "select id, supersedes, length(text), source, seen_from from article "
            f"where is_current = 1 and status != 'withdrawn'{condition}",
            values,
        ).fetchall()
        replaced = _replaced({id_: (other, n_chars) for id_, other, n_chars, *_ in rows})
        shown = [
            id_
            for id_, _, _, source, seen_from in rows
            if id_ not in replaced and _passes(filters, source, seen_from)
        ]
        keys = dict(self._db.execute("select id, key from article where is_current=1"))
        if len(shown) == len(keys):
            return None
        passages: set[int] = set()
        for article in shown:
            found = self._db.execute("select key from passage where article = ?", (keys[article],))
            passages.update(key for (key,) in found)
        return frozenset(passages)


def state_hash(article: Article) -> str:
    """Hash everything an outlet can change of an article, so that no change goes unnoticed."""
    state = replace(article, version=1)
    fields = [str(getattr(state, name)) for name in state.__dataclass_fields__]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


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


def _of_article() -> str:
    return ", ".join(f"a.{column.strip()}" for column in ARTICLE_COLUMNS.split(","))


def _article(row: Sequence[object]) -> Article:
    _, id_, version, title, text, published, updated, *rest = row
    source, section, byline, url, language, status, supersedes = rest
    return Article(
        id=str(id_),
        title=str(title),
        text=str(text),
        published_at=_instant(published),
        updated_at=_instant(updated),
        source=_optional(source),
        section=_optional(section),
        byline=_optional(byline),
        url=_optional(url),
        language=_optional(language),
        status=Status(str(status)),
        supersedes=_optional(supersedes),
        version=int(str(version)),
    )


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _stamp(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(stamp: object) -> datetime | None:
    if stamp is None:
        return None
    instant = datetime.fromisoformat(str(stamp))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
