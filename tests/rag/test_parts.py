"""Questions of several parts, on wording of our own."""

from __future__ import annotations

import pytest

from rag.parts import split_parts, split_sides


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Who painted the mural?", ()),
        (
            "Who painted the mural, and when was it unveiled?",
            ("Who painted the mural?", "When was it unveiled?"),
        ),
        (
            "How deep is the shaft and in which year was it sunk?",
            ("How deep is the shaft?", "In which year was it sunk?"),
        ),
        ("Did the dam hold? Who checked it?", ("Did the dam hold?", "Who checked it?")),
        ("Was Ana fined, and did she pay?", ("Was Ana fined?", "Did she pay?")),
        ("Was the north tower taller than the south tower?", ()),
        ("Who was arrested and is in jail?", ()),
        ("Which clubs and unions signed?", ()),
        ("Why did Marks and Hill part ways?", ()),
    ],
)
def test_split_parts_cuts_where_a_new_question_begins(text: str, parts: tuple[str, ...]) -> None:
    assert split_parts(text) == parts


def test_split_parts_reads_no_more_than_three() -> None:
    assert len(split_parts("Who came? Who left? Who stayed? Who slept?")) == 3


def test_split_sides_takes_both_sides_of_a_comparison() -> None:
    sides = split_sides("Was the north tower taller than the south tower?")
    assert sides == ("Was the north tower taller?", "The south tower?")
    assert split_sides("Was the tower tall?") == ()
