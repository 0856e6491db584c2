"""Building an index, adding to it, removing from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index import generation as gen
from index.readers import Outcome, read
from index.report import BuildReport, Progress
from index.run import Run
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rag.settings import Settings

__all__ = ["BuildReport", "Progress", "add", "add_read", "build", "remove"]


def _silent(stage: str, done: int, total: int | None) -> None:
    """Report to nobody."""


def build(
    paths: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Make the index at `settings.index` anew from files and folders.

    Without `paths` it is made anew from the articles it holds: with another model or another
    passage length, or because a derived part is damaged.

    Raises:
        UsageError: A path does not exist.
        IndexUnavailable: No paths, and no sound archive to build from.
        DatelineError: No article could be read: the published index is left as it is.
    """
    _require(paths)
    run = Run(settings, progress or _silent, now())
    return run.rebuild(read(paths)) if paths else run.rederive()


def add(
    paths: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Add or update the articles of `paths`; the rest of the index stays.

    Raises:
        UsageError: A path does not exist.
        IndexUnavailable: The index there cannot be used, or was made by another model.
    """
    _require(paths)
    return add_read(read(paths), settings, progress=progress, now=now)


def add_read(
    outcomes: Iterator[Outcome],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Add or update what a reader yields, from files, addresses or feeds, in one transaction.

    Raises:
        IndexUnavailable: The index there cannot be used, or was made by another model.
    """
    return Run(settings, progress or _silent, now()).change(outcomes)


def remove(
    ids: Sequence[str],
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> BuildReport:
    """Take articles out of every part of the index, by id.

    Raises:
        UsageError: An id is not in the index; nothing is removed then.
        IndexUnavailable: There is no index.
    """
    gen.current(settings.index)
    run = Run(settings, progress or _silent, now())
    return run.change(iter(()), removed=tuple(dict.fromkeys(ids)))


def _require(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"No such file or folder: {path}")
