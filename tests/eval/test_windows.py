"""Training windows of rivals, side by side as the scorer reads its best sentences once more."""

from __future__ import annotations

import random

import pytest

from eval.training.corpus import Archive, Article, Question
from eval.training.data import Recipe
from rag.selector import beside

LOCK = Article(
    "a", "Lock reopens", "May 3, 2024",
    ("The lock reopened on Friday.", "Repairs cost 4 million.", "Barges waited nine days."), False,
)  # fmt: skip
PIER = Article(
    "b", "Pier closes", None, ("The pier closed.", "Repairs of the pier cost 7 million."), False
)
ASKED = Question(
    "q", "What did the repairs cost?", "money", "a", (1,), (), (("4 million",),), False
)
LACKED = Question("r", "What did the paint cost?", "money", "a", (), (1,), (), False)


@pytest.fixture
def recipe() -> Recipe:
    made = Recipe(Archive("hand", {"a": LOCK, "b": PIER}, (ASKED, LACKED)))
    made.rivals = {q.id: [("b", 1), ("a", 1), ("a", 2), ("b", 0)] for q in (ASKED, LACKED)}
    return made


def drawn(recipe, question):
    return [e for seed in range(60) for e in recipe._beside(question, random.Random(seed))]


def test_the_answer_stands_among_its_rivals_once_each_behind_its_own_headline(recipe):
    examples = drawn(recipe, ASKED)
    assert examples
    for example in examples:
        (gold,) = example.gold
        assert example.sentences[gold].endswith(": Repairs cost 4 million.")
        assert len(set(example.sentences)) == len(example.sentences)
        assert example.header == ""
    assert any(
        beside("Pier closes", "Repairs of the pier cost 7 million.") in e.sentences
        for e in examples
    )


def test_a_near_miss_is_read_beside_its_rivals_without_a_right_one(recipe):
    examples = drawn(recipe, LACKED)
    assert examples
    assert all(example.gold == () for example in examples)
    assert all(any("4 million" in s for s in example.sentences) for example in examples)


def test_sets_that_retrieve_nothing_have_no_rivals():
    recipe = Recipe(Archive("hand", {"a": LOCK}, (ASKED,)))
    assert drawn(recipe, ASKED) == []
