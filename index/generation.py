"""Generations: what is published, where it lies, and how one is swapped for the next.

    DIR/CURRENT                      the name of the published generation
    DIR/generations/NAME/            archive.sqlite, dense.faiss, lexical/, manifest.json
    DIR/build.lock                   held by the one writer

A generation is built beside the published one and never changes once published. The swap is one
atomic rename of CURRENT, after every file is on disk; readers keep the generation they opened.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from index.boundaries import RULES_VERSION
from index.models import sha256_of
from rag.errors import DatelineError, IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT = 1
ARCHIVE = "archive.sqlite"
DENSE = "dense.faiss"
LEXICAL = "lexical"
MANIFEST = "manifest.json"
KEPT = 2  # the published generation and the one before it
BUILD = "dateline index build PATH..."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of: enough to refuse one that cannot be trusted.

    `files` maps each file's path within the generation to (bytes, SHA-256).
    """

    format: int
    name: str
    built_at: str
    model: str
    fingerprint: str
    dimension: int
    passage_tokens: int
    versions: dict[str, str]
    counts: dict[str, int]
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Generation:
    """One published generation on disk."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The generation's name, which grows with every publication."""
        return self.manifest.name


def versions_in_use() -> dict[str, str]:
    """Return the versions of the packages whose output an index holds."""
    packages = ("faiss-cpu", "nupunkt", "tantivy", "tiktoken")
    return {name: version(name) for name in packages} | {"sentence rules": RULES_VERSION}


def current(index: Path) -> Generation:
    """Open the published generation of the index at `index`.

    Sizes are compared at every opening, contents only by `index check`: hashing everything
    would make each question slow.

    Raises:
        IndexUnavailable: None is published, or it is incomplete or of another format.
    """
    name = current_name(index)
    if name is None:
        raise IndexUnavailable(f"No index at {index}. Build one: {BUILD} --index {index}")
    folder = index / "generations" / name
    manifest = read_manifest(folder)
    for file, (n_bytes, _) in manifest.files.items():
        found = (folder / file).stat().st_size if (folder / file).is_file() else -1
        if found != n_bytes:
            raise IndexUnavailable(
                f"{folder / file} is damaged ({found} bytes, not {n_bytes}). Rebuild: {BUILD}"
            )
    return Generation(folder, manifest)


def current_name(index: Path) -> str | None:
    """Return the published generation's name, or None. Cheap enough to ask at every question."""
    try:
        name = (index / "CURRENT").read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexUnavailable(f"{index / 'CURRENT'} cannot be read. Rebuild: {BUILD}") from error
    if not name.isalnum():
        raise IndexUnavailable(f"{index / 'CURRENT'} is damaged. Rebuild: {BUILD}")
    return name


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexUnavailable: It is missing, damaged, or of a format this version cannot read.
    """
    path = folder / MANIFEST
    try:
        fields = json.loads(path.read_text("utf-8"))
        if fields["format"] != FORMAT:
            raise IndexUnavailable(
                f"{folder} has index format {fields['format']}, this version reads {FORMAT}. "
                f"Rebuild: {BUILD}"
            )
        fields["files"] = {name: (n, digest) for name, (n, digest) in fields["files"].items()}
        return Manifest(**fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexUnavailable(f"{path} is missing or damaged. Rebuild: {BUILD}") from error


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the index's write lock; the system frees it when the holder ends, however it ends.

    Raises:
        DatelineError: Another process is writing, or the folder cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = (index / "build.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise DatelineError(
            f"Cannot write to {index}: {error.strerror}. Choose another: --index DIR"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise DatelineError(
                f"{index} is being written by process {holder}. Wait for it to end, then try again."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def drafting(index: Path) -> Iterator[Path]:
    """Give an empty folder to build a generation in; it is removed unless published."""
    draft = index / "generations" / f".draft-{os.getpid()}"
    for leftover in draft.parent.glob(".draft-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def next_name(index: Path) -> str:
    """Name the generation after all those there are: digits, so that names sort."""
    names = [path.name for path in (index / "generations").glob("[0-9]*")]
    return f"{max((int(name) for name in names if name.isdigit()), default=0) + 1:06d}"


def publish(index: Path, draft: Path, manifest: Manifest) -> Generation:
    """Make `draft` the published generation: sync, rename, swap CURRENT, drop the oldest."""
    (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True), "utf-8")
    for path in [*sorted(draft.rglob("*")), draft]:
        _sync(path)
    folder = index / "generations" / manifest.name
    draft.rename(folder)
    _sync(folder.parent)
    pointer = index / ".CURRENT.new"
    pointer.write_text(f"{manifest.name}\n", "utf-8")
    _sync(pointer)
    pointer.replace(index / "CURRENT")
    _sync(index)
    _drop_old(index, manifest.name)
    return Generation(folder, manifest)


def describe_files(folder: Path) -> dict[str, tuple[int, str]]:
    """Return (bytes, SHA-256) of every file of a draft, by its path within the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, sha256_of(path))
        for path in files
        if path.name != MANIFEST and not path.name.startswith(".tantivy")
    }


def content_digest(state: Mapping[str, object]) -> str:
    """Hash a JSON-like value, the same for the same content in any order of keys."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _drop_old(index: Path, published: str) -> None:
    folders = sorted(path for path in (index / "generations").glob("[0-9]*"))
    older = [path for path in folders if path.name < published]
    for path in older[: max(0, len(older) - (KEPT - 1))]:
        shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
