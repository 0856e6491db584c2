"""Question analysis, on wording of our own that stands in no evaluation set."""

from __future__ import annotations

import pytest

from rag.errors import UsageError
from rag.question import asks_how_things_stand, expect, subject, understand
from rag.types import Expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who painted the mural?", Expected.PERSON),
        ("Which minister signed the decree?", Expected.PERSON),
        ("Where did the glider land?", Expected.PLACE),
        ("In which town is the mill?", Expected.PLACE),
        ("Which airline bought the jets?", Expected.ORGANISATION),
        ("When does the ban end?", Expected.DATE),
        ("On what day was the vote?", Expected.DATE),
        ("How long is the tunnel closure?", Expected.DURATION),
        ("How soon does the bridge reopen?", Expected.DURATION),
        ("How many bees were counted?", Expected.NUMBER),
        ("How strong were the gusts?", Expected.NUMBER),
        ("How old is the tree?", Expected.NUMBER),
        ("How much did the roof cost?", Expected.MONEY),
        ("What fine was imposed?", Expected.MONEY),
        ("What share of voters stayed home?", Expected.PERCENT),
        ("Why was the concert cancelled?", Expected.REASON),
        ("What caused the leak?", Expected.REASON),
        ("How come nobody was hurt?", Expected.REASON),
        ("What did the mayor say about parking?", Expected.QUOTE),
        ("Did the dam hold?", Expected.YES_NO),
        ("Did the WHO declare an emergency?", Expected.YES_NO),
        ("Did the cost of living rise?", Expected.YES_NO),
        ("Is the man who shot him free?", Expected.YES_NO),
        ("Can you tell me who won?", Expected.PERSON),
        ("What is the latest death toll?", Expected.NUMBER),
        ("What is the unemployment rate?", Expected.PERCENT),
        ("Which three rivers flooded?", Expected.LIST),
        ("What is kept in the vault?", Expected.THING),
    ],
)
def test_expect_reads_the_kind_from_the_wording(text: str, kind: Expected) -> None:
    assert expect(text) is kind


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("How many are still missing?", True),
        ("What is the latest toll?", True),
        ("Who is currently in charge?", True),
        ("How many were missing on Monday?", False),
        ("Who knows the way?", False),
    ],
)
def test_understand_notices_when_the_newest_state_is_meant(text: str, latest: bool) -> None:
    assert understand(text).wants_latest is latest


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("Who is the new harbour master?", True),
        ("Who runs the mill?", True),
        ("price of a ticket", True),
        ("When will the bridge open?", True),
        ("who's in charge of the mill", True),
        ("How many have been found?", True),
        ("Who won the race?", False),
        ("How many people died?", False),
        ("How many died in May?", False),
        ("When did the bridge, which is closed, open?", False),
    ],
)
def test_how_things_stand_is_told_from_what_happened(text: str, present: bool) -> None:
    assert asks_how_things_stand(text) is present


def test_subject_leaves_out_what_only_says_the_kind() -> None:
    assert subject("How long is the long bridge?").split() == ["is", "the", "long", "bridge?"]
    assert subject("Who built it?") == "Who built it?"


@pytest.mark.parametrize("text", ["", "  \n ", "\0", "x" * 2001])
def test_understand_refuses_what_is_no_question(text: str) -> None:
    with pytest.raises(UsageError):
        understand(text)
