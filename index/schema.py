"""The tables of an archive, and how a row becomes an article and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.types import Article, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

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
create table copy (
    article integer primary key references article (key), original integer not null
);
create table setting (name text primary key, value text not null) without rowid;
"""

ARTICLE_COLUMNS = (
    "key, id, version, title, text, published_at, updated_at, source, section, byline, url, "
    "language, status, supersedes"
)


def of_article() -> str:
    """Return the article columns under the alias a."""
    return ", ".join(f"a.{column.strip()}" for column in ARTICLE_COLUMNS.split(","))


def article_of(row: Sequence[object]) -> Article:
    """Return the article of a row of ARTICLE_COLUMNS."""
    _, id_, version, title, text, published, updated, *rest = row
    source, section, byline, url, language, status, supersedes = rest
    return Article(
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


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def stamp_of(instant: datetime | None) -> str | None:
    """Return an instant as it is stored."""
    return instant.isoformat() if instant else None


def instant_of(stamp: object) -> datetime | None:
    """Return a stored instant, aware; UTC where it names no offset."""
    if stamp is None:
        return None
    instant = datetime.fromisoformat(str(stamp))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
