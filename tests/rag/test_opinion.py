"""What is opinion, and when it may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.opinion import is_opinion, may_speak
from rag.question import understand

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


@pytest.mark.parametrize(
    ("section", "title", "opinion"),
    [
        ("Opinion", "Trams are the future", True),
        ("Comment", "Trams are the future", True),
        ("City", "OPINION: Trams are the future", True),
        ("City", "Trams open on Monday", False),
        ("News", "Public opinion shifts on trams", False),
        ("World", "Letter-bomb suspect arrested in Vienna", False),
        ("Politics", "Opinion-poll lead narrows", False),
    ],
)
def test_is_opinion_reads_section_and_headline(
    candidate: Make, section: str, title: str, opinion: bool
) -> None:
    article = candidate("x", section=section, title=title).hit.article
    assert is_opinion(article) is opinion


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("What does the columnist say of trams?", True),
        ("Why does Quill want more trams?", True),
        ("How long is the tram line?", False),
        ("How quill pens are made", False),
    ],
)
def test_opinion_answers_where_it_or_its_writer_is_asked_for(
    candidate: Make, text: str, may: bool
) -> None:
    article = candidate("x", section="Opinion", byline="Ada Quill").hit.article
    assert may_speak(understand(text), article) is may
