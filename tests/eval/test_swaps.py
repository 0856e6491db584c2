"""Near misses made by rule ask for what the article does not tell."""

import random
import re
from datetime import UTC, datetime

import pytest

from eval.training.corpus import Article
from eval.training.swaps import names_of, reversed_, swapped

ARTICLE = Article(
    "a1",
    "Ferry company sold",
    datetime(2024, 5, 3, tzinfo=UTC),
    (
        "The Norra Line was sold on May 3 to Hedvig Brandt, who bought it for $40 million.",
        "It won its first contract in 1998 and carried 300,000 people last year.",
    ),
    held_out=False,
)


def test_a_word_gives_way_to_its_opposite():
    found = reversed_("Which company opened the northern route?", ARTICLE, random.Random(1))
    assert found in {
        "Which company closed the northern route?",
        "Which company opened the southern route?",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Who bought the Norra Line?",  # the article also says who sold
        "When did it win its first contract?",  # and what was last
        "How much was paid?",
    ],
)
def test_nothing_is_turned_round_into_a_question_the_article_answers(text):
    for seed in range(20):
        found = reversed_(text, ARTICLE, random.Random(seed))
        assert found is None or ("lose" in found and "last" not in found)


def test_who_is_asked_with_a_not_half_of_the_time_and_never_twice():
    asked = [reversed_("Who was hurt?", ARTICLE, random.Random(seed)) for seed in range(40)]
    assert set(asked) == {None, "Who was not hurt?"}
    assert reversed_("Who was never hurt?", ARTICLE, random.Random(1)) is None


def test_a_swap_brings_in_nothing_of_the_article():
    asked = "What happened to Hedvig Brandt in May 1998?"
    other = Article("a2", "Shop opens", None, ("Marta Olsen opened it in June.",), held_out=False)
    told = " ".join((ARTICLE.header(), *ARTICLE.sentences))
    names = names_of([ARTICLE, other])
    found = {swapped(asked, ARTICLE, names, random.Random(seed)) for seed in range(40)} - {None}
    assert len(found) > 2
    for text in found:
        (new,) = [w for w in re.findall(r"\w+", text or "") if w not in re.findall(r"\w+", asked)][
            :1
        ]
        assert new not in told


@pytest.mark.parametrize(
    ("text", "told", "asked"),
    [
        ("How many pupils went?", "40 pupils went.", {"teachers", "nurses", "parents"}),
        ("How many pupils went?", "40 pupils and their teachers went.", {"nurses", "parents"}),
        ("How many were injured?", "40 were injured, 3 died.", {"arrested", "rescued"}),
        ("How many were injured?", "40 were injured.", {"killed", "arrested", "rescued"}),
    ],
)
def test_a_word_gives_way_to_another_of_its_kind_that_nothing_tells_of(text, told, asked):
    article = Article("a3", "Trip", None, (told,), held_out=False)
    found = {reversed_(text, article, random.Random(seed)) or "" for seed in range(90)}
    words = {word for question in found for word in re.findall(r"\w+", question)}
    assert asked <= words
    assert not words & ({"teachers", "killed"} - asked)


def test_no_article_is_broken_by_the_word_behind_it():
    article = Article("a4", "Office", None, ("An editor left.",), held_out=False)
    found = {reversed_("Why did an editor leave?", article, random.Random(n)) for n in range(40)}
    assert not any(re.search(r"\ban [^aeiou]", question or "") for question in found)
