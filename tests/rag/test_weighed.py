"""Hits put in the order of what reading them found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rag.question import understand
from rag.weighed import Part, Weighed, rerank

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.score import Scored
    from rag.types import Candidate

    Make = Callable[..., Candidate]
    Sum = Callable[..., Scored]


def part(scored: Scored, *found: Candidate) -> Part:
    hits = [replace(c.hit, rank=n) for n, c in enumerate(found, 1)]
    return Part(understand("What?"), tuple(hits), scored)


def test_rerank_puts_the_better_read_first_and_the_unread_last(
    candidate: Make, scored: Sum
) -> None:
    weak, strong = candidate("x", 1.0, article="a"), candidate("y", 2.0, article="b")
    unread = candidate("z", article="c")
    hits = rerank([part(scored(strong, weak), weak, strong, unread)])
    assert [(hit.article.id, hit.rank) for hit in hits] == [("b", 1), ("a", 2), ("c", 3)]


def test_rerank_lets_parts_alternate_and_names_a_passage_once(candidate: Make, scored: Sum) -> None:
    a, b, c = (candidate("x", article=name) for name in "abc")
    hits = rerank([part(scored(a, b), a, b), part(scored(c, a), c, a)])
    assert [hit.article.id for hit in hits] == ["a", "c", "b"]


def test_the_mean_of_all_parts_decides_and_the_most_doubtful_is_named(
    candidate: Make, scored: Sum
) -> None:
    a = candidate("x")
    parts = (part(scored(a, probability=0.9), a), part(scored(a, probability=0.3), a))
    weighed = Weighed(understand("What?"), (), parts)
    assert weighed.doubtful is parts[1]
    assert weighed.probability == pytest.approx(0.6)
