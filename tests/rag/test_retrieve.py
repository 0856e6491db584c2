"""Fusion: a hand-worked case, and properties against the plain definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieve import RRF_K, fuse

rankings = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=8), max_size=4)


def test_fuse_sums_reciprocal_ranks() -> None:
    # key 7: 1/61 + 1/62, key 3: 1/62 + 1/61, key 9: 1/63 -> 3 and 7 tie, the lower key first
    fused = fuse([[7, 3], [3, 7, 9]])
    assert [key for key, _ in fused] == [3, 7, 9]
    assert fused[0][1] == pytest.approx(1 / 61 + 1 / 62)
    assert fused[2][1] == pytest.approx(1 / 63)


@given(rankings)
def test_fuse_equals_the_definition_sorted_in_full(found: list[list[int]]) -> None:
    keys = {key for ranking in found for key in ranking}
    expected = {key: sum(1 / (RRF_K + r.index(key) + 1) for r in found if key in r) for key in keys}
    fused = fuse(found)
    assert dict(fused) == pytest.approx(expected)
    assert [key for key, _ in fused] == sorted(keys, key=lambda k: (-dict(fused)[k], k))


@given(rankings, st.randoms(use_true_random=False))
def test_fuse_ignores_the_order_of_rankings(found: list[list[int]], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fuse(shuffled) == fuse(found)
