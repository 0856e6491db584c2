"""Generations: what is published, of what it is made, and how it is opened.

    DIR/CURRENT                        the published generation's name and its manifest's digest
    DIR/generations/NAME/base/         archive.sqlite, dense.faiss, lexical/: most of it; of many
                                       passages clustered.faiss too
    DIR/generations/NAME/delta/        the same again: what changed since the base was made
    DIR/generations/NAME/manifest.json

Nothing in a generation changes once it is published. Generations share their base by hard links.
Writing is in `index.publish`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, TypedDict, TypeVar

from index.boundaries import RULES_VERSION
from index.models import int8_digest, sha256_of
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.runtime import Precision

T = TypeVar("T")

FORMAT = 4
BASE, DELTA = "base", "delta"
PARTS = (BASE, DELTA)
ARCHIVE = "archive.sqlite"
DENSE = "dense.faiss"
LEXICAL = "lexical"
MANIFEST = "manifest.json"
POINTER = "CURRENT"
BUILD = "dateline index build PATH..."


class Shape(TypedDict):
    """What shapes every passage and vector of an index."""

    model: str
    fingerprint: str
    dimension: int
    precision: Precision
    passage_tokens: int
    versions: dict[str, str]


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
    precision: Precision
    passage_tokens: int
    versions: dict[str, str]
    counts: dict[str, int]
    files: dict[str, tuple[int, str]]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything the manifest says."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def dump(self) -> str:
        """Return the one way this manifest is written."""
        return json.dumps(asdict(self) | {"digest": self.digest}, indent=1, sort_keys=True) + "\n"


@dataclass(frozen=True, slots=True)
class Generation:
    """One published generation on disk."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The generation's name, which grows with every publication."""
        return self.manifest.name

    @property
    def n_bytes(self) -> int:
        """Its size on disk; a base shared with another generation counts in both."""
        return sum(n_bytes for n_bytes, _ in self.manifest.files.values())

    def parts(self, file: str) -> list[Path]:
        """Return the path of `file` in the base and in the delta."""
        return [self.folder / part / file for part in PARTS]


def versions_in_use() -> dict[str, str]:
    """Return the versions of what shapes the content of an index."""
    packages = ("faiss-cpu", "nupunkt", "tantivy", "tiktoken")
    return {name: version(name) for name in packages} | {
        "int8": int8_digest(),
        "sentence rules": RULES_VERSION,
    }


def current(index: Path) -> Generation:
    """Return the published generation of the index at `index`.

    Sizes are compared at every opening, contents only by `index check`: hashing everything
    would make each question slow.

    Raises:
        IndexUnavailable: None is published, or it is incomplete or of another format.
    """
    return open_current(index, lambda generation: generation)


def open_current(index: Path, opener: Callable[[Generation], T]) -> T:
    """Return what `opener` makes of the published generation.

    Where another is published meanwhile and this one is cleared away under the opener's hands,
    the next is tried: readers never wait for a writer and never fail because of one.

    Raises:
        IndexUnavailable: None is published, or it is incomplete or of another format.
    """
    while True:
        pointed = read_pointer(index)
        if pointed is None:
            raise IndexUnavailable(f"No index at {index}. Build one: {BUILD} --index {index}")
        name, digest = pointed
        try:
            generation = generation_at(index / "generations" / name)
            if generation.manifest.digest != digest:
                raise IndexUnavailable(f"{index / POINTER} is damaged. {_remedy(index)}")
            return opener(generation)
        except (IndexUnavailable, OSError):
            if read_pointer(index) == pointed:
                raise


def current_name(index: Path) -> str | None:
    """Return the published generation's name, or None. Cheap enough to ask at every question.

    Raises:
        IndexUnavailable: The pointer is damaged.
    """
    pointed = read_pointer(index)
    return pointed[0] if pointed else None


def read_pointer(index: Path) -> tuple[str, str] | None:
    """Return the published generation's name and digest, None where nothing is published.

    Raises:
        IndexUnavailable: The pointer is damaged.
    """
    path = index / POINTER
    try:
        text = path.read_bytes().decode("ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexUnavailable(f"{path} cannot be read. {_remedy(index)}") from error
    name, _, digest = text.removesuffix("\n").partition(" ")
    if text != pointer_text(name, digest) or not name.isdigit() or len(digest) != 64:
        raise IndexUnavailable(f"{path} is damaged. {_remedy(index)}")
    return name, digest


def pointer_text(name: str, digest: str) -> str:
    """Return the one way the pointer to a generation is written."""
    return f"{name} {digest}\n"


def generation_at(folder: Path) -> Generation:
    """Open the generation in `folder`, comparing the size of every file.

    Raises:
        IndexUnavailable: It is missing, incomplete or of another format.
    """
    manifest = read_manifest(folder)
    for file, (n_bytes, _) in manifest.files.items():
        path = folder / file
        found = path.stat().st_size if path.is_file() else -1
        if found != n_bytes:
            raise IndexUnavailable(
                f"{path} is damaged ({found} bytes, not {n_bytes}). {_remedy(folder.parents[1])}"
            )
    return Generation(folder, manifest)


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexUnavailable: It is missing, damaged, or of a format this version cannot read.
    """
    path = folder / MANIFEST
    try:
        text = path.read_bytes().decode("ascii")
        fields = json.loads(text)
        if fields["format"] != FORMAT:
            raise IndexUnavailable(
                f"{folder} has index format {fields['format']}, this version reads {FORMAT}. "
                f"Rebuild: {BUILD}"
            )
        del fields["digest"]
        fields["files"] = {name: (n, digest) for name, (n, digest) in fields["files"].items()}
        manifest = Manifest(**fields)
        if manifest.dump() != text:
            raise ValueError("not what was written")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = _remedy(folder.parents[1])
        raise IndexUnavailable(f"{path} is missing or damaged. {remedy}") from error
    return manifest


def describe_files(
    folder: Path, *, without: frozenset[str] = frozenset()
) -> dict[str, tuple[int, str]]:
    """Return (bytes, SHA-256) of every file of a generation but `without`, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {
        name: (path.stat().st_size, sha256_of(path))
        for name, path in names.items()
        if name != MANIFEST and name not in without
    }


def _remedy(index: Path) -> str:
    return f"Find out more: dateline index check --index {index}. Rebuild: {BUILD}"
