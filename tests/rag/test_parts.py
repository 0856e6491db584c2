"""Questions of several parts, on wording of our own."""

from __future__ import annotations

import pytest

from rag.parts import split_parts


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
        (
            "How many sheep did the shepherds ask for, and how many did they get?",
            ("How many sheep did the shepherds ask for?", "How many sheep did they get?"),
        ),
        (
            "How many coins were taken, and how many of them were found?",
            ("How many coins were taken?", "How many of them were found?"),
        ),
        ("Was the north tower taller than the south tower?", ()),
        ("Who was arrested and is in jail?", ()),
        ("Who won the vote? Please answer briefly.", ()),
        ("Did he really say that? I read that he did.", ()),
        ("What do the CDC and WHO recommend?", ()),
        ("What did people who lost homes and who fled say?", ()),
        ("Why did he explain when and where it happened?", ()),
        ("Which clubs and unions signed?", ()),
        ("Why did Marks and Hill part ways?", ()),
    ],
)
def test_split_parts_cuts_where_a_new_question_begins(text: str, parts: tuple[str, ...]) -> None:
    assert split_parts(text) == parts


def test_split_parts_reads_no_more_than_three() -> None:
    assert len(split_parts("Who came first? Who left early? Who stayed on? Who slept late?")) == 3
