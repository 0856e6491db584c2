"""Publishing: draft, sync, swap; going back to an earlier generation; clearing away.

A generation is built beside the published one. The swap is one atomic rename of CURRENT, after
every file is on disk; readers keep the generation they opened.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from index import generation as gen
from rag.errors import DatelineError, IndexUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

DRAFT, GONE = ".draft-", ".gone-"


@contextmanager
def drafting(index: Path) -> Iterator[Path]:
    """Give an empty folder to build a generation in; it is removed unless published."""
    draft = index / "generations" / f"{DRAFT}{os.getpid()}"
    for leftover in draft.parent.glob(f"{DRAFT}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    for part in gen.PARTS:
        (draft / part).mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def share(source: Path, target: Path) -> None:
    """Make every file below `source` appear below `target` too, by hard links where it can be."""
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(exist_ok=True)
            continue
        try:
            copy.hardlink_to(path)
        except OSError:  # a file system without links, or too many of them
            shutil.copyfile(path, copy)


def next_name(index: Path) -> str:
    """Name the generation after all those there are: digits, so that names sort."""
    return f"{max((int(path.name) for path in _folders(index)), default=0) + 1:06d}"


def publish(index: Path, draft: Path, manifest: gen.Manifest, *, is_mending: bool) -> None:
    """Make `draft` the published generation: sync, rename, swap CURRENT, drop the oldest.

    The generation published before is kept for `rollback`; where the draft is to mend it, only
    if every byte of it is sound.

    Raises:
        OSError: Something cannot be written or synced: the generation before stays published.
    """
    (draft / gen.MANIFEST).write_text(manifest.dump(), "ascii")
    for path in [*sorted(draft.rglob("*")), draft]:
        _sync(path)
    folder = index / "generations" / manifest.name
    draft.rename(folder)
    try:
        _sync(folder.parent)
        before = _swap(index, manifest)
    except OSError:
        _remove(folder)
        raise
    if is_mending and before and not is_sound(index / "generations" / before):
        before = None
    clear(index, keep={manifest.name, before})


def rollback(index: Path, name: str | None = None) -> gen.Generation:
    """Publish generation `name` again, or else the newest sound one before the published one.

    Where the pointer itself is damaged, the newest sound generation is taken. The one published
    until now is kept where it is sound, so that the way back is open. The lock must be held.

    Raises:
        UsageError: There is no generation `name`.
        IndexUnavailable: No other generation is sound.
    """
    published = _published(index)
    folders = _folders(index)
    if name is not None and name not in {path.name for path in folders}:
        known = ", ".join(path.name for path in folders) or "none"
        raise UsageError(f"No generation {name} at {index}. There are: {known}.")
    if name is None:
        wanted = [path for path in folders if published is None or path.name < published]
    else:
        wanted = [index / "generations" / name]
    for folder in reversed(wanted):
        if is_sound(folder):
            _swap(index, gen.read_manifest(folder))
            if published and not is_sound(index / "generations" / published):
                clear(index, keep={path.name for path in folders} - {published})
            return gen.generation_at(folder)
    raise IndexUnavailable(
        f"No sound generation to go back to at {index}. Rebuild: {gen.BUILD} --index {index}"
    )


def is_sound(folder: Path) -> bool:
    """Tell whether every byte of a generation is what was published."""
    try:
        return gen.describe_files(folder) == gen.read_manifest(folder).files
    except (IndexUnavailable, OSError):
        return False


def clear(index: Path, *, keep: Collection[str | None]) -> list[Path]:
    """Remove every generation but those named, and every draft; return what was removed.

    What the disk will not let go stays behind: it does no harm, and the next run tries again.
    """
    folder = index / "generations"
    gone = [path for path in sorted(folder.glob("*")) if path.name not in keep]
    gone += sorted(index.glob(".*.new"))
    for path in gone:
        _remove(path)
    return [path for path in gone if not path.exists()]


def _remove(path: Path) -> None:
    """Remove a generation, under another name first: one half removed must not look damaged."""
    with suppress(OSError):
        if path.is_dir():
            gone = path.rename(path.with_name(f"{GONE}{path.name.lstrip('.')}"))
            shutil.rmtree(gone, ignore_errors=True)
        else:
            path.unlink()


def _swap(index: Path, manifest: gen.Manifest) -> str | None:
    """Point CURRENT at a generation; return the name it held. Failing, it is as it was."""
    before = _published(index)
    pointer, new = index / gen.POINTER, index / f".{gen.POINTER}.new"
    old = pointer.read_bytes() if before else None
    _point(new, gen.pointer_text(manifest.name, manifest.digest).encode())
    new.replace(pointer)
    try:
        _sync(index)
    except OSError:
        if old is None:
            pointer.unlink()
        else:  # what may not survive a power cut must not be answered from
            _point(new, old)
            new.replace(pointer)
        raise
    return before


def _point(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _sync(path)


def _published(index: Path) -> str | None:
    try:
        return gen.current_name(index)
    except IndexUnavailable:
        return None


def _folders(index: Path) -> list[Path]:
    folders = (path for path in (index / "generations").glob("[0-9]*") if path.name.isdigit())
    return sorted(folders, key=lambda path: int(path.name))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refused(index: Path, error: OSError) -> DatelineError:
    """Say in one line why nothing was published, and that what was there still answers."""
    free = shutil.disk_usage(index if index.exists() else index.parent).free
    reason = error.strerror or str(error)
    return DatelineError(
        f"Cannot write {error.filename or index}: {reason} ({free / 1e6:,.1f} MB free at {index}). "
        "The index is as it was. Make room, then run the same command again."
    )
