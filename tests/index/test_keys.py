"""Keys are sets of numbers that arrays can be held against."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.keys import Keys, as_keys, key_of

NUMBERS = st.sets(st.integers(0, 2**63 - 1))


@given(NUMBERS, NUMBERS)
def test_keys_are_a_set(some: set[int], others: set[int]) -> None:
    keys = Keys(some)
    assert set(keys) == some
    assert len(keys) == len(some)
    assert list(keys) == sorted(some)
    asked = np.array(sorted(some | others), np.int64)
    assert keys.holds(asked).tolist() == [key in some for key in asked.tolist()]
    assert all(key in keys for key in some)
    assert as_keys(keys) is keys


def test_a_key_depends_on_its_parts_alone() -> None:
    assert key_of("a", 1) == key_of("a", 1)
    assert len({key_of("a", 1), key_of("a", 2), key_of("a1"), key_of("a", "1 ")}) == 4
    assert 0 <= key_of("a") < 2**63
