"""The seed article, real parts end to end: what must be answered, and what must not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from index.answerer import LiveAnswerer, open_answerer
from rag.record import prediction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.settings import Settings

ANSWERED = [
    ("Who will Trump speak to on Tuesday?", "Putin"),
    ("How long is the cease-fire?", "30-day"),
    ("Who is Kremlin spokesman?", "Dmitry Peskov"),
    ("What did Michael Waltz suggest Ukraine would have to do?", "cede some territory"),
    ("What did Macron say about allied forces?", "Ukraine is sovereign"),
    ("Since when has NATO's eastern flank doubled?", "Since 2019"),
    ("Who is Trump's envoy for the conflict?", "Steve Witkoff"),
]
REFUSED = [
    "What did Zelensky say about the call?",
    "How many soldiers died?",
    "What is the capital of Australia?",
]


@pytest.fixture(scope="module")
def answerer(seed_settings: Settings) -> Iterator[LiveAnswerer]:
    opened = open_answerer(seed_settings)
    yield opened
    opened.close()


@pytest.mark.parametrize(("question", "fact"), ANSWERED)
def test_the_seed_answers_with_the_right_sentence_cited(
    answerer: LiveAnswerer, question: str, fact: str
) -> None:
    answer = answerer.ask(question)
    assert answer.answered, answer.text
    assert fact in answer.citations[0].quote
    article = answerer.article(answer.citations[0].article_id)
    assert article is not None
    for citation in answer.citations:
        assert article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("question", REFUSED)
def test_the_seed_refuses_what_it_does_not_say(answerer: LiveAnswerer, question: str) -> None:
    answer = answerer.ask(question)
    assert not answer.answered, answer.text
    assert answer.text


def test_the_same_question_has_the_same_answer(answerer: LiveAnswerer) -> None:
    first, second = (prediction(answerer.ask(ANSWERED[0][0])) for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
