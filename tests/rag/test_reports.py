"""Counting independent reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.reports import count_reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


def test_copies_of_a_story_are_one_report_with_its_carriers(candidate: Make, stories: Make) -> None:
    found = [candidate("The dam held.", article="a"), candidate("The dam held.", article="b")]
    known = stories({"b": "a"}, {"a": ("Ledger", "Post", "Wire")})
    note = count_reports(found, known)
    assert note and note.text == "One report, carried by 3 outlets."


def test_stories_of_their_own_are_independent(candidate: Make, stories: Make) -> None:
    found = [
        candidate("The dam held through the night.", article="a"),
        candidate("Through the night the dam held.", article="b"),
        candidate("The choir sang in Lisbon.", article="c"),
    ]
    note = count_reports(found, stories({}, {"a": ("Post",), "b": ("Wire",), "c": ("X",)}))
    assert note and note.text == "2 independent reports."


def test_a_single_report_needs_no_note(candidate: Make, stories: Make) -> None:
    assert count_reports([candidate("The dam held.")], stories({}, {"a": ("Post",)})) is None
