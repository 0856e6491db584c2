"""Follow-ups read as the questions they stand for."""

from __future__ import annotations

import pytest

from rag.followup import resolve
from rag.types import Turn

HISTORY = (Turn("Who founded Aster Foods?", "Ida Brandt."),)


def test_resolve_spells_out_what_a_pronoun_leans_on() -> None:
    assert resolve("How old is she?", HISTORY) == "How old is she (Ida Brandt, Aster Foods)?"


def test_resolve_keeps_a_question_that_stands_alone() -> None:
    text = "How many people work for Borealis Mining?"
    assert resolve(text, HISTORY) == text


def test_resolve_keeps_everything_without_history() -> None:
    assert resolve("How old is she?", ()) == "How old is she?"


def test_resolve_takes_no_names_from_a_long_answer() -> None:
    long = Turn("Who founded Aster Foods?", " ".join(["It was Ida Brandt, said Otto Klein."] * 4))
    assert "Klein" not in resolve("How old is she?", (long,))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("What about Norway?", "How many ships sank off Peru (Norway)?"),
        ("And in 2019?", "How many ships sank off Peru (in 2019)?"),
    ],
)
def test_resolve_asks_the_last_question_again_of_something_else(text: str, read: str) -> None:
    assert resolve(text, (Turn("How many ships sank off Peru?", "Three."),)) == read
