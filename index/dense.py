"""Search by meaning: FAISS over unit vectors, by inner product.

Up to EXACT passages every one is compared. Beyond, a second file clusters the vectors and keeps
them in a byte a dimension: the clusters nearest to a question give candidates, which are scored
again by the vectors themselves. How many clusters are read is measured when the file is made.
"""

from __future__ import annotations

import math
import os
import weakref
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from index.keys import Keys, Shown, as_keys
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MARGIN = 8  # candidates beyond k, scored again exactly
SAME_SCORE = 1e-6  # FAISS sums in an order that depends on a vector's place
EXACT = 200_000  # passages: comparing all of them takes 15 to 20 ms (findings A4)
CLUSTERED = "clustered.faiss"  # beside the exact index
RECALL, RECALL_AT = 0.99, 60  # share of the nearest that is to be found, of what retrieval asks
PROBES = (16, 32, 64, 128, 256, 362, 512, 724, 1024, 1448, 2048)  # clusters read, or all
SAMPLE = 200  # points that measure the recall
PER_CLUSTER = 50  # vectors that k-means learns a cluster from, where there are so many
SEED = 20261125


def write_dense(
    path: Path, slabs: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]], *, dimension: int
) -> None:
    """Write an exact index of vectors, and beside it a clustered one where there are many.

    `slabs` give keys (n,), ascending over all, and vectors (n, dimension); there may be none.

    Raises:
        OSError: A file cannot be written.
    """
    flat = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIDMap(flat)
    for keys, vectors in slabs:
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
    _write(index, path)
    if flat.ntotal > EXACT:
        _write(
            clustered(faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * dimension), dimension),
            path.with_name(CLUSTERED),
        )


def clustered(values: NDArray[np.float32], dimension: int) -> Any:
    """Return an index of clusters of vectors, (n · dimension,), that reads as many as it needs to.

    The same vectors in the same order give the same clusters.
    """
    vectors = values.reshape(-1, dimension)
    n_clusters = int(4 * math.sqrt(len(vectors)))
    index: Any = faiss.index_factory(dimension, f"IVF{n_clusters},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.spherical = True
    index.cp.min_points_per_centroid = 1  # or FAISS warns
    draw = np.random.default_rng(SEED)
    n_learnt = min(len(vectors), PER_CLUSTER * n_clusters)
    index.train(vectors[np.sort(draw.choice(len(vectors), n_learnt, replace=False))])
    index.add(vectors)
    asked = _between(vectors, draw)
    _, nearest = faiss.knn(asked, vectors, RECALL_AT, metric=faiss.METRIC_INNER_PRODUCT)
    for n_probes in (*(n for n in PROBES if n < n_clusters), n_clusters):
        index.nprobe = n_probes
        _, found = index.search(asked, n_candidates(RECALL_AT))
        kept = [len(set(a) & set(b)) for a, b in zip(nearest.tolist(), found.tolist(), strict=True)]
        if np.mean(kept) >= RECALL * RECALL_AT:
            break
    return index


def _between(vectors: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32]:
    """Return points midway between two passages: like questions, they are far from all of them."""
    pairs = draw.integers(len(vectors), size=(2, SAMPLE))
    points = vectors[pairs[0]] + vectors[pairs[1]]
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), np.float32)


def n_candidates(k: int) -> int:
    """Return how many candidates are scored again to find the k nearest."""
    return 2 * k + 4 * MARGIN


