"""Words, their weights and their numbers."""

from __future__ import annotations

import math

import pytest

from rag.features import fits
from rag.types import Expected
from rag.words import content_words, coverage, numbers, weigh


class Counted:
    """A vocabulary of so many passages in which 'rare' stands once and 'common' nine times."""

    def __init__(self, n: int = 200) -> None:
        self.n = n

    def stems(self, text: str) -> list[str]:
        return text.lower().split()

    def document_frequency(self, stem: str) -> int:
        return {"rare": 1, "common": 9}.get(stem, 0)

    def __len__(self) -> int:
        return self.n


def test_weigh_is_the_inverse_document_frequency() -> None:
    # n = 200: unseen ln(1 + 200.5 / 0.5); rare ln(1 + 199.5 / 1.5); common ln(1 + 191.5 / 9.5)
    weights = weigh(["common", "rare", "unseen"], Counted())
    assert weights["unseen"] == pytest.approx(math.log(402))
    assert weights["rare"] == pytest.approx(math.log(134))
    assert weights["common"] == pytest.approx(math.log(1 + 191.5 / 9.5))


def test_words_of_a_dozen_passages_weigh_as_in_a_hundred() -> None:
    words = ["common", "rare", "unseen"]
    assert weigh(words, Counted(10)) == weigh(words, Counted(100))


def test_coverage_is_a_share_of_the_weight() -> None:
    assert coverage({"a": 3.0, "b": 1.0}, {"a"}) == 0.75
    assert coverage({}, {"a"}) == 1.0


def test_content_words_leave_out_what_carries_nothing() -> None:
    assert content_words("Who is the Kremlin's spokesman, and the spokesman?") == [
        "Kremlin",
        "spokesman",
    ]


def test_numbers_are_read_without_separators() -> None:
    assert numbers("1,250 of 3.5 million in 2024") == {"1250", "3.5", "2024"}


@pytest.mark.parametrize(
    ("text", "expected", "held"),
    [
        ("The fine was 2.5 million crowns.", Expected.MONEY, True),
        ("The fine was large.", Expected.MONEY, False),
        ("Turnout fell to 41 percent.", Expected.PERCENT, True),
        ("It closed on Oct. 3.", Expected.DATE, True),
        ("It closed early.", Expected.DATE, False),
        ("The truce lasts 30 days.", Expected.DURATION, True),
        ("She resigned because of the leak.", Expected.REASON, True),
        ("Anything at all.", Expected.THING, True),
    ],
)
def test_fits_sees_the_kind_of_thing_asked_for(text: str, expected: Expected, held: bool) -> None:
    assert fits(text, expected) is held
