"""Search by meaning: FAISS over unit vectors, exact inner product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray


def write_dense(path: Path, keys: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
    """Write vectors (n, d) under `keys` (n,) as an exact index; n may be 0."""
    index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    if len(keys):
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
    faiss.write_index(index, str(path))


class DenseIndex:
    """The vectors of one generation, read-only."""

    def __init__(self, path: Path) -> None:
        try:
            self._index: Any = faiss.read_index(str(path))  # an IndexIDMap over a flat index
        except RuntimeError as error:
            raise IndexUnavailable(
                f"The vector index {path} cannot be read. Find out more: dateline index check"
            ) from error

    @property
    def keys(self) -> NDArray[np.int64]:
        """The passage keys held, (n,)."""
        return np.asarray(faiss.vector_to_array(self._index.id_map), np.int64)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors held, (n, d), row i under `keys[i]`."""
        flat = faiss.downcast_index(self._index.index)
        return np.asarray(flat.reconstruct_n(0, flat.ntotal), np.float32)

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest (key, cosine), best first, ties by key; only of `allowed`.

        The filter applies before ranking. Fewer than k come back where there are not k.
        """
        parameters: Any = None
        if allowed is not None:
            if not allowed:
                return []
            selected = np.fromiter(allowed, np.int64, len(allowed))
            new_parameters: Any = faiss.SearchParameters
            parameters = new_parameters(sel=faiss.IDSelectorBatch(selected))
        faiss.omp_set_num_threads(1)  # findings A4: one question is slower on two
        scores, keys = self._index.search(vector[None, :], k, params=parameters)
        found = [
            (int(key), float(s)) for key, s in zip(keys[0], scores[0], strict=True) if key >= 0
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))
