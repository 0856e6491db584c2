"""Documents in a .zip or .tar, one at a time; nothing is ever written to disk.

A member's path only names it: one that leads out of the archive ('../x', '/x') is refused, as are
links, devices and encrypted members. Pictures, styles and programs among the members are passed
over, as in a folder.
"""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from index.readers.contract import Found, Rejection, Source, suffix_of
from index.readers.limits import LIMITS, Capped
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from typing import BinaryIO

ReadDocument = Callable[..., Iterator[Found]]

_OFFICE = {"[Content_Types].xml": "an Office document", "mimetype": "an OpenDocument or EPUB file"}
_PASSED_OVER = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|bmp|tiff?|css|js|mjs|map|woff2?|ttf|otf|eot|mp[34]|m4[av]|"
    r"webm|ogg|wav|mov|avi|exe|dll|so|py|pyc|sh|ds_store|db|lock|ya?ml|toml|ini|cfg|sqlite|parquet)",
    re.IGNORECASE,
)


def read_zip(source: Source, stream: BinaryIO, read_document: ReadDocument) -> Iterator[Found]:
    """Yield what is in the members of a zip, in the order of its table of contents.

    Raises:
        SourceRejected: it is damaged, an Office document, or holds too many members.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise SourceRejected(f"damaged zip: {error}") from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    _check_count(len(members))
    for name, what in _OFFICE.items():
        if any(member.filename == name for member in members):
            raise SourceRejected(f"{what}, not text. Save it as text or HTML first", "not text")
    left = LIMITS.unpacked_bytes
    for member in members:
        if not _is_wanted(member.filename):
            continue
        inner = source.member(member.filename)
        refusal = _refusal(member.filename) or ("encrypted" if member.flag_bits & 1 else None)
        if refusal:
            yield inner, Rejection(inner.place, None, refusal, "unsafe")
            continue
        left -= member.file_size
        if left < 0:
            raise SourceRejected(f"unpacks to more than {LIMITS.unpacked_bytes:,} bytes", "unsafe")
        yield from _read_member(inner, archive, member, read_document)


def _read_member(
    inner: Source, archive: zipfile.ZipFile, member: zipfile.ZipInfo, read_document: ReadDocument
) -> Iterator[Found]:
    try:
        with archive.open(member) as plain:
            capped = Capped(
                cast("BinaryIO", plain), member.compress_size, most_bytes=LIMITS.unpacked_bytes
            )
            yield from read_document(inner, io.BufferedReader(capped), in_archive=True)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        yield inner, Rejection(inner.place, None, f"damaged in the zip: {error}")


def read_tar(source: Source, stream: BinaryIO, read_document: ReadDocument) -> Iterator[Found]:
    """Yield what is in the members of a tar, in the order they lie in it.

    Raises:
        SourceRejected: it is damaged or holds too many members.
    """
    n_members = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                n_members += 1
                _check_count(n_members)
                if member.isdir() or not _is_wanted(member.name):
                    continue
                inner = source.member(member.name)
                content = archive.extractfile(member) if member.isreg() else None
                refusal = _refusal(member.name)
                if content is None or refusal:
                    reason = refusal or "a link or device in an archive"
                    yield inner, Rejection(inner.place, None, reason, "unsafe")
                    continue
                yield from read_document(inner, io.BufferedReader(content), in_archive=True)
    except tarfile.TarError as error:
        raise SourceRejected(f"damaged tar: {error}") from error


def _is_wanted(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    is_hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    is_meta = "__MACOSX" in parts
    return not (is_hidden or is_meta or _PASSED_OVER.fullmatch(suffix_of(name)))


def _refusal(name: str) -> str | None:
    parts = name.replace("\\", "/").split("/")
    if (
        name.startswith(("/", "\\"))
        or ".." in parts
        or re.match(r"[A-Za-z]:", name)
        or "\0" in name
    ):
        return "a path that leads out of the archive"
    return None


def _check_count(n_members: int) -> None:
    if n_members > LIMITS.entries:
        raise SourceRejected(f"more than {LIMITS.entries:,} files in an archive", "unsafe")
