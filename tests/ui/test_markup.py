from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from rag.types import AsOf, Citation, Span
from ui.page import markup
from ui.page.refs import Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Article, Sentence

QUESTION = "What did the harbour master say of repairs after the storm?"


def archive(first: datetime | None, last: datetime | None, n: int) -> AsOf:
    return AsOf(None, first, last, n)


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (archive(None, None, 0), "0 articles"),
        (
            archive(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 3, 18, tzinfo=UTC), 1),
            "1 article, Mar 2025",
        ),
        (
            archive(datetime(2023, 11, 2, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC), 1397),
            "1,397 articles, Nov 2023 to Apr 2024",
        ),
    ],
)
def test_reach_says_how_many_and_how_far(coverage: AsOf, said: str) -> None:
    assert markup.reach(coverage) == said


def test_day_is_the_outlets_day() -> None:
    late = datetime(2025, 3, 18, 23, 30, tzinfo=timezone(timedelta(hours=8)))
    assert markup.day(late) == "18 March 2025"
    assert markup.day(None) == "undated"


def test_answer_grows_by_one_sentence_a_step(make_answerer: Any) -> None:
    answer = make_answerer().ask(QUESTION)
    steps = markup.answer_steps(answer)
    n = len(answer.sentences)
    assert [step.count("dl-told") for step in steps] == [*range(1, n), n]
    assert ["dl-asof" in step for step in steps] == [False] * (n - 1) + [True]
    assert "5 January 2026" in steps[-1]


def test_each_sentence_carries_its_numbered_citation(make_answerer: Any) -> None:
    answer = make_answerer().ask(QUESTION)
    shown = markup.answer_steps(answer)[-1]
    for n, citation in enumerate(answer.citations, 1):
        assert f'href="{Ref.to_citation(citation).href}"' in shown
        assert f"[{n}]</a>" in shown
    assert "Harbour Post, 5 January 2026: Harbour ferry returns after nine days" in shown


def test_lead_is_set_off_and_the_words_stay_whole(make_answerer: Any) -> None:
    answer = make_answerer(lead="$4.2 million").ask(QUESTION)
    shown = unescape(markup.answer_steps(answer)[-1])
    assert 'repairs cost <strong class="dl-lead">$4.2 million</strong>.' in shown


@pytest.mark.parametrize("lead", [Span(-1, 4), Span(5, 5), Span(0, 10_000)])
def test_lead_outside_the_sentence_is_left_out(make_answerer: Any, lead: Span) -> None:
    answer = make_answerer().ask(QUESTION)
    odd = replace(answer, sentences=(replace(answer.sentences[0], lead=lead),))
    assert "<strong" not in markup.answer_steps(odd)[-1]


def test_refusal_says_what_is_missing_and_offers_the_closest(make_answerer: Any) -> None:
    answer = make_answerer().ask("Who won the chess match?")
    (shown,) = markup.answer_steps(answer)
    assert "dl-refusal" in shown
    assert "dl-answer" not in shown
    assert "The archive does not say what that is." in shown
    assert Ref.to_citation(answer.closest).href in shown


def test_welcome_gives_way_to_the_conversation() -> None:
    assert "dl-welcome" in markup.conversation([])
    told = markup.conversation([("What <b>now</b>?", "<p>Nothing.</p>")])
    assert "dl-welcome" not in told
    assert "What &lt;b&gt;now&lt;/b&gt;?" in told


def test_hostile_headline_stays_text(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]]
) -> None:
    hostile = replace(ferry, title='"><img src=x onerror=x()>', source="<script>x()</script>")
    linked = markup.conversation([("q", markup.link(Citation.of(hostile, cut(hostile)[0]), "1"))])
    assert "<img" not in linked
    assert "<script" not in linked
    assert linked.count("<a ") == 1
