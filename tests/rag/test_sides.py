"""The figure that a comparison or a disagreement sets beside the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.quantities import quantities
from rag.question import compares
from rag.sides import alike, is_somebodys, other_side, told_figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


@pytest.mark.parametrize(
    "question",
    [
        "Was the strike longer than the one of 2017?",
        "Who has more customers, Oster or Corran?",
        "Did Oster or Corran sell more boats?",
        "Which bidder would pay more for the bank?",
        "How do the two budgets compare?",
        "Which of the two has run longest?",
    ],
)
def test_a_question_that_sets_two_things_against_each_other_compares(question: str) -> None:
    assert compares(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the water minister?",
        "Was it Oster or Corran who sold?",
        "Did more than 40 people die?",
        "No later than when must they pay?",
        "Who else, other than the mayor, knew?",
        "Who was arrested earlier this week?",
        "Which lower court ruled first?",
        "By how much did the fare rise?",
        "What did both parties agree on?",
        "What is different about the new bridge?",
    ],
)
def test_other_questions_do_not_compare(question: str) -> None:
    assert not compares(question)


def test_the_figure_told_is_the_one_the_short_answer_touches(candidate: Make) -> None:
    sentence = candidate("Of 40 boats 12 sank in 3 hours.", lead="12")
    assert (told := told_figure(sentence)) and told.value == 12
    assert told_figure(candidate("Of 40 boats 12 sank.")) is None


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("19 days", "35 days", True),
        ("19 days", "35", True),  # of what, is not told
        ("19 days", "35 boats", False),
        ("19 days", "19 days", False),  # nothing new
        ("19 days", "190 days", False),  # too many to be set beside it
        ("84 million crowns a year", "99 million crowns", True),
    ],
)
def test_figures_are_alike_that_may_be_of_one_kind(one: str, other: str, are: bool) -> None:
    first, second = quantities(one)[0], quantities(other)[0]
    assert alike(first, second) is alike(second, first) is are


def test_the_other_side_is_the_best_sentence_with_a_like_figure(candidate: Make) -> None:
    first = candidate("The strike of 2017 ended after 19 days.", 5.0, lead="19 days")
    boats = candidate("The mill sold 340 boats.", 3.0)
    other = candidate("After 35 days the miners went back.", 0.0)
    further = candidate("It took 30 days.", -0.5)
    assert other_side(first, [boats, other, further]) is other


def test_a_first_sentence_without_a_short_answer_is_compared_by_all_its_figures(
    candidate: Make,
) -> None:
    first = candidate("Of 40 boats 9 sank.", 5.0)
    other = candidate("Corran lost 30 boats.", 4.0)
    assert other_side(first, [other]) is other
    assert other_side(candidate("The boats sank.", 5.0), [other]) is None


def test_there_is_no_other_side_where_the_first_sentence_holds_both(candidate: Make) -> None:
    both = candidate("It ended after 35 days, against 19 days in 2017.", 5.0, lead="35 days")
    assert other_side(both, [candidate("The lease has 30 days to run.", 4.0)]) is None


def test_a_day_of_the_month_is_no_other_side(candidate: Make) -> None:
    first = candidate("The strike of 2017 ended after 19 days.", 5.0, lead="19 days")
    dated = candidate("Miners walked out on May 17.", 4.0)
    other = candidate("After 35 days the miners went back.", 1.0)
    assert other_side(first, [dated, other]) is other


def test_what_scores_far_below_is_no_other_side(candidate: Make) -> None:
    first = candidate("The strike of 2017 ended after 19 days.", 5.0, lead="19 days")
    assert other_side(first, [candidate("Its lease has 35 days to run.", -1.5)]) is None


@pytest.mark.parametrize(
    ("text", "told", "whose"),
    [
        ("Police counted 600 participants.", "600", True),
        ("The Chamber of Mines puts it at 140 million.", "140 million", True),
        ("The government in the capital speaks of 15 missing.", "15", True),
        ("By the mayor's count 1,900 houses are destroyed.", "1,900", True),
        ("Around 9,000 people came, according to the club.", "9,000", True),
        ("Some 600 people were on the square.", "600", False),
        ("Doctors said 12 were injured.", "12", False),
        ("She won the figure skating gold at 14.", "14", False),
        ("The bus left with 18 aboard; police counted the rest.", "18", False),
    ],
)
def test_a_figure_is_somebodys_that_somebody_counts(
    candidate: Make, text: str, told: str, whose: bool
) -> None:
    figure = told_figure(candidate(text, lead=told))
    assert figure is not None and is_somebodys(text, figure) is whose
