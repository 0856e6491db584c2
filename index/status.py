"""What an index holds and what made it, for people and for programs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import generation as gen
from index.store import Archive

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import AsOf


SHOWN_STORIES = 5


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """An index at a glance.

    `n_bytes` is the published generation's size on disk; `stories` counts the articles of each
    wire story that more than one carries.
    """

    index: Path
    manifest: gen.Manifest
    reach: AsOf
    sources: dict[str, int]
    stories: dict[str, int]
    n_bytes: int

    def record(self) -> dict[str, object]:
        """Return the status as JSON-ready values."""
        reach = (self.reach.archive_from, self.reach.archive_to)
        return {
            "index": str(self.index),
            "generation": self.manifest.name,
            "built_at": self.manifest.built_at,
            "model": self.manifest.model,
            "fingerprint": self.manifest.fingerprint,
            "precision": self.manifest.precision,
            "passage_tokens": self.manifest.passage_tokens,
            **self.manifest.counts,
            "from": reach[0].isoformat() if reach[0] else None,
            "to": reach[1].isoformat() if reach[1] else None,
            "sources": self.sources,
            "copied_stories": len(self.stories),
            "copies": sum(self.stories.values()) - len(self.stories),
            "most_copied": dict(list(self.stories.items())[:SHOWN_STORIES]),
            "bytes": self.n_bytes,
            "versions": self.manifest.versions,
        }


def read_status(index: Path) -> IndexStatus:
    """Read the status of the published generation.

    Raises:
        IndexUnavailable: There is no index, or a damaged one.
    """
    generation = gen.current(index)
    with closing(Archive(generation.folder)) as archive:
        return IndexStatus(
            index=index,
            manifest=generation.manifest,
            reach=archive.coverage(),
            sources=archive.facets().sources,
            stories=archive.stories(),
            n_bytes=generation.n_bytes,
        )
