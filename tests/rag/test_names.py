"""Names found by rule."""

from __future__ import annotations

from rag.names import names


def test_names_keep_order_and_leave_question_words_out() -> None:
    assert names("Did Ana Ruiz meet the Bank of Oslo in May? Ana Ruiz did.") == (
        "Ana Ruiz",
        "Bank of Oslo",
        "May",
    )


def test_names_drop_a_possessive_ending() -> None:
    assert names("Who runs Norway's navy?") == ("Norway",)
