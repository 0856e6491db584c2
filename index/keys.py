"""Keys: a set of passages, and how an article and a passage get the number they are known by."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


def key_of(*parts: object) -> int:
    """Return a number from 0 to 2^63 - 1 that depends on `parts` and on nothing else.

    Keys made this way are the same in every index that holds the same articles, whatever order
    they came in, so rankings that break ties by key are too. A clash is a matter of one in
    10^7 for a million passages; the archive refuses to store it.
    """
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class Keys(Collection[int]):
    """A frozen set of passage keys. `array` holds them ascending, (n,)."""

    def __init__(self, keys: Iterable[int]) -> None:
        self.array: NDArray[np.int64] = np.unique(np.fromiter(keys, np.int64))

    @classmethod
    def of_sorted(cls, keys: NDArray[np.int64]) -> Keys:
        """Return the set of `keys` (n,), which are ascending and without repeats."""
        made = cls(())
        made.array = keys
        return made

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[int]:
        return iter(self.array.tolist())

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and bool(self.holds(np.array([key], np.int64))[0])

    def holds(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each of `keys` (n,) whether it is in the set, (n,)."""
        if not len(self.array):
            return np.zeros(len(keys), np.bool_)
        place = np.searchsorted(self.array, keys).clip(max=len(self.array) - 1)
        found: NDArray[np.bool_] = self.array[place] == keys
        return found


class Shown:
    """Tells which rows of a part of an index may be found. `keys` (n,) are its rows' keys."""

    def __init__(self, keys: NDArray[np.int64], dead: Keys) -> None:
        self._keys = keys
        self.alive: NDArray[np.bool_] = ~dead.holds(keys)
        self._last: tuple[Keys, NDArray[np.bool_]] | None = None

    def of(self, wanted: Keys | None) -> NDArray[np.bool_]:
        """Return for each row whether it is alive and of `wanted`, (n,); None means any.

        The last answer is kept: the questions of one conversation want the same.
        """
        if wanted is None:
            return self.alive
        last = self._last
        if last is None or last[0] is not wanted:
            self._last = last = (wanted, self.alive & wanted.holds(self._keys))
        return last[1]


def as_keys(keys: Collection[int]) -> Keys:
    """Return `keys` as Keys; those that are already are returned as they are."""
    return keys if isinstance(keys, Keys) else Keys(keys)
