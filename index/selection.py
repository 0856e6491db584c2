"""Which articles may be searched, as SQL that runs on the indexes of both parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.readers.language import primary_language
from index.schema import LIVE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from rag.types import Filters

REWRITE_SHARE = 0.5  # a superseding article at least half as long replaces, a shorter one amends

Value = str | float
Term = tuple[str, list[Value]]


class Selection:
    """The articles that filters and an instant leave, of those an archive may show at all.

    Never shown: old versions, what is withdrawn, and what a withdrawn notice supersedes. With
    `as_of`, not what appeared later either. An article that another, shown by then, rewrites is
    replaced by it; a notice of a few lines leaves what it corrects, for the rest of it is still
    news. An article without a date is left out where dates decide, one without an outlet, a
    section or a language where those do. Names match in any case; 'en-GB' is 'en', as in the
    archive.
    """

    def __init__(self, db: sqlite3.Connection, filters: Filters, as_of: datetime | None) -> None:
        self._db = db
        self._terms = list(_terms(filters))
        self._seen: list[Term] = [("+a.seen_from <= ?", [as_of.timestamp()])] if as_of else []
        self._replaced = self._find_replaced()

    def rows(self, columns: str, *, join: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield `columns` of the articles `a` shown, joined with what `join` names.

        `{part}` in `join` stands for the part of the archive that is read.
        """
        terms: list[Term] = [("a.status != 'withdrawn'", []), *self._seen, *self._terms]
        for part, live in LIVE.items():
            found: Iterator[tuple[Any, ...]] = self._db.execute(
                f"select a.key, {columns} from {part}.article a {join.format(part=part)} "
                f"where {' and '.join([live, *(sql for sql, _ in terms)])}",
                [value for _, values in terms for value in values],
            )
            yield from (row[1:] for row in found if row[0] not in self._replaced)

    def _find_replaced(self) -> frozenset[int]:
        replaced = set()
        for status, id_, n_chars in self._superseding():
            target = self._current(id_)
            if target and (status == "withdrawn" or n_chars >= REWRITE_SHARE * target[1]):
                replaced.add(target[0])
        return frozenset(replaced)

    def _superseding(self) -> Iterator[tuple[str, str, int]]:
        seen = [sql for sql, _ in self._seen]
        values = [value for _, values in self._seen for value in values]
        told = f"(a.status = 'withdrawn' or ({' and '.join(seen)}))" if seen else "1"
        for part, live in LIVE.items():
            yield from self._db.execute(
                f"select a.status, a.supersedes, a.n_chars from {part}.article a "
                f"where a.supersedes is not null and a.supersedes != a.id and {live} and {told}",
                values,
            )

    def _current(self, article_id: str) -> tuple[int, int] | None:
        """Return (key, length) of an article's current version."""
        for part, live in LIVE.items():
            row: tuple[int, int] | None = self._db.execute(
                f"select a.key, a.n_chars from {part}.article a where a.id = ? and {live}",
                (article_id,),
            ).fetchone()
            if row:
                return row
        return None


def _terms(filters: Filters) -> Iterator[Term]:
    """Yield each condition of the filters with its values."""
    languages = tuple(primary_language(name) or name for name in filters.languages)
    named = (("source", filters.sources), ("section", filters.sections), ("language", languages))
    for column, names in named:
        if names:
            yield f"a.{column} in ({', '.join('?' * len(names))})", list(names)
    if filters.since:
        yield "a.seen_from >= ?", [filters.since.timestamp()]
    if filters.until:
        yield "a.seen_from <= ?", [filters.until.timestamp()]
