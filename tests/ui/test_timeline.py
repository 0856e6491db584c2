from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from rag.types import (
    Answer,
    AnswerSentence,
    AsOf,
    Citation,
    Expected,
    Question,
    Span,
)
from ui.page.plot import HEIGHT, WIDTH, plot_view
from ui.timeline import MOST, Timeline, timeline_of

TOLL = "How many people died when the Grey Gull sank?"


def cite(name: str, day: int, quote: str, title: str = "Grey Gull lost at sea") -> Citation:
    at = datetime(2026, 1, day, 12, tzinfo=UTC)
    return Citation(name, 1, 0, 0, len(quote), quote, "0" * 64, title, "Wire", at, None)


def told(citation: Citation, lead: str = "") -> AnswerSentence:
    at = citation.quote.find(lead) if lead else -1
    span = Span(at, at + len(lead)) if at >= 0 else None
    return AnswerSentence(citation.quote, citation, span)


def answer(
    question: str,
    *sentences: AnswerSentence,
    found: tuple[Citation, ...] = (),
    earlier: tuple[AnswerSentence, ...] = (),
    expected: Expected = Expected.NUMBER,
) -> Answer:
    return Answer(
        question=Question(question, question, expected),
        sentences=sentences,
        hits=(),
        as_of=AsOf(None, None, None, 9),
        probability=0.9,
        found=found,
        earlier=earlier,
    )


LAST = cite("c", 9, "The death toll of the Grey Gull is 28, the Coast Guard said.")
FIRST = cite("a", 3, "At least nine people were killed and 35 were missing, the Coast Guard said.")
SECOND = cite("b", 4, "The number of people known to have died rose to 21 on Sunday.")


def values(timeline: Timeline | None) -> list[tuple[int, float]]:
    assert timeline
    return [(e.at.day, e.figure.value) for e in timeline.points if e.figure]


def test_figure_is_followed_through_what_was_found() -> None:
    timeline = timeline_of(answer(TOLL, told(LAST), found=(LAST, FIRST, SECOND)))
    assert values(timeline) == [(3, 9), (4, 21), (9, 28)]


def test_earlier_states_count_by_their_leads() -> None:
    earlier = (told(SECOND, "21"), told(FIRST, "nine people"))
    assert values(timeline_of(answer(TOLL, told(LAST), earlier=earlier))) == [
        (3, 9),
        (4, 21),
        (9, 28),
    ]


def test_thing_asked_for_that_is_answered_by_a_figure_is_followed() -> None:
    ruling = cite("c", 9, "The court lifted the death toll of the Grey Gull from 28 to 30.")
    what = "What is the latest death toll of the Grey Gull?"
    thing = answer(what, told(ruling, "28 to 30"), found=(FIRST, SECOND), expected=Expected.THING)
    assert values(timeline_of(thing)) == [(3, 9), (4, 21), (9, 30)]


def test_copied_wire_story_stands_once() -> None:
    copy = cite("copy", 3, FIRST.quote)
    timeline = timeline_of(answer(TOLL, told(LAST), found=(FIRST, copy, SECOND)))
    assert timeline
    assert [event.citation.article_id for event in timeline.events] == ["a", "b", "c"]


def test_other_stories_are_left_out() -> None:
    other = cite("x", 5, "Nine people died in a fire in the old town.", "Old town burns")
    timeline = timeline_of(answer(TOLL, told(LAST), found=(FIRST, other, SECOND)))
    assert timeline
    assert "x" not in {event.citation.article_id for event in timeline.events}


def test_figures_of_other_kinds_are_not_compared() -> None:
    paid = cite("p", 8, "The owner pays 500 crowns to each family of people who died.")
    assert values(timeline_of(answer(TOLL, told(LAST), found=(FIRST, paid, SECOND)))) == [
        (3, 9),
        (4, 21),
        (9, 28),
    ]


def test_without_a_figure_asked_for_there_is_a_timeline_and_no_plot() -> None:
    who = answer(
        "Who owned the Grey Gull?",
        told(cite("d", 9, "The Grey Gull belonged to Orla Finch.")),
        found=(FIRST, cite("s", 4, "The Grey Gull had been sold in May."), LAST),
        expected=Expected.PERSON,
    )
    timeline = timeline_of(who)
    assert timeline
    # a headline alone does not make a sentence part of it: FIRST tells nothing of owners
    assert [event.citation.article_id for event in timeline.events] == ["s", "c", "d"]
    assert timeline.points == ()
    assert plot_view(timeline) == ""


def test_story_of_one_day_or_two_sentences_has_none() -> None:
    same_day = tuple(cite(name, 9, f"The Grey Gull {name}.") for name in "xyz")
    person = Expected.PERSON
    assert timeline_of(answer("Who owned the Grey Gull?", found=same_day, expected=person)) is None
    assert timeline_of(answer("Who owned the Grey Gull?", found=same_day[:1])) is None


def test_figure_that_never_changed_is_not_plotted() -> None:
    again = cite("e", 5, "The number of people who died is 28.")
    timeline = timeline_of(answer(TOLL, told(LAST), found=(again, cite("f", 7, again.quote))))
    assert timeline is None or timeline.points == ()


def test_long_story_is_cut_to_its_best_events() -> None:
    found = tuple(cite(f"n{n}", 1 + n, f"The Grey Gull left for port {n}.") for n in range(20))
    timeline = timeline_of(answer("Who owned the Grey Gull?", found=found, expected=Expected.THING))
    assert timeline
    assert [event.citation.article_id for event in timeline.events] == [
        f"n{n}" for n in range(MOST)
    ]


@pytest.mark.parametrize("days", [(3, 4, 9), (9, 9, 9)])
def test_plot_stays_in_its_frame_and_says_itself_aloud(days: tuple[int, ...]) -> None:
    counts = ("nine", "21", "28")
    found = tuple(
        cite(str(n), day, f"In all {count} people died, the Coast Guard of the Grey Gull said.")
        for n, (day, count) in enumerate(zip(days, counts, strict=True))
    )
    timeline = timeline_of(answer(TOLL, told(found[-1]), found=found))
    if len(set(days)) == 1:
        assert timeline is None or not plot_view(timeline)
        return
    assert timeline
    plot = plot_view(timeline)
    assert "How the figure changed: 9 on 3 January 2026; 21 on 4 January 2026; 28 on" in plot
    spots = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', plot)
    assert len(spots) == 3
    assert all(0 < float(x) < WIDTH and 0 < float(y) < HEIGHT for x, y in spots)
