"""Clearing away: what is neither published nor needed to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import generation as gen
from index.lock import writing
from index.publish import clear

if TYPE_CHECKING:
    from pathlib import Path


def collect(index: Path) -> tuple[list[str], int]:
    """Remove all but the published generation; return what went and how many bytes that freed.

    Going back is not possible afterwards. Vectors of a run that did not end go too.

    Raises:
        IndexUnavailable: There is no index, or it is damaged: then nothing is removed.
        DatelineError: Another process is writing.
    """
    gen.current(index)
    with writing(index):
        published = gen.current(index)
        before = _n_bytes(index)
        removed = clear(index, keep={published.name})
        for path in sorted(index.glob("unpublished-*.vectors")):
            path.unlink(missing_ok=True)
            removed.append(path)
        return [str(path.relative_to(index)) for path in removed], before - _n_bytes(index)


def _n_bytes(index: Path) -> int:
    """Return the bytes below `index`, a file that generations share counted once."""
    found = {(s.st_dev, s.st_ino): s.st_size for p in index.rglob("*") if (s := p.stat())}
    return sum(found.values())
