"""Search by meaning: FAISS over unit vectors, exact inner product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from index.keys import Keys, as_keys
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MARGIN = 8  # candidates beyond k, scored again exactly
SAME_SCORE = 1e-6  # FAISS sums in an order that depends on a vector's place


def write_dense(path: Path, keys: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
    """Write vectors (n, d) under ascending `keys` (n,) as an exact index; n may be 0.

    Raises:
        OSError: The file cannot be written.
    """
    index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    if len(keys):
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:  # FAISS names neither the cause nor its number
        raise OSError(f"{path} cannot be written") from error


class DenseIndex:
    """The vectors of a generation's parts, read-only, searched as one.

    `dead` are keys that a part still holds and that are no longer of the archive.
    """

    def __init__(self, paths: Sequence[Path], *, dead: Keys | None = None) -> None:
        self._parts = [_Part(path) for path in paths]
        self._dead = dead or Keys(())

    @property
    def keys(self) -> NDArray[np.int64]:
        """The passage keys searched, ascending, (n,)."""
        keys = np.concatenate([part.keys for part in self._parts])
        return np.sort(keys[~self._dead.holds(keys)])

    def vectors(self, keys: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors (n, d) of `keys` (n,), each of which must be held."""
        found = np.empty((len(keys), self._parts[0].dimension), np.float32)
        for part in self._parts:
            here = part.held.holds(keys)
            found[here] = part.vectors(keys[here])
        return found

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest (key, cosine), best first, ties by key; only of `allowed`.

        The filter applies before ranking. Fewer than k come back where there are not k. Scores
        are summed in one order for all, so that equal vectors score equal wherever they lie.
        """
        if allowed is not None and not len(allowed):
            return []
        wanted = None if allowed is None else as_keys(allowed)
        found: list[tuple[int, float]] = []
        for part in self._parts:
            found += part.search(vector, k, wanted=wanted, dead=self._dead)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


class _Part:
    """One file of vectors, mapped into memory."""

    def __init__(self, path: Path) -> None:
        try:
            index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self._flat: Any = faiss.downcast_index(index.index)
        except (RuntimeError, AttributeError) as error:
            raise IndexUnavailable(
                f"The vector index {path} cannot be read. Find out more: dateline index check"
            ) from error
        self._index = index  # an IndexIDMap over a flat index
        self.keys = np.array(faiss.vector_to_array(index.id_map), np.int64)
        self.held = Keys(self.keys.tolist())
        self.dimension = int(index.d)

    def vectors(self, keys: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = np.searchsorted(self.keys, keys)
        return np.asarray(self._flat.reconstruct_batch(rows), np.float32)

    def search(
        self, vector: NDArray[np.float32], k: int, *, wanted: Keys | None, dead: Keys
    ) -> list[tuple[int, float]]:
        if not len(self.keys):
            return []
        selector = _selector(wanted, dead)
        new_parameters: Any = faiss.SearchParameters
        parameters = new_parameters(sel=selector) if selector else None
        faiss.omp_set_num_threads(1)  # findings A4: one question is slower on two
        limit = k + MARGIN
        while True:
            scores, keys = self._index.search(vector[None, :], limit, params=parameters)
            scores, keys = scores[0][keys[0] >= 0], keys[0][keys[0] >= 0]
            if len(keys) < limit or scores[-1] < scores[k - 1] - SAME_SCORE:
                break
            limit *= 4  # more share the last place than were fetched: ties need them all
        exact = (self.vectors(keys).astype(np.float64) * vector).sum(axis=1)
        return list(zip(keys.tolist(), exact.tolist(), strict=True))


def _selector(wanted: Keys | None, dead: Keys) -> Any:
    if wanted is not None:
        return faiss.IDSelectorBatch(wanted.array)
    return faiss.IDSelectorNot(faiss.IDSelectorBatch(dead.array)) if len(dead) else None
