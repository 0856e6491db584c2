"""Yes and no, only where a sentence settles it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from rag.question import understand
from rag.types import Turn
from rag.verdict import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


def stems(text: str) -> list[str]:
    """Cut endings roughly: enough for 'collapse' to meet 'collapsed'."""
    return [re.sub(r"(?:ed|es|e|s)$", "", word) for word in re.findall(r"\w+", text.lower())]


@pytest.mark.parametrize(
    ("text", "said", "verdict"),
    [
        ("Did the Oster dam collapse?", "The Oster dam collapsed.", "Yes."),
        ("Did the Oster dam collapse?", "The Oster dam did not collapse.", "No."),
        ("Was the Oster bridge reopened?", "The Oster bridge was reopened in June.", "Yes."),
        ("Did the Oster dam collapse?", "The Oster dam may collapse.", None),
        ("Did the Oster dam collapse?", "He denied the Oster dam collapsed.", None),
        ("Did the Oster dam collapse?", "Nobody was hurt when the Oster dam collapsed.", None),
        ("Did Ukraine attack Russia in May?", "Russia attacked Ukraine in May.", None),
        ("Did Israel bomb the hospital?", "Hamas said Israel bombed the hospital.", None),
        ("Did Djokovic win the Paris match?", "No. 1 Djokovic won the Paris match.", None),
        (
            "Did Smith kill the Leeds officer?",
            "Smith is charged with killing a Leeds officer.",
            None,
        ),
        ("Is the Oster bridge safe?", "The Oster bridge is unsafe.", None),
        ("Are all the Oster hostages free?", "Some of the Oster hostages are free.", None),
        ("Did Oster police arrest two men?", "Oster police arrested three men.", None),
        ("Did the Fed cut its rates?", "The Fed will cut its rates.", None),
        ("Did the Oster dam not collapse?", "The Oster dam collapsed.", None),
        ("Did the Oster dam or the gate collapse?", "The Oster dam collapsed.", None),
        ("Who saw the Oster dam collapse?", "The Oster dam collapsed.", None),
        ("Was she arrested?", "She was arrested.", None),
    ],
)
def test_settle_speaks_only_where_nothing_softens_it(
    candidate: Make, text: str, said: str, verdict: str | None
) -> None:
    note = settle(understand(text), candidate(said), stems)
    assert (note.text if note else None) == verdict


def test_a_follow_up_is_never_settled(candidate: Make) -> None:
    question = understand(
        "Did it collapse in Oster?", history=(Turn("What is the Oster dam?", "The Oster dam."),)
    )
    assert settle(question, candidate("It collapsed in Oster."), stems) is None
