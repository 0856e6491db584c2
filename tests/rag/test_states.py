"""The newest state of a figure, what was said before, and outlets that disagree."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from rag.features import Features
from rag.question import understand
from rag.score import Scored
from rag.states import order_states
from rag.types import NoteKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]
    Sum = Callable[..., Scored]


def blank_features() -> Features:
    return Features(*(0.0 for _ in fields(Features)))


STORY = "Ada Quill opens the Oster shelter in Visby"


def alone(article_id: str) -> str:
    return article_id


def shelter(make: Make, told: str, score: float, **how: object) -> Candidate:
    how.setdefault("title", STORY)
    return make(f"The shelter holds {told} people.", score, lead=f"{told} people", **how)


def test_a_later_figure_comes_first_and_the_older_one_is_named(
    candidate: Make, scored: Sum
) -> None:
    old = shelter(candidate, "40", 5.0, article="a", day=1, source="Post")
    new = shelter(candidate, "55", 4.6, article="b", day=4, source="Post")
    states = order_states(
        understand("How many people are in the shelter?"), scored(old, new), [old], story_of=alone
    )
    assert states.chosen == (new, old)
    assert states.earlier == (old,)
    assert [note.kind for note in states.notes] == [NoteKind.CHANGED]
    assert "40 people (Post, 1 January 2025, 00:00)" in states.notes[0].text


def test_the_older_figure_leaves_the_answer_where_the_newest_is_asked_for(
    candidate: Make, scored: Sum
) -> None:
    old = shelter(candidate, "40", 5.0, article="a", day=1)
    new = shelter(candidate, "55", 4.6, article="b", day=4)
    states = order_states(
        understand("How many people are in the shelter now?"), scored(old, new), [old, new],
        story_of=alone,
    )  # fmt: skip
    assert states.chosen == (new,)
    assert states.earlier == (old,)


def test_a_question_that_names_its_time_keeps_its_order(candidate: Make, scored: Sum) -> None:
    old = shelter(candidate, "40", 5.0, article="a", day=1)
    new = shelter(candidate, "55", 4.6, article="b", day=4)
    states = order_states(
        understand("How many people were in the shelter on Wednesday?"), scored(old, new), [old],
        story_of=alone,
    )  # fmt: skip
    assert states.chosen[0] is old


def test_outlets_that_differ_at_one_time_are_shown_side_by_side(
    candidate: Make, scored: Sum
) -> None:
    one = shelter(candidate, "40", 5.0, article="a", hour=3, source="Post")
    other = shelter(candidate, "55", 4.6, article="b", hour=9, source="Wire")
    states = order_states(
        understand("How many people are in the shelter?"), scored(one, other), [one], story_of=alone
    )
    assert states.chosen == (one, other)
    assert [note.kind for note in states.notes] == [NoteKind.DISAGREEMENT]
    assert "Post" in states.notes[0].text and "Wire" in states.notes[0].text


@pytest.mark.parametrize(
    ("told", "source", "hour", "shown"),
    [
        ("18 helpers were", "Wire", 9, True),
        ("12 helpers were", "Wire", 9, False),  # the same figure
        ("90 helpers were", "Wire", 9, False),  # too many to count the same thing
        ("18 helpers were", "Post", 9, False),  # the outlet itself
        ("18 were", "Wire", 9, False),  # of what, is not told
        ("18 helpers were", "Wire", 47, False),  # later: perhaps a later state
    ],
)
def test_another_count_of_the_same_day_stands_beside_without_a_claim(
    candidate: Make, scored: Sum, told: str, source: str, hour: int, shown: bool
) -> None:
    one = candidate("12 rescuers were out.", 9.0, article="a", hour=3, source="Post", lead="12")
    text, count = f"{told} out.", told.split()[0]
    other = candidate(text, 5.0, article="b", day=1 + hour // 24, hour=hour % 24, source=source,
                      lead=count, margin=-2.0)  # fmt: skip
    states = order_states(
        understand("How many rescuers were out?"), scored(one, other), [one], story_of=alone
    )
    assert states.chosen == ((one, other) if shown else (one,))
    assert not states.notes


@pytest.mark.parametrize(
    ("told", "article", "shown"),
    [
        ("The union counted 18.", "a", True),  # in the same article, by somebody else
        ("The union counted 18.", "b", True),  # of another outlet, of what is not told
        ("Then 18 were out.", "a", False),
        ("Doctors said 18 were hurt.", "a", False),
        ("The union counted 18 dogs.", "a", False),  # a figure of another kind
    ],
)
def test_a_count_told_as_somebodys_stands_beside(
    candidate: Make, scored: Sum, told: str, article: str, shown: bool
) -> None:
    one = candidate("12 rescuers were out.", 9.0, article="a", source="Post", lead="12")
    lead = "18 dogs" if "dogs" in told else "18"
    other = candidate(
        told, 5.0, article=article, ordinal=3, margin=-2.0, lead=lead,
        source="Post" if article == "a" else "Wire",
    )  # fmt: skip
    states = order_states(
        understand("How many rescuers were out?"), scored(one, other), [one], story_of=alone
    )
    assert states.chosen == ((one, other) if shown else (one,))


@pytest.mark.parametrize(
    ("source", "story"), [("Post", "b"), ("Wire", "a")], ids=["same outlet", "copy"]
)
def test_an_outlet_does_not_disagree_with_itself_or_its_copy(
    candidate: Make, scored: Sum, source: str, story: str
) -> None:
    one = shelter(candidate, "40", 5.0, article="a", source="Post")
    other = shelter(candidate, "55", 4.6, article="b", source=source)
    states = order_states(
        understand("How many people are in the shelter?"), scored(one, other), [one],
        story_of=lambda id_: story if id_ == "b" else id_,
    )  # fmt: skip
    assert states.chosen == (one,) and not states.notes


def test_figures_of_other_kinds_are_no_rivals(candidate: Make, scored: Sum) -> None:
    people = shelter(candidate, "40", 5.0, article="a")
    dogs = candidate("The shelter holds 9 dogs.", 4.9, article="b", day=5, lead="9 dogs")
    states = order_states(
        understand("How many are in the shelter?"), scored(people, dogs), [people], story_of=alone
    )
    assert states.chosen == (people,) and not states.notes


def test_what_is_newest_comes_first_where_no_figure_is_asked_for(
    candidate: Make, scored: Sum
) -> None:
    old = candidate("The mill is shut.", article="a", day=1)
    new = candidate("The mill has reopened.", article="b", day=9)
    states = order_states(
        understand("What is the latest on the mill?"), scored(old, new), [old, new], story_of=alone
    )
    assert states.chosen == (new, old)


def test_a_correction_comes_before_what_it_corrects(candidate: Make, scored: Sum) -> None:
    wrong = candidate("The mill has 40 wheels.", 5.0, article="a", lead="40 wheels")
    right = candidate(
        "The mill has 14 wheels, not 40.", 4.5, article="b", day=2, supersedes="a", lead="14 wheels"
    )
    states = order_states(
        understand("What has the mill?"), scored(wrong, right), [wrong], story_of=alone
    )
    assert states.chosen[0] is right


def test_a_correction_of_something_else_stays_where_it_is(candidate: Make, scored: Sum) -> None:
    asked = candidate("Ada Quill runs the mill.", 5.0, article="a", lead="Ada Quill")
    notice = candidate("The lease runs to 2031.", 4.5, article="b", supersedes="a", lead="2031")
    states = order_states(
        understand("Who runs the mill?"), scored(asked, notice), [asked], story_of=alone
    )
    assert states.chosen == (asked,)


def test_within_one_outlet_the_later_figure_wins_on_the_same_day(
    candidate: Make, scored: Sum
) -> None:
    old = shelter(candidate, "12", 5.0, article="a", hour=6, source="Wire")
    new = shelter(candidate, "40", 4.6, article="b", hour=20, source="Wire")
    states = order_states(
        understand("How many people are in the shelter so far?"), scored(old, new), [old],
        story_of=alone,
    )  # fmt: skip
    assert states.chosen == (new,) and states.earlier == (old,)


def test_a_report_of_another_place_is_no_later_state(candidate: Make) -> None:
    best = shelter(candidate, "40", 5.0, article="a", day=1)
    elsewhere = shelter(candidate, "9", 4.6, article="b", day=9)
    features = [replace(blank_features(), names_passage=share) for share in (1.0, 0.0)]
    states = order_states(
        understand("How many people are in the Oster shelter?"),
        Scored((best, elsewhere), tuple(features), 0.9),
        [best],
        story_of=alone,
    )
    assert states.chosen == (best,) and not states.notes


def test_an_undated_report_was_not_before(candidate: Make, scored: Sum) -> None:
    dated = shelter(candidate, "40", 5.0, article="a")
    other = shelter(candidate, "55", 4.6, article="b")
    undated = replace(
        other, hit=replace(other.hit, article=replace(other.hit.article, published_at=None))
    )
    states = order_states(
        understand("How many people are in the shelter?"), scored(dated, undated), [dated],
        story_of=alone,
    )  # fmt: skip
    assert not states.earlier and not states.notes


def test_a_report_of_another_story_is_no_later_state(candidate: Make, scored: Sum) -> None:
    best = shelter(candidate, "40", 5.0, article="a", day=1)
    other = shelter(candidate, "9", 4.6, article="b", day=9, title="Bo Lund shuts Corran in Mora")
    states = order_states(
        understand("How many people are in the shelter?"), scored(best, other), [best],
        story_of=alone,
    )  # fmt: skip
    assert states.chosen == (best,) and not states.notes


def test_a_sentence_the_reader_finds_no_answer_in_is_no_rival(candidate: Make, scored: Sum) -> None:
    best = shelter(candidate, "40", 5.0, article="a", day=1)
    other = shelter(candidate, "9", 4.6, article="b", day=9, margin=-0.5)
    states = order_states(
        understand("How many people are in the shelter?"), scored(best, other), [best],
        story_of=alone,
    )  # fmt: skip
    assert states.chosen == (best,)
