"""Relative times counted from the article's own date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.dates import resolve_times

WEDNESDAY = datetime(2025, 4, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("The mill burned on Tuesday.", "8 April 2025"),
        ("The mill burned on Wednesday.", "9 April 2025"),
        ("The mill burned on Thursday.", "3 April 2025"),
        ("The mill burned last Wednesday.", "2 April 2025"),
        ("The trial will open on Friday.", "11 April 2025"),
        ("The trial opens next Wednesday.", "16 April 2025"),
        ("It rained yesterday.", "8 April 2025"),
        ("It rains tomorrow.", "10 April 2025"),
        ("Prices fell last month.", "March 2025"),
        ("Prices fall next year.", "2026"),
    ],
)
def test_resolve_times_counts_from_the_articles_day(text: str, means: str) -> None:
    (mark,) = resolve_times(text, WEDNESDAY)
    assert mark.means == means
    assert text[mark.span.start : mark.span.end].lower().split()[-1] in text.lower()


def test_january_follows_december() -> None:
    (mark,) = resolve_times("It reopens next month.", datetime(2025, 12, 5, tzinfo=UTC))
    assert mark.means == "January 2026"


def test_resolve_times_leaves_alone_what_no_calendar_settles() -> None:
    assert resolve_times("It happened recently, on 3 May.", WEDNESDAY) == ()


def test_nothing_is_resolved_without_a_date() -> None:
    assert resolve_times("The mill burned on Tuesday.", None) == ()
