"""Where the index of a set's own articles is kept between runs, and when it must be made anew."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.settings import Settings


def index_folder(articles_hash: str, settings: Settings) -> Path:
    """Return the cached index's folder for articles with this hash, existing or not.

    The name holds everything that shapes an index: the articles, the model, the passage length
    and Dateline's own indexing code, so that a change to any of them is measured, never an
    index from before it.
    """
    shape = "\n".join(
        (articles_hash, settings.model, str(settings.passage_tokens), indexing_code_hash())
    )
    name = hashlib.sha256(shape.encode()).hexdigest()[:24]
    return settings.cache.expanduser() / "eval" / name


def indexing_code_hash() -> str:
    """Hash the sources of the `index` package (SHA-256, hex), file by file in path order."""
    spec = find_spec("index")
    roots = spec.submodule_search_locations if spec else None
    digest = hashlib.sha256()
    for root in map(Path, roots or ()):
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
