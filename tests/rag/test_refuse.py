"""Saying what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.question import understand
from rag.refuse import refuse
from rag.types import AsOf, Filters
from rag.weighed import Part, Weighed

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.score import Scored
    from rag.types import Candidate
    from rag.words import Vocabulary

    Make = Callable[..., Candidate]
    Sum = Callable[..., Scored]
    Words = Callable[..., Vocabulary]

REACH = AsOf(None, datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), 2)
EMPTY = AsOf(None, None, None, 0)


def told(
    known: Vocabulary,
    scored: Scored,
    *texts: str,
    filters: Filters | None = None,
    reach: AsOf = REACH,
) -> str:
    hits = tuple(candidate.hit for candidate in scored.candidates)
    parts = tuple(Part(understand(text, filters=filters), hits, scored) for text in texts)
    return refuse(Weighed(parts[0].question, hits, parts), parts[-1], reach, known)


def test_a_refusal_names_the_nearest_article(
    candidate: Make, scored: Sum, vocabulary: Words
) -> None:
    text = told(vocabulary(), scored(candidate("The mill burned.")), "Who?")
    assert "“Headline a”" in text and "1 January 2025" in text


def test_a_refusal_says_what_is_held_on_the_name_asked_for(
    candidate: Make, scored: Sum, vocabulary: Words
) -> None:
    found = scored(
        candidate("Ada Quill sold the mill.", article="a", day=2, source="Post"),
        candidate("Quiet week for Ada Quill.", article="b", day=9, source="Wire"),
    )
    text = told(vocabulary("ada", "quill"), found, "How old is Ada Quill?")
    assert "2 articles mention Ada Quill (Post, Wire, 2 January 2025 to 9 January 2025)" in text


def test_names_are_looked_for_whole(candidate: Make, scored: Sum, vocabulary: Words) -> None:
    found = scored(candidate("A virus was found under a bus."))
    assert "mention" not in told(vocabulary("us", "un"), found, "What did the US tell the UN?")


def test_a_refusal_names_the_name_the_archive_never_saw(
    candidate: Make, scored: Sum, vocabulary: Words
) -> None:
    text = told(vocabulary(), scored(candidate("The mill burned.")), "Who fed Zorro?")
    assert "never mentions “Zorro”" in text and "fed" not in text


def test_a_refusal_of_a_part_names_the_part(
    candidate: Make, scored: Sum, vocabulary: Words
) -> None:
    found = scored(candidate("The mill burned."))
    text = told(vocabulary(), found, "Who owns the mill?", "When was the mill sold?")
    assert "does not answer “When was the mill sold?”" in text


def test_a_refusal_blames_the_filters_where_they_leave_nothing(
    scored: Sum, vocabulary: Words
) -> None:
    assert "filters" in told(vocabulary(), scored(), "Who?", filters=Filters(sources=("X",)))


def test_an_archive_with_nothing_to_search_says_so(scored: Sum, vocabulary: Words) -> None:
    assert "no article" in told(vocabulary(), scored(), "Who?", reach=EMPTY)
