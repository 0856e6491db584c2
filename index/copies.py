"""Which articles are copies of one wire story: shingle containment within a few days.

An article's copy-of is the earlier article, at most four days older, that shares most of its
shingles; a story is a chain of such links back to an article that is a copy of nothing. The
link is a function of the articles within those days and of nothing else, so an archive that grew
and shrank has the same links as one built at once, and a change is felt only by its neighbours.
Source: Broder, 'On the resemblance and containment of documents', SEQUENCES 1997.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHINGLE_WORDS = 5
WINDOW_S = 4 * 86_400.0
SAME_SHARE = 0.5  # of the shorter article's shingles; in Velland copies share .66, others .10
LEAST_SHARED = 3  # shingles: two briefs with one phrase in common are not copies
HOLDERS = 16  # earlier articles looked at for one shingle: the newest, which link to the oldest

_WORD = re.compile(r"\w+")
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def sketch(text: str) -> NDArray[np.uint32]:
    """Return half of the hashes of the text's five-word shingles, distinct, sorted.

    The half is chosen by the hash itself, so that what two texts share is sampled alike in both
    and a share among sketches estimates the share among texts. Empty below five words.
    """
    words = np.array([zlib.crc32(w.encode()) for w in _WORD.findall(text.casefold())], np.uint64)
    n = len(words) - SHINGLE_WORDS + 1
    if n < 1:
        return np.empty(0, np.uint32)
    hashes = np.zeros(n, np.uint64)
    for i in range(SHINGLE_WORDS):  # wraps around at 64 bits, as a polynomial hash may
        hashes = (hashes * _PRIME) ^ (words[i : i + n] + np.uint64(i))
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _PRIME
    kept = (hashes >> np.uint64(31)).astype(np.uint32)[hashes >> np.uint64(63) == 0]
    return np.unique(kept)


def copies_of(
    sketches: Sequence[NDArray[np.uint32]], at_s: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return for each article the position of the earlier one it copies, -1 for none, (n,).

    Args:
        sketches: The articles' sketches, oldest first, ties in any settled order.
        at_s: When each appeared, in seconds, (n,), ascending.

    The earlier article with the greatest share wins, of equals the oldest. The cost is linear in
    the shingles: a shingle that everything holds leads to its newest HOLDERS holders only.
    """
    n = len(sketches)
    sizes = np.array([len(s) for s in sketches], np.int64)
    copied = np.full(n, -1, np.int64)
    pairs = _sharing(sketches, sizes, at_s)
    if not len(pairs):
        return copied
    found, shared = np.unique(pairs, return_counts=True)
    later, earlier = found // n, found % n
    share = shared / np.minimum(sizes[later], sizes[earlier])
    good = (share >= SAME_SHARE) & (shared >= LEAST_SHARED)
    later, earlier, share = later[good], earlier[good], share[good]
    best_last = np.lexsort((-earlier, share, later))
    copied[later[best_last]] = earlier[best_last]  # of several for one article the last stays
    return copied


def _sharing(
    sketches: Sequence[NDArray[np.uint32]], sizes: NDArray[np.int64], at_s: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return later * n + earlier for every shingle that two articles of one window share."""
    n = len(sketches)
    if n < 2:
        return np.empty(0, np.int64)
    hashes = np.concatenate(sketches)
    owners = np.repeat(np.arange(n), sizes)
    order = np.argsort(hashes, kind="stable")  # by shingle, within one by age
    hashes, owners = hashes[order], owners[order]
    found = []
    place = np.arange(len(hashes))
    for lag in range(1, HOLDERS + 1):
        place = place[place >= lag]
        place = place[hashes[place] == hashes[place - lag]]
        if not len(place):
            break
        later, earlier = owners[place], owners[place - lag]
        near = at_s[later] - at_s[earlier] <= WINDOW_S
        found.append(later[near] * n + earlier[near])
    return np.concatenate(found) if found else np.empty(0, np.int64)
