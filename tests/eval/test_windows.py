"""Training windows of rivals, side by side as the scorer reads its best sentences once more."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eval.training.corpus import Archive, Article, Question
from eval.training.data import MAX_WORDS_BESIDE, Recipe
from rag.score import N_BESIDE
from rag.selector import beside

LOCK = Article(
    "a",
    "Lock reopens",
    datetime(2024, 5, 3, tzinfo=UTC),
    (
        "The lock at Aldmouth reopened on Friday.",
        "Repairs cost 4 million.",
        "Barges waited nine days.",
        "The council had set 4 million aside.",
    ),
    held_out=False,
)
PIER = Article(
    "b",
    "Pier closes",
    datetime(2024, 2, 1, tzinfo=UTC),
    ("The pier closed.", "Repairs of the pier cost 7 million.", "Barges waited nine days."),
    held_out=False,
)
ASKED = Question(
    "q", "What did repairs cost Aldmouth in 2024?", "money", "a", (1,), (), (("4 million",),), False
)
LACKED = Question("r", "What did the paint cost in Aldmouth?", "money", "a", (), (1,), (), False)
PLACES = [("b", 1), ("a", 1), ("a", 2), ("b", 2), ("a", 3), ("b", 0), ("a", 0)]


@pytest.fixture
def recipe() -> Recipe:
    made = Recipe(Archive("hand", {"a": LOCK, "b": PIER}, (ASKED, LACKED)))
    made.rivals = {q.id: list(PLACES) for q in (ASKED, LACKED)}
    return made


def drawn(recipe, question):
    recipe.rivals.setdefault(question.id, list(PLACES))
    return [e for seed in range(200) for e in recipe._beside(question, random.Random(seed))]


def told(example):
    return [sentence.split(": ", 1)[1] for sentence in example.sentences]


def test_the_answer_stands_among_its_rivals_each_behind_its_own_headline(recipe):
    examples = [e for e in drawn(recipe, ASKED) if e.gold]
    assert examples
    for example in examples:
        (gold,) = example.gold
        assert told(example)[gold] == "Repairs cost 4 million."
        assert example.question == ASKED.text
        assert example.header == ""
    assert any(
        beside("Pier closes", "Repairs of the pier cost 7 million.") in e.sentences
        for e in examples
    )


def test_what_is_read_is_of_the_scorers_number_oldest_first_and_never_twice(recipe):
    lengths = set()
    for example in drawn(recipe, ASKED):
        lengths.add(len(example.sentences))
        assert len(set(told(example))) == len(example.sentences)
        of_lock = ["Lock reopens" in sentence for sentence in example.sentences]
        assert of_lock == sorted(of_lock)
    assert lengths == set(range(2, N_BESIDE + 1))


def test_no_rival_states_the_fact(recipe):
    aside = "The council had set 4 million aside."
    assert not any(aside in told(example) for example in drawn(recipe, ASKED))
    assert any(aside in told(example) for example in drawn(recipe, LACKED))


def test_the_company_does_not_tell_whether_the_answer_is_there(recipe):
    examples = drawn(recipe, ASKED)
    without = [e for e in examples if not e.gold and e.question == ASKED.text]
    assert 0.15 < len(without) / len(examples) < 0.4
    assert not any("Repairs cost 4 million." in told(example) for example in without)
    turned = [e for e in examples if e.question != ASKED.text]
    assert turned
    assert all("Repairs cost 4 million." in told(e) and not e.gold for e in turned)


def test_a_near_miss_is_read_beside_its_rivals_without_a_right_one(recipe):
    examples = drawn(recipe, LACKED)
    assert examples
    assert all(example.gold == () for example in examples)
    assert all("Repairs cost 4 million." in told(example) for example in examples)


def test_what_names_nothing_is_read_beside_its_own_article_alone(recipe):
    nameless = replace(ASKED, id="n", text="What did the repairs cost?")
    examples = drawn(recipe, nameless)
    assert examples
    assert all("Lock reopens" in s for example in examples for s in example.sentences)


@pytest.mark.parametrize("text", ["Until when was it shut?", "What did repairs cost in May?"])
def test_a_day_or_a_first_word_is_no_name(recipe, text):
    nameless = replace(ASKED, id=text, text=text)
    examples = drawn(recipe, nameless)
    assert examples
    assert all("Lock reopens" in s for example in examples for s in example.sentences)


def test_a_headline_that_states_the_fact_is_no_rivals(recipe):
    recipe.archive.articles["b"] = replace(PIER, title="Pier closes for 4 million")
    examples = drawn(recipe, ASKED)
    assert examples
    assert all("Lock reopens" in s for example in examples for s in example.sentences)


def test_company_has_room_in_one_window(recipe):
    long = replace(LOCK, sentences=tuple(s + " and so on" * 15 for s in LOCK.sentences))
    recipe.archive.articles["a"] = long
    examples = drawn(recipe, ASKED)
    assert all(len(" ".join(e.sentences).split()) <= MAX_WORDS_BESIDE for e in examples)


def test_sets_that_retrieve_nothing_have_no_rivals():
    recipe = Recipe(Archive("hand", {"a": LOCK}, (ASKED,)))
    assert [e for s in range(60) for e in recipe._beside(ASKED, random.Random(s))] == []
