from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Span
from ui.figures import best_figure, figures_in, topic, written


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("At least nine people died and 35 were missing.", [(9, ""), (35, "")]),
        ("It cost $4.2 million, or €3,900,000.", [(4.2e6, "$"), (3.9e6, "€")]),
        ("Profit fell 7.5% to 12bn.", [(7.5, "%"), (12e9, "")]),
        ("Some 40 per cent of 1,150 voters.", [(40, "%"), (1150, "")]),
        ("A fine of 110,000 crowns and twenty-one days.", [(110_000, "crown"), (21, "day")]),
        ("Five hundred seats, two hours.", [(500, "seat"), (2, "hour")]),
        ("The ship, built in 1994, sank on Jan. 5 at 9:40 p.m.", []),
        ("The 3rd of 18 March, No. 7, at 5 a.m.", []),
        ("In 2019 there were 2,019 of them.", [(2019, "")]),
        ("Flight A320-200 and covid-19.", []),
        ("It raised its offer from 3% to 5% in May.", [(5, "%")]),
        ("The toll went from 28 people to 30.", [(30, "")]),
        ("Between 5 and 7 boats, 5 to 7 crew.", [(5, ""), (7, ""), (5, ""), (7, "")]),
        ("Nobody came.", []),
    ],
)
def test_figures_are_read_and_dates_are_none(text: str, told: list[tuple[float, str]]) -> None:
    assert [(one.value, one.kind) for one in figures_in(text)] == told


@given(st.text(max_size=200))
def test_spans_slice_back_to_the_number(text: str) -> None:
    for figure in figures_in(text):
        piece = text[figure.span.start : figure.span.end]
        assert piece.strip() == piece
        assert piece


@pytest.mark.parametrize(
    ("asked", "value"),
    [("people died", 9), ("people missing", 35), ("people killed", 9), ("unaccounted for", 35)],
)
def test_each_count_has_its_own_figure(asked: str, value: float) -> None:
    figures = figures_in("At least nine people were killed and 35 were missing on Wednesday.")
    found = best_figure(figures, topic(asked.split()))
    assert found
    assert found.value == value


def test_words_after_a_figure_say_more_than_those_before() -> None:
    figures = figures_in("It now lists 11 febrile seizures among children, up from seven in May.")
    found = best_figure(figures, topic("febrile seizures reported children".split()))
    assert found
    assert found.value == 11


def test_figure_that_tells_nothing_of_what_is_asked_is_none() -> None:
    figures = figures_in("The club won its 12th title before 40,000 spectators.")
    assert best_figure(figures, topic("people died".split())) is None
    assert best_figure((), topic(["people"])) is None


def test_last_missing_declared_dead_are_not_the_toll() -> None:
    figures = figures_in("The Coast Guard declared the last two missing people dead.")
    assert best_figure(figures, topic("people died".split())) is None


def test_of_two_alike_the_one_in_the_lead_is_meant() -> None:
    text = "Either 12 boats or 14 boats."
    figures = figures_in(text)
    at = text.index("14")
    found = best_figure(figures, topic(["boats"]), lead=Span(at, at + 8))
    assert found
    assert found.value == 14


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        (1900, "", "1,900"),
        (4.2e6, "$", "$4.2m"),
        (12e9, "€", "€12bn"),
        (7.5, "%", "7.5%"),
        (110_000, "crown", "110,000"),
        (21.0, "", "21"),
    ],
)
def test_figures_are_written_short(value: float, kind: str, told: str) -> None:
    assert written(value, kind) == told
