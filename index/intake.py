"""Whatever a person names, into the index: files, folders, pages and feeds in one transaction."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from index.build import add_read
from index.feeds import FeedMemory, found_at
from index.fetch import Fetcher, FetchLimits
from index.readers import found_in, newest
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.build import BuildReport, Progress
    from rag.settings import Settings


def add_inputs(
    inputs: Sequence[str],
    settings: Settings,
    *,
    progress: Progress | None = None,
    fetcher: Fetcher | None = None,
) -> BuildReport:
    """Add or update the articles of files, folders, pages and feeds.

    Raises:
        UsageError: A path does not exist.
        IndexUnavailable: The index there cannot be used, or was made by another model.
    """
    urls = [name for name in inputs if is_address(name)]
    paths = [Path(name) for name in inputs if not is_address(name)]
    for path in paths:
        if not path.exists():
            raise UsageError(f"No such file or folder: {path}")
    fetcher = fetcher or Fetcher(FetchLimits.of(settings))
    remote = found_at(urls, fetcher, FeedMemory(), reads_linked=settings.fetch_linked)
    return add_read(newest(chain(found_in(paths), remote)), settings, progress=progress)


def is_address(name: str) -> bool:
    """Tell an address from a path; 'feed://x' is how some programs write a feed's address."""
    return "://" in name
