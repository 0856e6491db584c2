from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rag.types import AsOf, Filters
from ui.exchange import Asked
from ui.wording import day, narrowing, reach


def archive(first: datetime | None, last: datetime | None, n: int) -> AsOf:
    return AsOf(None, first, last, n)


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (archive(None, None, 0), "0 articles"),
        (
            archive(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 3, 18, tzinfo=UTC), 1),
            "1 article, Mar 2025",
        ),
        (
            archive(datetime(2023, 11, 2, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC), 1397),
            "1,397 articles, Nov 2023 to Apr 2024",
        ),
    ],
)
def test_reach_says_how_many_and_how_far(coverage: AsOf, said: str) -> None:
    assert reach(coverage) == said


def test_day_is_the_outlets_day() -> None:
    late = datetime(2025, 3, 18, 23, 30, tzinfo=timezone(timedelta(hours=8)))
    assert day(late) == "18 March 2025"
    assert day(None) == "undated"


def test_every_limit_of_a_question_is_put_into_words() -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    filters = Filters(("Harbour Post",), ("Sport",), ("en",), at, at)
    assert list(narrowing(Asked("?", filters, at))) == [
        "As of 5 January 2026",
        "From 5 January 2026",
        "Until 5 January 2026",
        "Harbour Post",
        "Section Sport",
        "Language en",
    ]
    assert list(narrowing(Asked("?"))) == []
