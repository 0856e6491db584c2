"""Folding: the delta becomes part of the base, so that it stays small."""

from __future__ import annotations

import math
import shutil
import sqlite3
from typing import TYPE_CHECKING

from index import generation as gen
from index.schema import TABLES
from index.writer import create_archive

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEAST_PASSAGES = 512
MOST_DEAD = 0.25  # of the base: the dead are stepped over at every search


def is_due(n_passages: Mapping[str, int]) -> bool:
    """Tell whether the delta has outgrown its use; see `ArchiveWriter.n_passages`.

    An addition costs what the delta holds, a fold what the base holds. With a delta of up to
    8·√base the two, spread over the additions between folds, grow alike.
    """
    base = n_passages["base"]
    room = max(LEAST_PASSAGES, 8 * math.isqrt(base))
    return not base or n_passages["delta"] > room or n_passages["dead"] > MOST_DEAD * base


def fold(draft: Path) -> None:
    """Make one base of a draft's base and delta, and an empty delta.

    The base is a file of its own afterwards: what it was linked to is not touched.

    Raises:
        OSError: A file cannot be written.
        sqlite3.Error: A file cannot be read or written.
    """
    base, delta = (draft / part / gen.ARCHIVE for part in gen.PARTS)
    if _is_empty(base):
        delta.replace(base)
    else:
        made = base.with_suffix(".new")
        shutil.copyfile(base, made)
        _merge(made, delta)
        made.replace(base)
        delta.unlink()
    _total(base)
    create_archive(delta)


def _is_empty(path: Path) -> bool:
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        return db.execute("select 1 from article").fetchone() is None
    finally:
        db.close()


def _total(base: Path) -> None:
    """Write down how much a base holds: to count it takes longer than to add an article."""
    db = sqlite3.connect(base)
    try:
        db.execute("pragma synchronous = off")
        db.execute("delete from total")
        db.execute(
            "insert into total select coalesce(sum(is_current), 0), count(*), "
            "coalesce(sum(n_sentences) filter (where is_current), 0), "
            "coalesce(sum(n_passages) filter (where is_current), 0), "
            "(select count(*) from passage) from article"
        )
        db.commit()
    finally:
        db.close()


def _merge(base: Path, delta: Path) -> None:
    db = sqlite3.connect(base)
    try:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("attach ? as delta", (str(delta.resolve()),))
        db.execute(
            "update article set is_current = 0 where key in (select article from delta.retired)"
        )
        for table in TABLES:
            db.execute(f"insert or replace into {table} select * from delta.{table}")
        db.execute("delete from copy where original is null")
        db.execute("delete from vector where id not in (select vector from passage)")
        db.commit()
    finally:
        db.close()
