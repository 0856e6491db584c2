"""The derived parts of a draft: what can be made again from the archive without embedding."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from index import generation as gen
from index.dense import CLUSTERED, write_dense
from index.lexical import write_lexical

if TYPE_CHECKING:
    from pathlib import Path

    from index.store import Archive


def derive(archive: Archive, draft: Path, part: str) -> None:
    """Write the vector index and the lexical index of one part of a draft anew.

    What lies there may be linked to from a published generation: it is replaced, never changed.
    """
    dense, lexical = draft / part / gen.DENSE, draft / part / gen.LEXICAL
    for file in (dense, dense.with_name(CLUSTERED)):
        file.unlink(missing_ok=True)
    if lexical.exists():
        shutil.rmtree(lexical)
    write_dense(dense, archive.vectors(part), dimension=archive.dimension)
    write_lexical(lexical, archive.texts(part))
