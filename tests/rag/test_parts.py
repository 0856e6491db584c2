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
        (
            "Where and on what day was the treaty signed?",
            ("Where was the treaty signed?", "On what day was the treaty signed?"),
        ),
        (
            "Who sank the barge, and why?",
            ("Who sank the barge?", "Why sank the barge?"),
        ),
        (
            "Was the barge raised, and by whom?",
            ("Was the barge raised?", "By whom was the barge raised?"),
        ),
        (
            "How far did the ash drift and how fast?",
            ("How far did the ash drift?", "How fast did the ash drift?"),
        ),
        (
            "How much will it cost, and over how many years will it be paid?",
            ("How much will it cost?", "Over how many years will it be paid?"),
        ),
        (
            "What did the barge unload, and at which pier?",
            ("What did the barge unload?", "At which pier did the barge unload?"),
        ),
        (
            "How many men and how many women were hired?",
            ("How many men were hired?", "How many women were hired?"),
        ),
        (
            "How many roofs are damaged, and how many would have been without the dam?",
            ("How many roofs are damaged?", "How many roofs would have been without the dam?"),
        ),
        (
            "Which club had fewer shots, and how many did it have?",
            ("Which club had fewer shots?", "How many did it have?"),
        ),
        (
            "How many tents are up, and how many should be?",
            ("How many tents are up?", "How many tents should be?"),
        ),
        (
            "How many cabins burned, and how many does the camp have?",
            ("How many cabins burned?", "How many does the camp have?"),
        ),
        (
            "At what age did the abbot die, and where?",
            ("At what age did the abbot die?", "Where did the abbot die?"),
        ),
        (
            "What share of the toll goes to the port, and how many berths?",
            ("What share of the toll goes to the port?", "How many berths?"),
        ),
        (
            "Which Boeing plant will close, and when?",
            ("Which Boeing plant will close?", "When Boeing plant will close?"),
        ),
        (
            "How wide and how heavy is the bell?",
            ("How wide is the bell?", "How heavy is the bell?"),
        ),
        (
            "How many men and how many women work there?",
            ("How many men work there?", "How many women work there?"),
        ),
        (
            "How many dairy farms and how many fruit farms lost money?",
            ("How many dairy farms lost money?", "How many fruit farms lost money?"),
        ),
        (
            "How many houses burned and how many people were moved?",
            ("How many houses burned?", "How many people were moved?"),
        ),
        (
            "How many goals did he score, and for which clubs?",
            ("How many goals did he score?", "For which clubs did he score goals?"),
        ),
        (
            "How much money was stolen, and when?",
            ("How much money was stolen?", "When was money stolen?"),
        ),
        (
            "How many ships sank and how many of them were raised?",
            ("How many ships sank?", "How many of them were raised?"),
        ),
        (
            "How many boats sank and how many crew members drowned?",
            ("How many boats sank?", "How many crew members drowned?"),
        ),
        (
            "How many players left and how many joined the club?",
            ("How many players left?", "How many joined the club?"),
        ),
        (
            "How many police officers and how many protesters were hurt?",
            ("How many police officers were hurt?", "How many protesters were hurt?"),
        ),
        (
            "For how many years did Lund work as a welder, and where?",
            ("For how many years did Lund work as a welder?", "Where did Lund work as a welder?"),
        ),
        (
            "How much money did investors lose, and when?",
            ("How much money did investors lose?", "When did investors lose money?"),
        ),
        (
            "How many times did police visit, and why?",
            ("How many times did police visit?", "Why did police visit?"),
        ),
        (
            "Why sank the barge, and who raised it?",
            ("Why sank the barge?", "Who raised it?"),
        ),
        (
            "In what time won she the race, and by how much?",
            ("In what time won she the race?", "By how much won she the race?"),
        ),
        (
            "How many of the 30 lambs were ewes, and how many were sold?",
            ("How many of the 30 lambs were ewes?", "How many of the 30 lambs were sold?"),
        ),
        (
            "At which of the schools did she teach, and when?",
            ("At which of the schools did she teach?", "When did she teach?"),
        ),
        (
            "From how many stalls did the fair grow, and to how many?",
            ("From how many stalls did the fair grow?", "To how many stalls did the fair grow?"),
        ),
        (
            "When did the mast fall, and by how narrow a margin?",
            ("When did the mast fall?", "By how narrow a margin did the mast fall?"),
        ),
        (
            "Did the dam hold? In which year?",
            ("Did the dam hold?", "In which year did the dam hold?"),
        ),
        ("How many of the miners were saved, and how?", ()),
        ("Which one of the clubs won, and when?", ()),
        ("Did anyone else die, and who?", ("Did anyone else die?", "Who did die?")),
        (
            "Did anyone escape, and if so how many?",
            ("Did anyone escape?", "How many did escape?"),
        ),
        ("Did anyone swim, and if so who?", ("Did anyone swim?", "Who did swim?")),
        ("Did anyone drown, and who?", ("Did anyone drown?", "Who did drown?")),
        ("Was anybody hurt, and where?", ("Was anybody hurt?", "Where was anybody hurt?")),
        ("Which of the two clubs won, and by what margin?", ()),
        ("Who sang When and Where?", ()),
        ("Who knew what and when?", ()),
        ("Who was shot, by whom and why?", ()),
        ("When and where?", ()),
        ("Who and what?", ()),
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
