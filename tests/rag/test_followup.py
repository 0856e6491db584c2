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


SHIPS = (Turn("How many ships sank off Peru in 2018?", "Three."),)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("What about Norway?", "How many ships sank off Peru in 2018 (Norway)?"),
        ("And Norway?", "How many ships sank off Peru in 2018 (Norway)?"),
        ("And in 2019?", "How many ships sank off Peru in 2019?"),
        ("What about June 2020?", "How many ships sank off Peru in June 2020?"),
    ],
)
def test_resolve_asks_the_last_question_again_of_something_else(text: str, read: str) -> None:
    assert resolve(text, SHIPS) == read


def test_what_about_can_be_asked_twice() -> None:
    history = (*SHIPS, Turn("And in 2019?", "Four."))
    assert resolve("And in 2020?", history) == "How many ships sank off Peru in 2020?"


@pytest.mark.parametrize(
    "text",
    [
        "Is there a ceasefire in Gaza?",
        "Has Boeing fixed its planes?",
        "How much rain fell in Oslo this year?",
    ],
)
def test_a_question_with_its_own_names_stands_alone(text: str) -> None:
    assert resolve(text, (Turn("Who leads Norway?", "Jonas Gahr Store."),)) == text


def test_days_and_months_are_no_topics() -> None:
    history = (Turn("Who resigned in Oslo on Tuesday?", "Ida Brandt."),)
    assert resolve("Why did she resign?", history) == "Why did she resign (Ida Brandt, Oslo)?"


def test_a_new_question_is_not_the_old_one_again() -> None:
    history = (Turn("Who is the prime minister of Norway?", "Jonas Gahr Store."),)
    assert "prime minister" not in resolve("And at what time did he resign?", history)
