"""Candidates and stories made by hand, for tests of what is done with them."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rag.features import Features
from rag.score import Scored
from rag.types import Article, Candidate, Hit, Passage, Sentence, Span, Status

if TYPE_CHECKING:
    from collections.abc import Callable


def make_candidate(
    text: str,
    score: float = 5.0,
    *,
    article: str = "a",
    day: int = 1,
    hour: int = 0,
    source: str | None = None,
    lead: str = "",
    ordinal: int = 0,
    section: str | None = None,
    title: str | None = None,
    byline: str | None = None,
    status: Status = Status.USABLE,
    supersedes: str | None = None,
    margin: float = 1.0,
) -> Candidate:
    """Make the only sentence of an article a candidate; `lead` is its short answer's words."""
    told = Article(
        article, title or f"Headline {article}", text, datetime(2025, 1, day, hour, tzinfo=UTC),
        source=source, section=section, byline=byline, status=status, supersedes=supersedes,
    )  # fmt: skip
    sentence = Sentence(article, ordinal, 0, len(text), text)
    hit = Hit(told, Passage(f"{article}#0", article, (sentence,), 10), 1.0, 1)
    start = text.find(lead)
    return Candidate(hit, sentence, score, Span(start, start + len(lead)) if lead else None, margin)


class HandStories:
    """Stories by hand: article id -> story id, and story id -> outlets."""

    def __init__(self, copies: dict[str, str], carried: dict[str, tuple[str, ...]]) -> None:
        self._copies, self._carried = copies, carried

    def story_of(self, article_id: str) -> str:
        return self._copies.get(article_id, article_id)

    def carriers(self, story: str, as_of: datetime | None = None) -> tuple[str, ...]:
        return self._carried.get(story, ())

    def superseding(self, article_id: str) -> str | None:
        return None


@pytest.fixture
def candidate() -> Callable[..., Candidate]:
    return make_candidate


@pytest.fixture
def stories() -> Callable[..., HandStories]:
    return lambda copies=(), carried=(): HandStories(dict(copies), dict(carried))


def blank_features() -> Features:
    """Return features that tell nothing of any sentence."""
    return Features(*(0.0 for _ in fields(Features)))


@pytest.fixture
def scored() -> Callable[..., Scored]:
    def of(*found: Candidate, probability: float = 0.9) -> Scored:
        return Scored(found, (blank_features(),) * len(found), probability)

    return of


class FewWords:
    """A vocabulary that knows the words it is given, and stems nothing."""

    def __init__(self, *known: str) -> None:
        self._known = frozenset(known)

    def stems(self, text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())

    def document_frequency(self, stem: str) -> int:
        return int(stem in self._known)

    def __len__(self) -> int:
        return 1


@pytest.fixture
def vocabulary() -> Callable[..., FewWords]:
    return FewWords
