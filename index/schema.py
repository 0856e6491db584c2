"""The tables of an archive, and how a row becomes an article and back.

Base and delta have the same tables. In the base, `total` counts what it holds. In the delta,
`retired` names the articles of the base that are no longer current, and a row of `copy` stands
before the base's.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.keys import key_of
from rag.errors import IndexUnavailable
from rag.types import Article, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = """
create table article (
    key integer primary key, id text not null, version integer not null,
    is_current integer not null, status text not null, supersedes text, seen_from real, dated real,
    n_chars integer not null, n_sentences integer not null, n_passages integer not null,
    source text collate nocase, section text collate nocase, byline text collate nocase,
    language text collate nocase, url text, published_at text, updated_at text,
    ingested_at text not null, content_hash text not null, title text not null,
    text text not null -- last, so that a look at the rest need not step over it
);
create index article_id on article (id, version);
create index article_shown on article -- all that is asked of every article, without its text
    (is_current, status, seen_from, dated, n_sentences, n_passages, source, section, language);
create index article_seen on article (seen_from);
create index article_source on article (source, seen_from);
create index article_section on article (section, seen_from);
create index article_language on article (language, seen_from);
create index article_byline on article (byline);
create index article_supersedes on article (supersedes) where supersedes is not null;
create table sentence (
    article integer not null references article (key), ordinal integer not null,
    start integer not null, end integer not null, primary key (article, ordinal)
) without rowid;
create table passage (
    key integer primary key, article integer not null references article (key),
    first integer not null, last integer not null, n_tokens integer not null,
    vector integer not null
);
create index passage_article on passage (article);
create index passage_vector on passage (vector);
create table vector (id integer primary key, value blob not null);
create table sketch (article integer primary key, at_s real, hashes blob not null);
create index sketch_at on sketch (at_s);
create table copy (article integer primary key, original integer);
create table retired (article integer primary key);
create table setting (name text primary key, value text not null) without rowid;
create table total ( -- of a base, which never changes: one row; a delta has none
    articles integer not null, versions integer not null,
    sentences integer not null, passages integer not null, -- those of current articles
    stored_passages integer not null
);
"""
TABLES = ("article", "sentence", "passage", "vector", "sketch", "copy", "setting")

LIVE = {
    "main": "+a.is_current = 1",
    "base": "+a.is_current = 1 and a.key not in (select article from main.retired)",
}
"""What makes an article `a` current, by the part it lies in; `main` is the delta.

The plus keeps SQLite from taking this for what narrows a query down: it is true of nearly all.
"""

ARTICLE_COLUMNS = (
    "key, id, version, title, text, published_at, updated_at, source, section, byline, url, "
    "language, status, supersedes, content_hash"
)


def article_key(article: Article) -> int:
    """Return the key of an article's state: everything an outlet can change of it, and its id."""
    state = replace(article, version=1)
    fields = [str(getattr(state, name)) for name in state.__dataclass_fields__]
    return key_of(json.dumps(fields))


def passage_key(article: int, first: int) -> int:
    """Return the key of the passage that starts at the `first`-th sentence of an article."""
    return key_of(article, first)


def vector_kind(fingerprint: str, precision: str) -> str:
    """Name what makes vectors: those of two kinds never lie in one index."""
    return f"{fingerprint[:16]}-{precision}"


def vector_id(kind: str, text: str) -> int:
    """Name the vector of `text` of a kind: the same text is never embedded twice."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return key_of(kind, digest)


def embedded_text(title: str, passage: str) -> str:
    """What the model reads of a passage: its headline first, for what the text leaves unsaid."""
    return f"{title}\n{passage}"


def article_of(row: Sequence[object]) -> Article:
    """Return the article of a row of ARTICLE_COLUMNS.

    Raises:
        IndexUnavailable: Headline or text are not what was hashed when they were stored.
    """
    _, id_, version, title, text, published, updated, *rest = row
    source, section, byline, url, language, status, supersedes, content_hash = rest
    article = Article(
        id=str(id_),
        title=str(title),
        text=str(text),
        published_at=instant_of(published),
        updated_at=instant_of(updated),
        source=_optional(source),
        section=_optional(section),
        byline=_optional(byline),
        url=_optional(url),
        language=_optional(language),
        status=Status(str(status)),
        supersedes=_optional(supersedes),
        version=int(str(version)),
    )
    if article.content_hash != content_hash:
        raise IndexUnavailable(
            f"Article {article.id} v{article.version} is not what was stored: the index is "
            "damaged. Find out more: dateline index check"
        )
    return article


def stamp_of(instant: datetime | None) -> str | None:
    """Return an instant as it is stored."""
    return instant.isoformat() if instant else None


def instant_of(stamp: object) -> datetime | None:
    """Return a stored instant, aware; UTC where it names no offset."""
    if stamp is None:
        return None
    instant = datetime.fromisoformat(str(stamp))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _optional(value: object) -> str | None:
    return None if value is None else str(value)
