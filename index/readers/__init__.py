"""Read articles from files and folders.

Every file becomes articles or a Rejection that says why not; one bad file never stops the rest.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from index.readers.contract import Rejection, Source
from index.readers.decode import decode
from index.readers.detect import reader_of
from index.readers.jsonl import is_json_lines, stream_json_lines
from index.readers.walk import walk
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Rejection", "Source", "read"]

LARGEST_FILE_BYTES = 50_000_000
"""A larger file is refused, except JSON Lines, which are read line by line."""

_log = logging.getLogger(__name__)


def read(paths: Sequence[Path]) -> Iterator[Article | Rejection]:
    """Yield the articles of files and folders, and a Rejection for each input that is none.

    The order is that of `paths`, and by name within a folder. An id met again stands for a newer
    version of its article when it is dated later: it is yielded with `version` counted up and
    takes the place of the earlier. Otherwise it is a Rejection. Ids made from file names do not
    clash: 'a.txt' and 'a.md' give 'a' and 'a.md'.
    """
    latest: dict[str, Article] = {}
    for source in walk(paths):
        if isinstance(source, Rejection):
            yield source
            continue
        for result in _read_source(source):
            admitted = _admit(source, result, latest) if isinstance(result, Article) else result
            if isinstance(admitted, Article):
                # only what _admit compares is kept, so that memory does not grow with the text
                latest[admitted.id] = replace(admitted, text="")
            yield admitted


def _read_source(source: Source) -> Iterator[Article | Rejection]:
    try:
        if is_json_lines(source.path) and not _has_wide_mark(source.path):
            yield from stream_json_lines(source)
            return
        n_bytes = source.path.stat().st_size
        if n_bytes > LARGEST_FILE_BYTES:
            raise SourceRejected(f"{n_bytes:,} bytes; a file may have {LARGEST_FILE_BYTES:,}")
        text = decode(source.path.read_bytes())
        reader = reader_of(source.path, text)
        if reader is None:
            raise SourceRejected("a feed or news XML, not an article. Save it as text or HTML")
        yield from reader(source, text)
    except SourceRejected as error:
        yield Rejection(source.path, None, str(error))
    except OSError as error:
        yield Rejection(source.path, None, f"cannot be read: {error.strerror or error}")
    except Exception as error:  # a parser's bug on one file must not lose the whole build
        _log.exception("reader failed on %s", source.path)
        yield Rejection(source.path, None, f"reader failed: {type(error).__name__}: {error}")


def _has_wide_mark(path: Path) -> bool:
    """Tell whether a file starts with a UTF-16 or UTF-32 mark: its lines cannot be cut by byte."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))


def _admit(source: Source, article: Article, latest: dict[str, Article]) -> Article | Rejection:
    """Return the article under the id and version it may have, or why it has none."""
    earlier = latest.get(article.id)
    if earlier is None:
        return article
    if article.id == source.name and not _holds_json(source.path):
        return _under_free_name(source, article, latest)
    if article.dated_at and (earlier.dated_at is None or article.dated_at > earlier.dated_at):
        return replace(article, version=earlier.version + 1)
    return Rejection(source.path, None, f"duplicate id {article.id!r}, not newer than the first")


def _holds_json(path: Path) -> bool:
    """Tell whether the ids of a file are stated in it, never made from its name."""
    return is_json_lines(path) or path.suffix.lower() == ".json"


def _under_free_name(
    source: Source, article: Article, latest: dict[str, Article]
) -> Article | Rejection:
    with_suffix = source.name + source.path.suffix
    for name in (with_suffix, f"{source.path.parent.name}/{with_suffix}", str(source.path)):
        if name not in latest:
            return replace(article, id=name)
    return Rejection(source.path, None, f"duplicate id {article.id!r}")
