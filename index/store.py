"""The truth of an index: SQLite files of articles, sentences, passages and vectors.

FAISS and the lexical index are derived from them and can be made again without embedding. Rows
are only ever added or marked, so a citation given once can be read for as long as its article is
in the archive.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from index import generation as gen
from index.facets import Facets
from index.keys import Keys
from index.schema import ARTICLE_COLUMNS, LIVE, article_of, instant_of
from index.selection import Selection
from rag.errors import IndexUnavailable
from rag.types import Article, AsOf, Filters, Passage, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

SLAB = 8192  # vectors read at a time
SEEN_KEPT = 64  # selections remembered; a conversation asks for the same few
SCHEMA_OF = {gen.DELTA: "main", gen.BASE: "base"}
_SUMS = "coalesce(sum(n_sentences), 0), coalesce(sum(n_passages), 0)"
COUNTS = (  # articles, versions, sentences, passages; what lies in both parts is one version
    "select coalesce(sum(articles), 0), coalesce(sum(versions), 0), coalesce(sum(sentences), 0), "
    "coalesce(sum(passages), 0) from base.total",
    f"select -count(*), 0, -{_SUMS.replace(', ', ', -')} from main.retired r "
    "cross join base.article a on a.key = r.article where +a.is_current = 1",
    f"select count(*), 0, {_SUMS} from main.article where is_current = 1",
    "select 0, count(*) - count(b.key), 0, 0 from main.article a "
    "left join base.article b on b.key = a.key",
)
_A = ", ".join(f"a.{column.strip()}" for column in ARTICLE_COLUMNS.split(","))


class Archive:
    """Reads one generation's base and delta; they never change, so nothing here goes stale.

    Passages are known by their integer key, the one FAISS and the lexical index return. One
    question at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._db = _connect(folder)
        self._visible: dict[tuple[Filters, datetime | None], Keys | None] = {}
        self._reach: dict[datetime | None, AsOf] = {}
        self._counts = self._counted()
        self._n_passages = self._counts["passages"]

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return one version of an article; without `version` the current one, else the newest.

        Raises:
            IndexUnavailable: Its text is not what was stored.
        """
        found = [
            (current, row)
            for part, live in LIVE.items()
            for current, *row in self._db.execute(
                f"select {live}, {_A} from {part}.article a where a.id = ?", (article_id,)
            )
            if version is None or row[2] == version
        ]
        if not found:
            return None
        return article_of(max(found, key=lambda pair: (pair[0], pair[1][2]))[1])

    def articles(self) -> Iterator[Article]:
        """Yield every current article, by key.

        Raises:
            IndexUnavailable: A text is not what was stored.
        """
        keys = sorted(
            (key, part)
            for part, live in LIVE.items()
            for (key,) in self._db.execute(f"select a.key from {part}.article a where {live}")
        )
        for key, part in keys:
            yield article_of(self._one(f"select {_A} from {part}.article a where a.key = ?", key))

    def current(self, article_id: str) -> Article | None:
        """Return the version of an article that counts today, None where it was removed.

        Raises:
            IndexUnavailable: Its text is not what was stored.
        """
        for part, live in LIVE.items():
            row = self._db.execute(
                f"select {_A} from {part}.article a where a.id = ? and {live}", (article_id,)
            ).fetchone()
            if row:
                return article_of(row)
        return None

    def superseding(self, article_id: str) -> str | None:
        """Return the id of the latest article that corrects or replaces this one, if any does."""
        found = [
            row
            for part, live in LIVE.items()
            for row in self._db.execute(
                f"select coalesce(a.seen_from, 0), a.id from {part}.article a "
                f"where a.supersedes = ? and a.status != 'withdrawn' and {live}",
                (article_id,),
            )
        ]
        return str(max(found)[1]) if found else None

    def sentences(self, article: Article) -> tuple[Sentence, ...]:
        """Return an article version's sentences in order."""
        spans = self._union(
            "select s.ordinal, s.start, s.end from {part}.article a "
            "join {part}.sentence s on s.article = a.key where a.id = ? and a.version = ?",
            (article.id, article.version),
        )
        return _sentences(article, spans)

    def passages(self, keys: Sequence[int]) -> list[tuple[Article, Passage]]:
        """Return the passages of `keys` with their articles, in the order asked for."""
        return [self._passage(key) for key in keys]

    def visible(self, filters: Filters, as_of: datetime | None) -> Keys | None:
        """Return the keys of passages that may be searched; None means all of them.

        What that leaves out: see `index.selection`.
        """
        wanted = (filters, as_of)
        if wanted not in self._visible:
            if len(self._visible) == SEEN_KEPT:
                self._visible.clear()
            shown = Selection(self._db, filters, as_of)
            if sum(n for (n,) in shown.rows("a.n_passages")) == self._n_passages:
                self._visible[wanted] = None
            else:
                found = shown.rows("p.key", join="join {part}.passage p on p.article = a.key")
                self._visible[wanted] = Keys(key for (key,) in found)
        return self._visible[wanted]

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say from when to when the archive reaches, and how many articles may be seen.

        Asked with every question, so a generation, which never changes, works it out once.
        """
        if as_of not in self._reach:
            if len(self._reach) > SEEN_KEPT:
                self._reach.clear()
            self._reach[as_of] = self._measured(as_of)
        return self._reach[as_of]

    def _measured(self, as_of: datetime | None) -> AsOf:
        end = as_of.timestamp() if as_of else float("inf")
        n, first, last = 0, None, None
        selected = Selection(self._db, Filters(), as_of)
        for *times, key in selected.rows("a.seen_from, a.dated, a.key"):
            n += 1
            for at in times:
                if at is not None and at <= end:
                    first = min(first or (at, key), (at, key))
                    last = max(last or (at, key), (at, key))
        return AsOf(None, first and self._written(*first), last and self._written(*last), n)

    def _ends(self, seen: Sequence[tuple[float, int]]) -> tuple[datetime | None, datetime | None]:
        """Return the first and the last of instants (s, article), as the articles write them."""
        if not seen:
            return None, None
        return self._written(*min(seen)), self._written(*max(seen))

    def _written(self, at_s: float, key: int) -> datetime:
        rows = self._union(
            "select published_at, updated_at from {part}.article where key = ?", (key,)
        )
        written = [at for stamp in rows[0] if (at := instant_of(stamp))]
        return next(at for at in written if at.timestamp() == at_s)

    def story_of(self, article_id: str) -> str:
        """Return the id of the wire story an article is a copy of, its own where it is alone.

        A story goes by the id of its earliest article; an unknown id is a story of its own.
        """
        key = self._current_key(article_id)
        if key is None:
            return article_id
        while (original := self._original(key)) is not None:
            key = original
        (row,) = self._union("select a.id from {part}.article a where a.key = ?", (key,))
        return str(row[0])

    def stories(self) -> dict[str, int]:
        """Count the current articles of each wire story that more than one carries, most first."""
        keys = (
            key
            for part, live in LIVE.items()
            for (key,) in self._db.execute(f"select a.id from {part}.article a where {live}")
        )
        counted = Counter(map(self.story_of, keys))
        return _ordered({story: n for story, n in counted.items() if n > 1})

    def carriers(self, story: str, as_of: datetime | None = None) -> tuple[str, ...]:
        """Return the named outlets that had carried a story by then, sorted, each once."""
        first = self._current_key(story)
        keys = [] if first is None else [first]
        for key in keys:  # grows while copies of copies are found
            copies = self._union("select article from {part}.copy where original = ?", (key,))
            keys += [copy for (copy,) in copies if self._original(copy) == key]
        outlets = {
            row[0]
            for key in keys
            for part, live in LIVE.items()
            for row in self._db.execute(
                f"select a.source, a.seen_from from {part}.article a where a.key = ? and {live} "
                "and a.status != 'withdrawn' and a.source is not null",
                (key,),
            )
            if as_of is None or (row[1] or 0) <= as_of.timestamp()
        }
        return tuple(sorted(outlets))

    def facets(self) -> Facets:
        """Count what may be searched by outlet, section and language, most frequent first."""
        columns = "a.source, a.section, a.language, a.seen_from, a.key"
        rows = list(Selection(self._db, Filters(), None).rows(columns))
        first, last = self._ends([row[3:] for row in rows if row[3] is not None])
        return Facets(
            sources=_frequencies(row[0] for row in rows),
            sections=_frequencies(row[1] for row in rows),
            languages=_frequencies(row[2] for row in rows),
            first=first,
            last=last,
        )

    def counts(self) -> dict[str, int]:
        """Return the number of current articles, their sentences and passages, and all versions."""
        return dict(self._counts)

    def _counted(self) -> dict[str, int]:
        names = ("articles", "versions", "sentences", "passages")
        rows = [self._db.execute(query).fetchone() for query in COUNTS]
        return dict(zip(names, map(sum, zip(*rows, strict=True)), strict=True))

    def settings(self) -> dict[str, object]:
        """Return what shaped this index."""
        rows = [
            row
            for part in ("base", "main")  # the delta's word stands before the base's
            for row in self._db.execute(f"select name, value from {part}.setting")
        ]
        return {name: json.loads(value) for name, value in rows}

    def dead(self) -> Keys:
        """Return the keys of the base's passages that are no longer current."""
        rows = self._db.execute(
            "select p.key from main.retired r "
            "cross join base.passage p on p.article = r.article"  # in this order
        )
        return Keys(key for (key,) in rows)

    def vectors(self, part: str) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield keys (n,) and vectors (n, d) of the passages derived from a part, by key.

        Raises:
            IndexUnavailable: A passage has no vector.
        """
        name = SCHEMA_OF[part]
        found = self._db.execute(
            "select p.key, coalesce(v.value, b.value) "
            f"from {name}.passage p join {name}.article a on a.key = p.article "
            "left join main.vector v on v.id = p.vector left join base.vector b on b.id = p.vector "
            "where a.is_current = 1 order by p.key"
        )
        while rows := found.fetchmany(SLAB):
            n_without = sum(value is None for _, value in rows)
            if n_without:
                raise IndexUnavailable(f"{n_without} passages have no vector")
            values = np.frombuffer(b"".join(value for _, value in rows), "<f4")
            keys = np.array([key for key, _ in rows], np.int64)
            yield keys, values.reshape(len(rows), self.dimension).astype(np.float32)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(str(self.settings()["dimension"]))

    def texts(self, part: str) -> Iterator[tuple[int, str, str]]:
        """Yield (key, headline, text) of the passages derived from a part, by key."""
        name = SCHEMA_OF[part]
        keys = self._db.execute(
            f"select p.key from {name}.passage p join {name}.article a on a.key = p.article "
            "where a.is_current = 1 order by p.key"
        ).fetchall()
        for (key,) in keys:
            article, passage = self._passage(key)
            yield key, article.title, passage.text

    def faults(self) -> Iterator[str]:
        """Yield what is wrong inside the truth itself: hashes, spans, passages without vectors."""
        for part in LIVE:
            rows = self._db.execute(f"select {_A} from {part}.article a order by a.key").fetchall()
            for row in rows:
                try:
                    article = article_of(row)
                except IndexUnavailable:
                    yield f"article {row[1]} v{row[2]}: text is not what was hashed"
                    continue
                for s in self.sentences(article):
                    if not s.text or s.text != s.text.strip():
                        yield f"article {article.id}: sentence {s.ordinal} is not cut cleanly"
        live = self._sum("select count(*) from {part}.article a where {live}")
        if live != self._counts["articles"]:
            yield f"{live} articles are current, not the {self._counts['articles']} written down"
        n_without = self._sum(
            "select count(*) from {part}.passage p join {part}.article a on a.key = p.article "
            "where {live} and p.vector not in (select id from main.vector) "
            "and p.vector not in (select id from base.vector)"
        )
        if n_without:
            yield f"{n_without} passages have no vector"
        n_idle = self._sum(
            "select count(*) from {part}.vector v "
            "where v.id not in (select vector from main.passage) "
            "and v.id not in (select vector from base.passage)"
        )
        if n_idle:
            yield f"{n_idle} vectors belong to no passage"

    def integrity_error(self) -> str | None:
        """Ask SQLite whether the files are sound; None when they are."""
        try:
            for part in LIVE:
                with closing(self._db.execute(f"pragma {part}.integrity_check(1)")) as rows:
                    verdict = str(rows.fetchone()[0])
                if verdict != "ok":
                    return verdict
        except sqlite3.DatabaseError as error:
            return str(error)
        return None

    def _passage(self, key: int) -> tuple[Article, Passage]:
        row = self._union(
            f"select p.first, p.last, p.n_tokens, {_A} from {{part}}.passage p "
            "join {part}.article a on a.key = p.article where p.key = ?",
            (key,),
        )[0]
        first, last, n_tokens, *columns = row
        article = article_of(columns)
        spans = self._union(
            "select ordinal, start, end from {part}.sentence "
            "where article = ? and ordinal between ? and ?",
            (columns[0], first, last),
        )
        passage = Passage(f"{article.id}#{first}", article.id, _sentences(article, spans), n_tokens)
        return article, passage

    def _current_key(self, article_id: str) -> int | None:
        rows = [
            key
            for part, live in LIVE.items()
            for (key,) in self._db.execute(
                f"select a.key from {part}.article a where a.id = ? and {live}", (article_id,)
            )
        ]
        return rows[0] if rows else None

    def _original(self, key: int) -> int | None:
        for part in LIVE:  # the delta's word stands before the base's
            row = self._db.execute(
                f"select original from {part}.copy where article = ?", (key,)
            ).fetchone()
            if row:
                return None if row[0] is None else int(row[0])
        return None

    def _one(self, sql: str, value: int) -> Sequence[object]:
        row: Sequence[object] = self._db.execute(sql, (value,)).fetchone()
        return row

    def _union(self, sql: str, values: Sequence[object]) -> list[Any]:
        """Return the rows of both parts, those that stand in both once, sorted."""
        found = {row for part in LIVE for row in self._db.execute(sql.format(part=part), values)}
        return sorted(found)

    def _sum(self, sql: str) -> int:
        return sum(
            self._db.execute(sql.format(part=part, live=live)).fetchone()[0] or 0
            for part, live in LIVE.items()
        )


def _connect(folder: Path) -> sqlite3.Connection:
    base, delta = (folder / part / gen.ARCHIVE for part in gen.PARTS)
    for path in (base, delta):
        if not path.is_file():
            raise IndexUnavailable(f"No archive at {path}. Build one: {gen.BUILD}")
    try:
        db = sqlite3.connect(
            f"{delta.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        db.execute("attach ? as base", (f"{base.resolve().as_uri()}?mode=ro&immutable=1",))
    except sqlite3.DatabaseError as error:
        raise IndexUnavailable(
            f"The archive in {folder} cannot be read: {error}. Find out more: dateline index check"
        ) from error
    return db


def _sentences(article: Article, spans: Iterable[tuple[int, int, int]]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(article.id, ordinal, start, end, article.text[start:end])
        for ordinal, start, end in spans
    )


def _frequencies(names: Iterable[str | None]) -> dict[str, int]:
    return _ordered(Counter(name for name in names if name))


def _ordered(counted: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
