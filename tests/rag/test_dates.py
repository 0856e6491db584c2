"""Relative times counted from the article's own date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.dates import resolve_times
from rag.types import Article

WEDNESDAY = datetime(2025, 4, 9, 12, tzinfo=UTC)


def article(published: datetime | None, updated: datetime | None = None) -> Article:
    return Article("a", "Headline", "Text.", published, updated)


@pytest.mark.parametrize(
    ("text", "said", "means"),
    [
        ("The mill burned on Tuesday.", "Tuesday", "8 April 2025"),
        ("The mill burned on Wednesday.", "Wednesday", "9 April 2025"),
        ("The mill burned on Thursday.", "Thursday", "3 April 2025"),
        ("The mill burned last Wednesday.", "last Wednesday", "2 April 2025"),
        ("He was killed by police on Monday.", "Monday", "7 April 2025"),
        ("The bill was passed by the House on Tuesday.", "Tuesday", "8 April 2025"),
        ("The school will stay shut, police said Monday.", "Monday", "7 April 2025"),
        ("The trial will open on Friday.", "Friday", "11 April 2025"),
        ("The trial opens next Wednesday.", "next Wednesday", "16 April 2025"),
        ("It rained yesterday.", "yesterday", "8 April 2025"),
        ("It rains tomorrow.", "tomorrow", "10 April 2025"),
        ("Prices fell last month.", "last month", "March 2025"),
        ("Prices fall next year.", "next year", "2026"),
    ],
)
def test_resolve_times_counts_from_the_articles_day(text: str, said: str, means: str) -> None:
    (mark,) = resolve_times(text, article(WEDNESDAY))
    assert text[mark.span.start : mark.span.end] == said
    assert mark.means == means


def test_january_follows_december() -> None:
    december = article(datetime(2025, 12, 5, tzinfo=UTC))
    assert resolve_times("It reopens next month.", december)[0].means == "January 2026"


@pytest.mark.parametrize(
    "text",
    [
        "It happened recently, on 3 May.",
        "He died Monday, March 31.",
        "Shops opened early on Black Friday.",
        "The Sunday Times reported it.",
        "She scored for Sheffield Wednesday.",
        "They met every Sunday.",
        "The ban takes effect Monday.",
        "The storm could hit Friday.",
        "It was the last year of the war.",
        "Tuesday's vote was close.",
    ],
)
def test_resolve_times_leaves_alone_what_nothing_settles(text: str) -> None:
    assert resolve_times(text, article(WEDNESDAY)) == ()


def test_an_article_rewritten_days_later_resolves_only_what_means_the_same() -> None:
    rewritten = article(datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 1, 9, tzinfo=UTC))
    assert resolve_times("Police said so on Wednesday.", rewritten) == ()
    assert resolve_times("It fell last month.", rewritten)[0].means == "December 2024"


def test_nothing_is_resolved_without_a_date() -> None:
    assert resolve_times("The mill burned on Tuesday.", article(None)) == ()
