"""Which of the articles met in one run are let through, and under which id and version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.readers.contract import Outcome, Rejection, Skipped, Source
from rag.types import Article, Status

if TYPE_CHECKING:
    from datetime import datetime

OLDER = "older version of an article already read"
SAME_VERSION = "another copy of a version already read"
REPEATED = "the same article read before"


@dataclass(frozen=True, slots=True)
class _Met:
    """What is remembered of an article: not its text, so that memory stays small."""

    dated_at: datetime | None
    stated_version: int
    version: int
    content_hash: str
    status: Status


@dataclass(slots=True)
class Versions:
    """The newest version of every article of a run, whatever the order they come in."""

    _met: dict[str, _Met] = field(default_factory=dict)

    def admit(self, source: Source, article: Article) -> Outcome:
        """Return the article under its id and version, or why it is not let through.

        An id met again is a newer version where it is dated later, or equally with a higher
        version number, or withdraws the article; one of the same date and number is a copy of the
        version met. The version yielded counts from 1 in this run.
        Two files that differ only in their suffix give two articles: 'a' and 'a.md'.
        """
        if not article.id:
            return self._under_free_name(source, article)
        earlier = self._met.get(article.id)
        if earlier is None:
            return self._note(article, 1)
        if _same(article, earlier):
            return Skipped(source.place, None, REPEATED)
        order = _order(article, earlier)
        if order > 0 or (order == 0 and article.status is Status.WITHDRAWN):
            return self._note(article, earlier.version + 1)
        if order < 0:
            return Skipped(source.place, None, OLDER)
        if article.dated_at and earlier.dated_at:
            return Skipped(source.place, None, SAME_VERSION)
        reason = f"id {article.id!r} met before with another text, and no date says which is newer"
        return Rejection(source.place, None, reason, "duplicate id")

    def _note(self, article: Article, version: int) -> Article:
        self._met[article.id] = _Met(
            article.dated_at, article.version, version, article.content_hash, article.status
        )
        return replace(article, version=version)

    def _under_free_name(self, source: Source, article: Article) -> Outcome:
        """Name an article whose document states no id: by its file, with ever more of its path."""
        for name in (source.name, source.name + source.suffix, source.place):
            if name not in self._met:
                return self._note(replace(article, id=name), 1)
        return Rejection(source.place, None, f"id {source.name!r} met before", "duplicate id")


def _same(article: Article, earlier: _Met) -> bool:
    return (article.content_hash, article.status) == (earlier.content_hash, earlier.status)


def _order(article: Article, earlier: _Met) -> int:
    """Return 1 where the article is newer, -1 where it is older, 0 where nothing says."""
    if article.dated_at and earlier.dated_at and article.dated_at != earlier.dated_at:
        return 1 if article.dated_at > earlier.dated_at else -1
    if article.version != earlier.stated_version:
        return 1 if article.version > earlier.stated_version else -1
    return 1 if article.dated_at and earlier.dated_at is None else 0
