"""Find the files to read, in an order that does not depend on the disk."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from index.readers.contract import Rejection, Source
from index.readers.detect import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# In a folder, a document in a format we do not read was probably meant as an article, so it is
# reported; pictures, style sheets, programs and files with no suffix were not, so they are not.
_DOCUMENT = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|epub|eml|msg|xml|rss|atom|nitf|warc|gz|zip|rst|tex|mhtml|webarchive)"
)


def walk(paths: Sequence[Path]) -> Iterator[Source | Rejection]:
    """Yield the files below the given paths, sorted by name within each folder.

    Hidden files and folders are skipped below a given folder, a file met twice is read once,
    and a link that leads back to a folder already entered is not followed.
    """
    seen: set[str] = set()
    for path in paths:
        yield from _walk_path(path, path.parent, seen, is_given=True)


def _walk_path(
    path: Path, root: Path, seen: set[str], *, is_given: bool = False
) -> Iterator[Source | Rejection]:
    real = os.path.realpath(path)
    if real in seen:
        return
    seen.add(real)
    try:
        if path.is_dir():
            yield from _walk_folder(path, path if is_given else root, seen)
        elif path.is_file():
            yield from _one_file(path, root, is_given=is_given)
        elif path.is_symlink():
            yield Rejection(path, None, "broken link")
        elif path.exists():
            yield Rejection(path, None, "neither a file nor a folder")
        else:
            yield Rejection(path, None, "no such file or folder")
    except OSError as error:
        yield Rejection(path, None, f"cannot be read: {error.strerror or error}")


def _walk_folder(folder: Path, root: Path, seen: set[str]) -> Iterator[Source | Rejection]:
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 (names, sorted as text)
        if not name.startswith("."):
            yield from _walk_path(folder / name, root, seen)


def _one_file(path: Path, root: Path, *, is_given: bool) -> Iterator[Source | Rejection]:
    suffix = path.suffix.lower()
    if is_given or suffix in SUFFIXES:
        yield Source(path, path.relative_to(root).with_suffix("").as_posix())
    elif _DOCUMENT.fullmatch(suffix):
        yield Rejection(path, None, f"{suffix} is not a format we read. Save it as text or HTML")