def _write(index: Any, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:  # FAISS names neither the cause nor its number
        raise OSError(f"{path} cannot be written") from error


class DenseIndex:
    """The vectors of a generation's parts, read-only, searched as one.

    `dead` are keys that a part still holds and that are no longer of the archive.
    """

    def __init__(self, paths: Sequence[Path], *, dead: Keys | None = None) -> None:
        self._dead = dead or Keys(())
        self._parts = [_Part(path, self._dead) for path in paths]

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
            found[here] = part.vectors(np.searchsorted(part.keys, keys[here]))
        return found

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest (key, cosine), best first, ties by key; only of `allowed`.

        The filter applies before ranking. Fewer than k come back where there are not k. Scores
        are summed in one order for all, so that equal vectors score equal wherever they lie.
        Of a part of more than EXACT passages, some of the k may be missed where there is no filter.
        """
        if allowed is not None and not len(allowed):
            return []
        wanted = None if allowed is None else as_keys(allowed)
        found: list[tuple[int, float]] = []
        for part in self._parts:
            found += part.search(vector, k, wanted=wanted)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


class _Part:
    """One folder's vectors, mapped into memory: row r is that of the r-th key."""

    def __init__(self, path: Path, dead: Keys) -> None:
        index = _read(path)  # an IndexIDMap over a flat index
        try:
            self._flat: Any = faiss.downcast_index(index.index)
        except AttributeError as error:
            raise _unreadable(path) from error
        self._index = index  # owns the flat one
        self.keys = np.array(faiss.vector_to_array(index.id_map), np.int64)
        self.held = Keys.of_sorted(self.keys)
        self.dimension = int(index.d)
        near = path.with_name(CLUSTERED)
        self._clustered: Any = _read_clustered(near, len(self.keys)) if near.is_file() else None
        self._stored = _Stored(path, self._flat) if self._clustered else None
        self._shown = Shown(self.keys, dead)

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, (n, d)."""
        if self._stored:
            return self._stored.read(rows)
        return np.asarray(self._flat.reconstruct_batch(rows), np.float32)

    def search(
        self, vector: NDArray[np.float32], k: int, *, wanted: Keys | None
    ) -> list[tuple[int, float]]:
        """Return at least the k nearest (key, cosine) of what is shown, or all there are."""
        shown = self._shown.of(wanted)
        n_shown = int(np.count_nonzero(shown))
        if not n_shown:
            return []
        selector = None if n_shown == len(shown) else _Selector(shown)
        faiss.omp_set_num_threads(1)  # findings A4: one question is slower on two
        if self._clustered is None or n_shown <= EXACT:
            rows = self._exact(vector, k, selector)
        else:
            # what a filter leaves may lie anywhere, and so may what is beyond the depth measured
            in_all = wanted is not None or k > RECALL_AT
            rows = self._near(vector, k, selector, in_all=in_all)
        exact = (self.vectors(rows).astype(np.float64) * vector).sum(axis=1)
        return list(zip(self.keys[rows].tolist(), exact.tolist(), strict=True))

    def _exact(
        self, vector: NDArray[np.float32], k: int, selector: _Selector | None
    ) -> NDArray[np.int64]:
        new_parameters: Any = faiss.SearchParameters
        parameters = new_parameters(sel=selector.faiss) if selector else None
        limit = k + MARGIN
        while True:
            scores, rows = _found(self._flat.search(vector[None, :], limit, params=parameters))
            if len(rows) < limit or scores[-1] < scores[k - 1] - SAME_SCORE:
                return rows
            limit *= 4  # more share the last place than were fetched: ties need them all

    def _near(
        self,
        vector: NDArray[np.float32],
        k: int,
        selector: _Selector | None,
        *,
        in_all: bool,
    ) -> NDArray[np.int64]:
        """Return candidates of the nearest clusters, or of all."""
        new_parameters: Any = faiss.SearchParametersIVF
        parameters = new_parameters(
            nprobe=self._clustered.nlist if in_all else self._clustered.nprobe,
            **({"sel": selector.faiss} if selector else {}),
        )
        found = self._clustered.search(vector[None, :], n_candidates(k), params=parameters)
        return _found(found)[1]


class _Stored:
    """Reads vectors out of the file of a flat index under an id map, a row at a time.

    Read through the mapping, each row would bring sixteen pages into memory; after some hundred
    questions the whole file would be there.
    """

    def __init__(self, path: Path, flat: Any) -> None:
        n, dimension = int(flat.ntotal), int(flat.d)
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._row = 4 * dimension
        # the vectors, then how many keys there are, then the keys
        self._start = path.stat().st_size - 8 * n - 8 - self._row * n
        ends = np.array([0, n - 1])
        if not np.array_equal(self.read(ends), flat.reconstruct_batch(ends)):
            raise _unreadable(path)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        file, size, start = self._file, self._row, self._start
        found = b"".join(os.pread(file, size, start + size * row) for row in rows.tolist())
        return np.frombuffer(found, "<f4").reshape(len(rows), size // 4)


class _Selector:
    """The rows that may be found, as FAISS takes them; it keeps alive what FAISS points to."""

    def __init__(self, shown: NDArray[np.bool_]) -> None:
        new_selector: Any = faiss.IDSelectorBitmap
        self._bits = np.packbits(shown, bitorder="little")
        self.faiss: Any = new_selector(self._bits)


def _found(result: tuple[Any, Any]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    scores, rows = result[0][0], result[1][0]
    return scores[rows >= 0], rows[rows >= 0]


def _read(path: Path) -> Any:
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise _unreadable(path) from error


def _read_clustered(path: Path, n: int) -> Any:
    index = _read(path)
    if not isinstance(index, faiss.IndexIVF) or index.ntotal != n:
        raise _unreadable(path)
    return index


def _unreadable(path: Path) -> IndexUnavailable:
    return IndexUnavailable(
        f"The vector index {path} cannot be read. Find out more: dateline index check"
    )
