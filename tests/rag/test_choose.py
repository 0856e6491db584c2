"""Choosing sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rag.choose import MAX_WORDS, choose, choose_parts, same
from rag.question import understand

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


def test_choose_takes_what_is_nearly_as_good_and_stops_at_the_margin(candidate: Make) -> None:
    mill = candidate("The mill burned on Monday night.", 5.0)
    damage = candidate("Damage was put at 4 million crowns.", 4.5, article="b")
    far = candidate("The choir sang in Lisbon.", 1.0, article="d")
    assert choose(understand("What burned?"), [mill, damage, far], join=1.0) == [mill, damage]


def test_choose_leaves_out_what_says_the_same_again(candidate: Make) -> None:
    mill = candidate("The mill burned on Monday night.", 5.0)
    copy = candidate("The mill burned on Monday night, police said.", 4.9, article="c")
    assert choose(understand("What burned?"), [mill, copy], join=1.0) == [mill]


def test_choose_keeps_another_figure_for_the_same_thing(candidate: Make) -> None:
    outlets = [
        candidate("Waves were three metres high when the ferry sank.", 5.0, article="x"),
        candidate("Waves were five metres high when the ferry sank.", 4.9, article="y"),
    ]
    assert choose(understand("How high were the waves?"), outlets, join=1.0) == outlets


def test_choose_shows_at_most_three_unless_a_list_is_asked_for(candidate: Make) -> None:
    texts = ["Anna won gold.", "Boris took silver.", "Carla ran third.", "Dora fell."]
    found = [candidate(text, 5.0 - i / 10, article=text) for i, text in enumerate(texts)]
    assert len(choose(understand("What did they win?"), found, join=5.0)) == 3
    assert len(choose(understand("Which four raced?"), found, join=5.0)) == 4


def test_choose_brings_the_other_side_of_a_comparison(candidate: Make) -> None:
    first = candidate("The strike of 2017 ended after 19 days.", 5.0, lead="19 days")
    beside = candidate("The mill opened in March.", 4.9, article="b")
    other = candidate("After 35 days the miners went back.", 1.0, article="c")
    found = [first, beside, other]
    compared = understand("Was this strike longer than that of 2017?")
    assert choose(compared, found, join=0.5) == [first, other, beside]
    assert choose(understand("How long was the strike of 2017?"), found, join=0.5) == found[:2]
    assert choose(replace(compared, max_sentences=1), found, join=0.5) == [first]


def test_choose_brings_an_other_side_that_there_is_room_for(candidate: Make) -> None:
    first = candidate("The strike of 2017 ended after 19 days.", 5.0, lead="19 days")
    long = candidate(f"After 30 days {'they sang ' * 45}.", 4.0, article="b")
    other = candidate("After 35 days the miners went back.", 1.0, article="c")
    compared = understand("Was this strike longer than that of 2017?")
    assert choose(compared, [first, long, other], join=0.5) == [first, other]


def test_choose_keeps_to_the_words_a_reader_will_read(candidate: Make) -> None:
    texts = [" ".join(f"{name}{i}" for i in range(40)) for name in ("ab", "cd", "ef")]
    found = [candidate(text, 5.0, article=text[:2]) for text in texts]
    chosen = choose(understand("What?"), found, join=1.0)
    assert sum(len(c.sentence.text.split()) for c in chosen) <= MAX_WORDS
    assert len(chosen) == 2


def test_choose_brings_the_sentence_that_names_who_is_quoted(candidate: Make) -> None:
    quote = candidate('"It sings like a kettle," she said.', 5.0, ordinal=1)
    named = candidate("Marta Oyen tuned the organ for a year.", 1.0)
    assert choose(understand("Who likened it to a kettle?"), [quote, named], join=1.0) == [
        quote,
        named,
    ]


def test_parts_bring_their_best_first(candidate: Make) -> None:
    first = [candidate("Anna won.", article="a"), candidate("It rained.", article="b")]
    second = [candidate("The race began at noon.", article="c")]
    assert choose_parts([first, second]) == [first[0], second[0], first[1]]


def test_parts_answered_by_one_sentence_show_it_once(candidate: Make) -> None:
    both = candidate("Anna won the race at noon.")
    assert choose_parts([[both], [both]]) == [both]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The dam did not hold.", "The dam held."),
        ("It was Anna Berg who won the race.", "It was Maria Lund who won the race."),
        ("A man was arrested in Paris on Monday.", "A man was arrested in Lyon on Monday."),
        ("The toll rose to 12 in the flood.", "The toll rose to 14 in the flood."),
    ],
)
def test_what_contradicts_is_not_the_same(candidate: Make, one: str, other: str) -> None:
    assert not same(candidate(one), candidate(other))
    assert not same(candidate(other), candidate(one))
