"""Writes the truth of a generation that is not published yet.

The base is shared with the published generation and only read; every change goes into the delta.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from index import generation as gen
from index.copies import WINDOW_S, copies_of, sketch
from index.schema import (
    LIVE,
    SCHEMA,
    article_key,
    embedded_text,
    passage_key,
    stamp_of,
    vector_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.types import Article, Passage, Sentence


def create_archive(path: Path) -> None:
    """Make an archive file with its tables and nothing in them."""
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    db.close()


class ArchiveWriter:
    """Fills the delta of the draft in `folder`; files that are not there yet are made.

    Nothing is synced here: a draft that is not finished is thrown away, a finished one is synced
    whole before it is published. `vectors` is the kind its passages' vectors are of.
    """

    def __init__(self, folder: Path, *, ingested_at: datetime, vectors: str) -> None:
        base, delta = (folder / part / gen.ARCHIVE for part in gen.PARTS)
        for path in (base, delta):
            if not path.exists():
                create_archive(path)
        self._db = sqlite3.connect(f"{delta.resolve().as_uri()}", uri=True)
        self._db.execute("pragma journal_mode = memory")
        self._db.execute("pragma synchronous = off")
        self._db.execute("attach ? as base", (f"{base.resolve().as_uri()}?mode=ro&immutable=1",))
        self._ingested_at = ingested_at
        self._vectors = vectors
        self._touched: set[float | None] = set()

    def current_key(self, article_id: str) -> int | None:
        """Return the key of the article's current state, None where it has none."""
        for part, live in LIVE.items():
            row = self._db.execute(
                f"select a.key from {part}.article a where a.id = ? and {live}", (article_id,)
            ).fetchone()
            if row:
                return int(row[0])
        return None

    def dated_at(self, key: int) -> datetime | None:
        """Return the instant a stored state speaks from: its last update, else its publication."""
        for part in LIVE:
            row = self._db.execute(
                f"select coalesce(updated_at, published_at) from {part}.article where key = ?",
                (key,),
            ).fetchone()
            if row:
                return datetime.fromisoformat(row[0]) if row[0] else None
        return None

    def put(
        self, article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage]
    ) -> None:
        """Make `article` the current version of its id, with its sentences and passages.

        A state stored before keeps its version number; a new one gets the next.
        """
        self.retire(article.id)
        key = article_key(article)
        version = self._version_of(key) or self._last_version(article.id) + 1
        seen_from = article.published_at or article.updated_at
        at_s = seen_from.timestamp() if seen_from else None
        dated = article.dated_at.timestamp() if article.dated_at else None
        row = {
            "key": key,
            "id": article.id,
            "version": version,
            "is_current": 1,
            "status": article.status.value,
            "supersedes": article.supersedes,
            "seen_from": at_s,
            "dated": dated,
            "n_chars": len(article.text),
            "n_sentences": len(sentences),
            "n_passages": len(passages),
            "source": article.source,
            "section": article.section,
            "byline": article.byline,
            "language": article.language,
            "url": article.url,
            "published_at": stamp_of(article.published_at),
            "updated_at": stamp_of(article.updated_at),
            "ingested_at": self._ingested_at.isoformat(),
            "content_hash": article.content_hash,
            "title": article.title,
            "text": article.text,
        }
        self._db.execute(
            f"insert or replace into main.article ({', '.join(row)}) "
            f"values ({', '.join(f':{name}' for name in row)})",
            row,
        )
        self._put_parts(key, article, sentences, passages)
        self._db.execute(
            "insert or replace into main.sketch values (?,?,?)",
            (key, at_s, sketch(article.text).astype("<u4").tobytes()),
        )
        self._touched.add(at_s)

    def revive(self, article: Article) -> bool:
        """Make a state current that is stored whole already; False where it is not."""
        key = article_key(article)
        if self._db.execute("select 1 from main.passage where article = ?", (key,)).fetchone():
            self.retire(article.id)
            self._db.execute("update main.article set is_current = 1 where key = ?", (key,))
        elif self._db.execute("select 1 from base.passage where article = ?", (key,)).fetchone():
            self.retire(article.id)
            found = self._db.execute("delete from main.retired where article = ?", (key,))
            if not found.rowcount:
                self._bring_up(key)
        else:
            return False
        self._touch(key)
        return True

    def retire(self, article_id: str) -> bool:
        """Take the article out of retrieval; its versions stay readable. False if unknown."""
        key = self.current_key(article_id)
        if key is None:
            return False
        found = self._db.execute(
            "update main.article set is_current = 0 where key = ? and is_current = 1", (key,)
        )
        if not found.rowcount:
            self._db.execute("insert into main.retired values (?)", (key,))
        self._touch(key)
        return True

    def link_copies(self) -> None:
        """Link articles near a change to those they copy; see `index.copies`."""
        changed = sorted(at for at in self._touched if at is not None)
        if None in self._touched:
            self._link("at_s is null", (), from_s=0.0)
        while changed:
            first = last = changed.pop(0)
            while changed and changed[0] - WINDOW_S <= last + WINDOW_S:
                last = changed.pop(0)
            span = (first - WINDOW_S, last + WINDOW_S)
            self._link("at_s between ? and ?", span, from_s=first)
        self._touched.clear()

    def missing_vectors(self, lenders: Iterable[Path] = ()) -> list[tuple[int, str]]:
        """Return (vector id, text) of every current passage whose vector is not stored.

        What the archives in `lenders` hold is taken over from them first.
        """
        for lender in lenders:
            self._db.commit()
            self._db.execute(
                "attach ? as lender", (f"{lender.resolve().as_uri()}?mode=ro&immutable=1",)
            )
            self._db.execute(
                "insert or ignore into main.vector select id, value from lender.vector "
                "where id in (select vector from main.passage)"
            )
            self._db.commit()
            self._db.execute("detach lender")
        rows = self._db.execute(
            "select p.vector, a.key, a.title, p.first, p.last from main.passage p "
            "join main.article a on a.key = p.article where a.is_current = 1 "
            "and p.vector not in (select id from main.vector) "
            "and p.vector not in (select id from base.vector) order by p.key"
        ).fetchall()
        missing = {
            vector: embedded_text(title, " ".join(self._texts(article, first, last)))
            for vector, article, title, first, last in rows
        }
        return list(missing.items())

    def put_vectors(self, vectors: Iterable[tuple[int, NDArray[np.float32]]]) -> None:
        """Store vectors (d,) by id."""
        self._db.executemany(
            "insert or replace into main.vector values (?,?)",
            ((name, vector.astype("<f4").tobytes()) for name, vector in vectors),
        )

    def put_settings(self, settings: Mapping[str, object]) -> None:
        """Record what shaped this index."""
        self._db.executemany(
            "insert or replace into main.setting values (?,?)",
            [(name, json.dumps(value)) for name, value in settings.items()],
        )

    def adopt(self, archives: Iterable[Path], *, with_passages: bool) -> None:
        """Take over all articles of other archives as states that are stored but not current.

        Their passages come along where they are of this index's kind.
        """
        tables = ["sentence", "passage", "sketch"] if with_passages else ["sentence"]
        for archive in archives:
            self._db.commit()
            self._db.execute(
                "attach ? as other", (f"{archive.resolve().as_uri()}?mode=ro&immutable=1",)
            )
            for table in ["article", *tables]:
                self._db.execute(f"insert or ignore into main.{table} select * from other.{table}")
            self._db.commit()
            self._db.execute("detach other")
        self._db.execute("update main.article set is_current = 0")

    def forget_all_but_current(self) -> None:
        """Drop every article of the delta that has no current version."""
        self._db.execute(
            "delete from main.article where id not in "
            "(select id from main.article where is_current = 1)"
        )
        for table in ("sentence", "passage", "sketch", "copy"):
            self._db.execute(
                f"delete from main.{table} where article not in (select key from main.article)"
            )

    def n_passages(self) -> dict[str, int]:
        """Count passages: those of the base, those of the delta, the base's that are dead."""
        queries = {
            "base": "select coalesce(max(stored_passages), 0) from base.total",
            "delta": "select count(*) from main.passage",
            "dead": "select count(*) from main.retired r "
            "cross join base.passage p on p.article = r.article",  # in this order
        }
        return {name: self._db.execute(query).fetchone()[0] for name, query in queries.items()}

    def close(self) -> None:
        """Commit and let go of the files."""
        self._db.commit()
        self._db.close()

    def _put_parts(
        self,
        key: int,
        article: Article,
        sentences: Sequence[Sentence],
        passages: Sequence[Passage],
    ) -> None:
        for table in ("sentence", "passage"):
            self._db.execute(f"delete from main.{table} where article = ?", (key,))
        self._db.executemany(
            "insert into main.sentence values (?,?,?,?)",
            [(key, s.ordinal, s.start, s.end) for s in sentences],
        )
        rows = []
        for p in passages:
            first, last = p.sentences[0].ordinal, p.sentences[-1].ordinal
            vector = vector_id(self._vectors, embedded_text(article.title, p.text))
            rows.append((passage_key(key, first), key, first, last, p.n_tokens, vector))
        self._db.executemany("insert into main.passage values (?,?,?,?,?,?)", rows)

    def _bring_up(self, key: int) -> None:
        """Copy an old version from the base, where it lies as one, to be current in the delta."""
        self._db.execute(
            "insert into main.article select * from base.article where key = ?", (key,)
        )
        self._db.execute("update main.article set is_current = 1 where key = ?", (key,))
        for table in ("sentence", "passage", "sketch"):
            self._db.execute(
                f"insert into main.{table} select * from base.{table} where article = ?", (key,)
            )

    def _version_of(self, key: int) -> int | None:
        row = self._db.execute(
            "select version from main.article where key = ? "
            "union all select version from base.article where key = ?",
            (key, key),
        ).fetchone()
        return int(row[0]) if row else None

    def _last_version(self, article_id: str) -> int:
        row = self._db.execute(
            "select max(version) from (select version from main.article where id = ? "
            "union all select version from base.article where id = ?)",
            (article_id, article_id),
        ).fetchone()
        return int(row[0] or 0)

    def _touch(self, key: int) -> None:
        row = self._db.execute(
            "select at_s from main.sketch where article = ? "
            "union all select at_s from base.sketch where article = ?",
            (key, key),
        ).fetchone()
        self._touched.add(row[0] if row else None)

    def _link(self, condition: str, values: tuple[float, ...], *, from_s: float) -> None:
        rows = []
        for part, live in LIVE.items():
            rows += self._db.execute(
                f"select coalesce(s.at_s, 0), a.id, s.article, s.hashes from {part}.sketch s "
                f"join {part}.article a on a.key = s.article where {live} and {condition}",
                values,
            ).fetchall()
        rows.sort(key=lambda row: row[:2])
        found = copies_of(
            [np.frombuffer(hashes, "<u4") for *_, hashes in rows],
            np.array([at_s for at_s, *_ in rows], np.float64),
        )
        for (at_s, _, key, _), place in zip(rows, found.tolist(), strict=True):
            original = rows[place][2] if place >= 0 else None
            if at_s >= from_s and original != self._original(key):
                self._db.execute("insert or replace into main.copy values (?,?)", (key, original))

    def _original(self, key: int) -> int | None:
        row = self._db.execute(
            "select original from main.copy where article = ? "
            "union all select original from base.copy where article = ?",
            (key, key),
        ).fetchone()
        return row[0] if row else None

    def _texts(self, article: int, first: int, last: int) -> list[str]:
        rows = self._db.execute(
            "select substr(a.text, s.start + 1, s.end - s.start) from main.sentence s "
            "join main.article a on a.key = s.article "
            "where s.article = ? and s.ordinal between ? and ? order by s.ordinal",
            (article, first, last),
        )
        return [row[0] for row in rows]
