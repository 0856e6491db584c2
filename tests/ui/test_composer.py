from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import UsageError
from rag.types import Filters
from ui.exchange import Asked, Mode
from ui.page.composer import MAX_QUESTION_CHARS, composer_view, read_asked

if TYPE_CHECKING:
    from rag.types import Article


def test_form_offers_what_the_archive_has_with_counts(make_answerer: Any) -> None:
    form = composer_view(make_answerer().facets())
    assert 'value="City Wire"' in form
    assert '<span class="dl-count">1</span>' in form
    assert "<legend>Section</legend>" in form
    assert "<legend>Language</legend>" not in form  # no article says its language
    assert 'min="2026-01-05" max="2026-02-11"' in form
    assert '<label class="dl-label" for="dl-question">' in form


def test_hostile_outlet_stays_text(make_answerer: Any, ferry: Article) -> None:
    hostile = replace(ferry, source='"><img src=x onerror=x()><input autofocus onfocus=x()>')
    form = composer_view(make_answerer(articles=(hostile,)).facets())
    assert "<img" not in form
    assert form.count("<input") == 3 + 1 + 1  # days, outlet, section


def test_everything_sent_is_read() -> None:
    sent = {
        "question": "  Who sailed?\0 ",
        "search": True,
        "sources": ["City Wire", "City Wire"],
        "sections": ["Local"],
        "languages": ["en"],
        "since": "2026-01-01",
        "until": "2026-01-31",
        "as_of": "2026-02-01",
    }
    last = time.max.replace(tzinfo=UTC)
    assert read_asked(sent) == Asked(
        "Who sailed?",
        Filters(
            ("City Wire",),
            ("Local",),
            ("en",),
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime.combine(datetime(2026, 1, 31, tzinfo=UTC), last),
        ),
        datetime.combine(datetime(2026, 2, 1, tzinfo=UTC), last),
        Mode.SEARCH,
    )


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (None, "Reload"),
        ("text", "Reload"),
        ({}, "Reload"),
        ({"question": 7}, "Reload"),
        ({"question": "q", "sources": "City Wire"}, "Reload"),
        ({"question": "q", "sources": [1]}, "Reload"),
        ({"question": "q", "sources": ["a"] * 201}, "Reload"),
        ({"question": "q", "search": "yes"}, "Reload"),
        ({"question": "q", "other": 1}, "Reload"),
        ({"question": "lone surrogate \ud800"}, "Reload"),
        ({"question": "q", "since": "99-99-zz"}, "not a date"),
        ({"question": " \n\0 "}, "type a question"),
        ({"question": "x" * (MAX_QUESTION_CHARS + 1)}, "at most 1,000 characters"),
    ],
)
def test_anything_else_is_refused_in_one_line(sent: object, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_asked(sent)
