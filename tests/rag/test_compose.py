"""Choosing sentences, and saying that there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag.compose import MAX_WORDS, choose, compose
from rag.question import understand
from rag.score import Blend, Scored, Weights
from rag.types import Article, AsOf, Candidate, Hit, Passage, Sentence, Span

REACH = AsOf(None, datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), 2)
BLEND = Blend(Weights(0, {}), Weights(0, {}), threshold=0.5, join=1.0)
EMPTY = AsOf(None, None, None, 0)


def candidate(text: str, score: float, *, article: str = "a", day: int = 1) -> Candidate:
    told = Article(article, f"Headline {article}", text, datetime(2025, 1, day, tzinfo=UTC))
    sentence = Sentence(article, 0, 0, len(text), text)
    hit = Hit(told, Passage(f"{article}#0", article, (sentence,), 10), 1.0, 1)
    return Candidate(hit, sentence, score)


MILL = candidate("The mill burned on Monday night.", 5.0)
DAMAGE = candidate("Damage was put at 4 million crowns.", 4.5, article="b", day=9)
COPY = candidate("The mill burned on Monday night, police said.", 4.9, article="c")
FAR = candidate("The choir sang in Lisbon.", 1.0, article="d")


def scored(*candidates: Candidate, probability: float = 0.9) -> Scored:
    return Scored(candidates, (), probability)


def test_choose_takes_what_is_nearly_as_good_and_stops_at_the_margin() -> None:
    assert choose(understand("What burned?"), [MILL, DAMAGE, FAR], join=1.0) == [MILL, DAMAGE]


def test_choose_leaves_out_what_says_the_same_again() -> None:
    assert choose(understand("What burned?"), [MILL, COPY, DAMAGE], join=1.0) == [MILL, DAMAGE]


def test_choose_keeps_another_figure_for_the_same_thing() -> None:
    outlets = [
        candidate("Waves were three metres high when the ferry sank.", 5.0, article="x"),
        candidate("Waves were five metres high when the ferry sank.", 4.9, article="y"),
    ]
    assert choose(understand("How high were the waves?"), outlets, join=1.0) == outlets


def test_choose_shows_at_most_three_unless_a_list_is_asked_for() -> None:
    texts = ["Anna won gold.", "Boris took silver.", "Carla ran third.", "Dora fell."]
    found = [candidate(text, 5.0 - i / 10, article=text) for i, text in enumerate(texts)]
    assert len(choose(understand("Who won a medal?"), found, join=5.0)) == 3
    assert len(choose(understand("Which four raced?"), found, join=5.0)) == 4


def test_choose_keeps_to_the_words_a_reader_will_read() -> None:
    texts = [" ".join(f"{name}{i}" for i in range(40)) for name in ("ab", "cd", "ef")]
    found = [candidate(text, 5.0, article=text[:2]) for text in texts]
    chosen = choose(understand("What?"), found, join=1.0)
    assert sum(len(c.sentence.text.split()) for c in chosen) <= MAX_WORDS
    assert len(chosen) == 2


def test_choose_puts_the_newest_first_where_the_newest_is_asked_for() -> None:
    assert choose(understand("What is the latest?"), [MILL, DAMAGE], join=1.0) == [DAMAGE, MILL]


def test_compose_cites_what_it_shows() -> None:
    question = understand("When did the mill burn?")
    with_lead = replace(MILL, lead=Span(19, 31))
    answer = compose(question, (MILL.hit,), scored(with_lead), REACH, blend=BLEND, threshold=0.5)
    assert answer.text == "The mill burned on Monday night."
    assert answer.citations[0].quote == answer.sentences[0].text
    assert answer.as_of.newest_source_at == datetime(2025, 1, 1, tzinfo=UTC)
    lead = answer.sentences[0].lead
    assert lead and answer.text[lead.start : lead.end] == "Monday night"


@pytest.mark.parametrize(("probability", "answered"), [(0.49, False), (0.5, True)])
def test_compose_refuses_below_the_threshold(probability: float, answered: bool) -> None:
    found = scored(MILL, probability=probability)
    answer = compose(understand("What?"), (MILL.hit,), found, REACH, blend=BLEND, threshold=0.5)
    assert answer.answered is answered
    assert (answer.refusal is None) is answered


def test_a_refusal_names_the_nearest_article_and_offers_its_sentence() -> None:
    answer = compose(
        understand("Who?"), (MILL.hit,), scored(MILL, probability=0), REACH,
        blend=BLEND, threshold=0.5,
    )  # fmt: skip
    assert "Headline a" in answer.text and "1 January 2025" in answer.text
    assert answer.closest and answer.closest.quote == MILL.sentence.text


def test_a_refusal_names_words_the_archive_never_saw() -> None:
    answer = compose(
        understand("Who is Zorro?"), (MILL.hit,), scored(MILL, probability=0), REACH,
        blend=BLEND, threshold=0.5, missing=("Zorro",),
    )  # fmt: skip
    assert "Zorro" in answer.text


def test_an_archive_with_nothing_to_search_says_so() -> None:
    answer = compose(
        understand("Who?"), (), scored(probability=0), EMPTY, blend=BLEND, threshold=0.5
    )
    assert not answer.answered and "no article" in answer.text
