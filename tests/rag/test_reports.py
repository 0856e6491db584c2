"""Counting independent reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.reports import count_reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.score import Scored
    from rag.types import Candidate

    Make = Callable[..., Candidate]
    Sum = Callable[..., Scored]

HELD = "The dam held through the night."
STORY = "Ada Quill sees the Oster dam hold in Visby"


def test_copies_of_a_story_are_one_report_with_its_carriers(
    candidate: Make, scored: Sum, stories: Make
) -> None:
    found = scored(
        candidate(HELD, source="Wire", title=STORY),
        candidate(HELD, article="b", source="Post", title=STORY),
    )
    known = stories({"b": "a"}, {"a": ("Ledger", "Post", "Wire")})
    note = count_reports(found, found.candidates[0], known, None)
    assert note and note.text == "One report, carried by 3 outlets."


def test_stories_of_other_outlets_are_independent(
    candidate: Make, scored: Sum, stories: Make
) -> None:
    found = scored(
        candidate(HELD, article="a", source="Post", title=STORY),
        candidate("Through the night the dam held.", article="b", source="Wire", title=STORY),
        candidate("The choir sang in Lisbon.", article="c", source="Echo", title=STORY),
    )
    note = count_reports(found, found.candidates[0], stories(), None)
    assert note and note.text == "2 independent reports."


def test_two_articles_of_one_outlet_are_one_report(
    candidate: Make, scored: Sum, stories: Make
) -> None:
    found = scored(
        candidate(HELD, article="a", source="Post", title=STORY),
        candidate(HELD, article="b", source="Post", title=STORY),
    )
    assert count_reports(found, found.candidates[0], stories(), None) is None


def test_what_contradicts_is_no_second_report(candidate: Make, scored: Sum, stories: Make) -> None:
    found = scored(
        candidate(HELD, article="a", source="Post", title=STORY),
        candidate(
            "The dam did not hold through the night.", article="b", source="Wire", title=STORY
        ),
    )
    assert count_reports(found, found.candidates[0], stories(), None) is None


def test_a_single_report_needs_no_note(candidate: Make, scored: Sum, stories: Make) -> None:
    found = scored(candidate(HELD))
    assert count_reports(found, found.candidates[0], stories({}, {"a": ("Post",)}), None) is None
