"""Writes the SQLite file of a generation that is not published yet."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from index.copies import copies_of, sketch
from index.schema import ARTICLE_COLUMNS, SCHEMA, article_of, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.types import Article, Passage, Sentence

log = logging.getLogger(__name__)


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
        return (row[2], state_hash(article_of(row))) if row else None

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
                stamp_of(article.published_at),
                stamp_of(article.updated_at),
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

    def link_copies(self) -> None:
        """Link every current article to the earlier one it is a copy of; see `index.copies`."""
        rows = self._db.execute(
            "select key, text, coalesce(seen_from, 0) from article where is_current = 1 "
            "order by 3, id"
        ).fetchall()
        at_s = np.array([at for _, _, at in rows], np.float64)
        originals = copies_of([sketch(text) for _, text, _ in rows], at_s)
        self._db.execute("delete from copy")
        self._db.executemany(
            "insert into copy values (?,?)",
            [(rows[i][0], rows[j][0]) for i, j in enumerate(originals) if j >= 0],
        )

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


def state_hash(article: Article) -> str:
    """Hash everything an outlet can change of an article, so that no change goes unnoticed."""
    state = replace(article, version=1)
    fields = [str(getattr(state, name)) for name in state.__dataclass_fields__]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()
