"""Saying what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.question import understand
from rag.refuse import refuse
from rag.types import AsOf

REACH = AsOf(None, datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), 2)
EMPTY = AsOf(None, None, None, 0)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


def test_a_refusal_names_the_nearest_article(candidate: Make) -> None:
    text = refuse(understand("Who?"), [candidate("The mill burned.").hit], REACH, ())
    assert "“Headline a”" in text and "1 January 2025" in text


def test_a_refusal_says_what_is_held_on_the_name_asked_for(candidate: Make) -> None:
    hits = [
        candidate("Ada Quill sold the mill.", article="a", day=2, source="Post").hit,
        candidate("Quiet week for Ada Quill.", article="b", day=9, source="Wire").hit,
    ]
    text = refuse(understand("How old is Ada Quill?"), hits, REACH, ("old",))
    assert "Ada Quill in 2 articles (Post, Wire, 2 January 2025 to 9 January 2025)" in text


def test_a_refusal_names_the_name_the_archive_never_saw(candidate: Make) -> None:
    hits = [candidate("The mill burned.").hit]
    text = refuse(understand("Who fed Zorro?"), hits, REACH, ("fed", "Zorro"))
    assert "never mentions “Zorro”" in text and "fed" not in text


def test_an_archive_with_nothing_to_search_says_so() -> None:
    assert "no article" in refuse(understand("Who?"), [], EMPTY, ())
