"""Quantities read from text."""

from __future__ import annotations

import pytest

from rag.quantities import Quantity, quantities


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("40 people", 40, "people"),
        ("3,100", 3100, ""),
        ("1.2 million crowns", 1_200_000, "crowns"),
        ("$3.5 billion", 3_500_000_000, "$"),
        ("£2.80", 2.80, "£"),
        ("twenty-one", 21, ""),
        ("two hundred miners", 200, "miners"),
        ("8.6%", 8.6, "percent"),
        ("12 per cent", 12, "percent"),
        ("a dozen", 12, ""),
    ],
)
def test_quantities_read_value_and_unit(text: str, value: float, unit: str) -> None:
    assert quantities(text) == (Quantity(value, unit),)


def test_quantities_keep_their_order() -> None:
    assert [q.value for q in quantities("between 3 and five metres")] == [3, 5]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("40 people", "55 people", True),
        ("40 people", "forty people", False),
        ("40 people", "40", False),
        ("40 people", "55 dogs", False),
        ("3 metres", "three metres", False),
    ],
)
def test_quantities_differ_only_in_one_unit(one: str, other: str, differ: bool) -> None:
    assert quantities(one)[0].differs(quantities(other)[0]) is differ
