"""Yes and no, only where a sentence settles it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from rag.features import Features
from rag.question import understand
from rag.verdict import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


def covering(share: float) -> Features:
    values = dict.fromkeys((field.name for field in fields(Features)), 0.0)
    return Features(**{**values, "cover_sentence": share})


@pytest.mark.parametrize(
    ("text", "said", "verdict"),
    [
        ("Did the dam hold?", "The dam held.", "Yes."),
        ("Did the dam hold?", "The dam did not hold.", "No."),
        ("Did the dam hold?", "The dam may hold.", None),
        ("Did the dam hold?", "He denied the dam held.", None),
        ("Did the dam not hold?", "The dam held.", None),
        ("Did the dam or the gate hold?", "The dam held.", None),
        ("Who held the dam?", "The dam held.", None),
    ],
)
def test_settle_speaks_only_where_nothing_softens_it(
    candidate: Make, text: str, said: str, verdict: str | None
) -> None:
    note = settle(understand(text), candidate(said), covering(1.0))
    assert (note.text if note else None) == verdict


def test_settle_is_silent_where_the_sentence_says_less_than_was_asked(candidate: Make) -> None:
    said = candidate("The dam held.")
    assert settle(understand("Did the dam hold in May?"), said, covering(0.6)) is None
