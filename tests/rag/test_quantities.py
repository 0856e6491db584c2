"""Quantities read from text."""

from __future__ import annotations

import pytest

from rag.quantities import quantities


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("40 people", 40, ""),
        ("55 dogs", 55, "dogs"),
        ("3,100", 3100, ""),
        ("1.2 million crowns", 1_200_000, "crowns"),
        ("$3.5 billion", 3_500_000_000, "$"),
        ("A$5 million", 5_000_000, "A$"),
        ("£2.80", 2.80, "£"),
        ("€1,200 a month", 1200, "€/month"),
        ("twenty-one", 21, ""),
        ("two hundred miners", 200, "miners"),
        ("two hundred and fifty homes", 250, "homes"),
        ("half a million homes", 500_000, "homes"),
        ("8.6%", 8.6, "percent"),
        ("12 per cent", 12, "percent"),
        ("12 per person", 12, "/person"),
        ("a dozen boats", 12, "boats"),
        ("zero cases", 0, "cases"),
    ],
)
def test_quantities_read_value_and_unit(text: str, value: float, unit: str) -> None:
    (found,) = quantities(text)
    assert (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "at 9:30 a.m.",
        "a 43-year-old",
        "the 14th floor",
        "3 m",
        "no one came",
        "in 2019",
        "May 17",
        "17 May",
        "17 of May",
    ],
)
def test_what_counts_nothing_is_no_quantity(text: str) -> None:
    assert quantities(text) == ()


def test_quantities_say_where_they_stand() -> None:
    text = "It rose from $3 million to 55 homes."
    assert [text[q.span.start : q.span.end] for q in quantities(text)] == ["$3 million", "55"]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("40 people", "55 people", True),
        ("40 boats", "forty boats", False),
        ("40 boats", "55 dogs", False),
        ("43 people", "more than 40 people", False),
        ("43 people", "more than 80 people", True),
        ("250 homes", "two hundred and fifty homes", False),
        ("500,000 homes", "half a million homes", False),
        ("A$5 million", "$3.2 million", False),
        ("$1,200 a month", "$9,000 a year", False),
    ],
)
def test_quantities_differ_only_where_they_contradict(one: str, other: str, differ: bool) -> None:
    assert quantities(one)[0].differs(quantities(other)[0]) is differ
