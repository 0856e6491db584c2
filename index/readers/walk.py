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
    r"\.(?:docx?|odt|rtf|epub|eml|msg|rst|tex|mhtml?|webarchive|7z|rar|bz2|xz|zst)"
)
_PAGE_PARTS = re.compile(r"(.+?)(?:_files|_Files|\.files|-Dateien|_fichiers|_archivos|_bestanden)")


def walk(paths: Sequence[Path]) -> Iterator[tuple[Path, Source] | Rejection]:
    """Yield the files below the given paths, sorted by name within each folder.

    Hidden files and folders are skipped below a given folder, as are the parts a browser saves
    beside a page ('story_files' beside 'story.html'). A file met twice is read once, and a link
    that leads back to a folder already entered is not followed.
    """
    seen: set[str] = set()
    for path in paths:
        yield from _walk_path(path, path.parent, seen, is_given=True)


def _walk_path(
    path: Path, root: Path, seen: set[str], *, is_given: bool = False
) -> Iterator[tuple[Path, Source] | Rejection]:
    real = os.path.realpath(path)
    if real in seen:
        return
    seen.add(real)
    try:
        if path.is_dir():
            yield from _walk_folder(path, path if is_given else root, seen)
        elif path.is_file():
            yield from _one_file(path, root, is_given=is_given)
        else:
            yield _rejection(path, _what_is_wrong(path))
    except OSError as error:
        yield _rejection(path, f"cannot be read: {error.strerror or error}")


def _what_is_wrong(path: Path) -> str:
    if path.is_symlink():
        return "broken link"
    return "neither a file nor a folder" if path.exists() else "no such file or folder"


def _rejection(path: Path, reason: str) -> Rejection:
    return Rejection(str(path), None, reason, "unreadable")


def _walk_folder(
    folder: Path, root: Path, seen: set[str]
) -> Iterator[tuple[Path, Source] | Rejection]:
    names = sorted(os.listdir(folder))  # noqa: PTH208 (names, sorted as text)
    pages = {name.rpartition(".")[0] for name in names if name.lower().endswith((".html", ".htm"))}
    for name in names:
        parts_of = _PAGE_PARTS.fullmatch(name)
        if not name.startswith(".") and not (parts_of and parts_of[1] in pages):
            yield from _walk_path(folder / name, root, seen)


def _one_file(
    path: Path, root: Path, *, is_given: bool
) -> Iterator[tuple[Path, Source] | Rejection]:
    suffix = path.suffix.lower()
    if is_given or suffix in SUFFIXES:
        yield path, Source.of_file(path, root)
    elif _DOCUMENT.fullmatch(suffix):
        reason = f"{suffix} is not a format we read. Save it as text or HTML"
        yield Rejection(str(path), None, reason, "not text")
