from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from rag.types import Badge, Filters, Note, NoteKind, Span, TimeMark
from ui.exchange import Conversation, Exchange, Mode, Verdict
from ui.page import markup
from ui.page.markup import Growing
from ui.page.refs import Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Answer, Article

    Make = Callable[..., Exchange]


def shown(exchange: Exchange) -> str:
    return markup.conversation(Conversation("c" * 32, "Storm", (exchange,)))


def answer_of(exchange: Exchange) -> Answer:
    assert exchange.answer
    return exchange.answer


def dressed(exchange: Exchange, **changes: Any) -> Exchange:
    return replace(exchange, answer=replace(answer_of(exchange), **changes))


def test_answer_grows_by_one_sentence_a_step(make_exchange: Make) -> None:
    exchange = make_exchange()
    n = len(answer_of(exchange).sentences)
    steps = [markup.conversation(None, Growing(exchange, n_shown=k)) for k in range(1, n + 1)]
    assert [step.count('class="dl-told"') for step in steps] == [*range(1, n + 1)]
    assert ["dl-asof" in step for step in steps] == [False] * (n - 1) + [True]
    assert "5 January 2026" in steps[-1]


def test_answer_is_the_same_when_it_has_grown_and_when_it_is_read_again(
    make_exchange: Make,
) -> None:
    exchange = make_exchange()
    grown = Growing(exchange, n_shown=len(answer_of(exchange).sentences))
    empty = Conversation("c" * 32, "Storm")
    assert grown.is_done
    assert markup.conversation(empty, grown) == shown(exchange)


def test_each_sentence_carries_its_numbered_citation(make_exchange: Make) -> None:
    exchange = make_exchange()
    page = shown(exchange)
    for n, citation in enumerate(answer_of(exchange).citations, 1):
        assert f'href="{Ref.to_citation(citation).href}"' in page
        assert f">{n}</a>" in page
    name = "Source 1: Harbour Post, 5 January 2026: Harbour ferry returns after nine days"
    assert f'aria-label="{name}"' in page


def test_lead_is_set_off_and_the_words_stay_whole(make_answerer: Any, make_exchange: Make) -> None:
    page = unescape(shown(make_exchange(answerer=make_answerer(lead="$4.2 million"))))
    assert 'repairs cost <strong class="dl-lead">$4.2 million</strong>.' in page


@pytest.mark.parametrize("lead", [Span(-1, 4), Span(5, 5), Span(0, 10_000)])
def test_lead_outside_the_sentence_is_left_out(make_exchange: Make, lead: Span) -> None:
    exchange = make_exchange()
    first = replace(answer_of(exchange).sentences[0], lead=lead)
    assert "<strong" not in shown(dressed(exchange, sentences=(first,)))


def test_notes_stand_beside_the_answer_and_a_plain_yes_before_it(make_exchange: Make) -> None:
    notes = (
        Note(NoteKind.VERDICT, "Yes."),
        Note(NoteKind.REPORTS, "Three outlets carried one wire report."),
        Note(NoteKind.DISAGREEMENT, "The Ledger says nine, City Wire says ten."),
    )
    page = shown(dressed(make_exchange(), notes=notes))
    assert page.index("dl-inshort") < page.index("dl-told") < page.index("dl-note-reports")
    assert "<strong>Outlets disagree</strong> The Ledger says nine, City Wire says ten." in page


def test_earlier_states_go_on_numbering_where_the_answer_ends(make_exchange: Make) -> None:
    exchange = make_exchange()
    earlier = replace(answer_of(exchange).sentences[-1], badge=Badge.SUPERSEDED)
    n = len(answer_of(exchange).sentences)
    page = shown(dressed(exchange, earlier=(earlier,)))
    assert "Before that" in page
    assert f">{n + 1}</a>" in page
    assert "superseded since" in page


@pytest.mark.parametrize("badge", Badge)
def test_badges_of_cited_sentences_are_shown(make_exchange: Make, badge: Badge) -> None:
    exchange = make_exchange()
    first = replace(answer_of(exchange).sentences[0], badge=badge)
    assert f"dl-badge-{badge}" in shown(dressed(exchange, sentences=(first,)))
    assert "dl-badge" not in shown(exchange)


def test_relative_day_is_told_beside_the_quote(make_exchange: Make) -> None:
    exchange = make_exchange("When did the harbour ferry sail after the storm?")
    first = answer_of(exchange).sentences[0]
    at = first.text.index("Monday")
    mark = TimeMark(Span(at, at + 6), "5 January 2026")
    page = shown(dressed(exchange, sentences=(replace(first, times=(mark,)),)))
    assert "Harbour Post, 5 January 2026; Monday: 5 January 2026</span>" in page
    assert first.text in unescape(page)


def test_refusal_says_what_is_missing_and_offers_the_closest(make_exchange: Make) -> None:
    exchange = make_exchange("Who won the chess match?")
    page = shown(exchange)
    closest = answer_of(exchange).closest
    assert "dl-refusal" in page
    assert "dl-answer" not in page
    assert "The archive does not say what that is." in page
    assert closest
    assert Ref.to_citation(closest).href in page
    assert "What to try" in page
    assert "dl-widen" not in page


def test_refused_under_filters_it_offers_to_drop_them(make_exchange: Make) -> None:
    filters = Filters(sources=("City Wire",))
    page = shown(make_exchange("Who won the chess match?", filters=filters))
    assert "Ask again without the filters" in page
    assert '<li class="dl-chip">City Wire</li>' in page


def test_search_alone_has_no_answer(make_exchange: Make) -> None:
    exchange = make_exchange(mode=Mode.SEARCH)
    page = shown(exchange)
    assert "2 articles found, best first; no answer was made." in page
    assert "dl-told" not in page
    assert exchange.turn is None


def test_question_read_otherwise_says_how(make_exchange: Make) -> None:
    exchange = make_exchange()
    question = replace(answer_of(exchange).question, standalone="And the <ferry>?")
    assert "Read as: And the &lt;ferry&gt;?" in shown(dressed(exchange, question=question))
    assert "Read as" not in shown(exchange)


def test_verdict_given_is_seen_when_read_again(make_exchange: Make) -> None:
    page = shown(replace(make_exchange(), verdict=Verdict.NOT_USEFUL))
    assert 'value="not useful" aria-pressed="true"' in page
    assert 'value="useful" aria-pressed="false"' in page


def test_welcome_gives_way_to_the_conversation(make_exchange: Make) -> None:
    assert "dl-welcome" in markup.conversation(None)
    told = shown(make_exchange("What <b>now</b>?"))
    assert "dl-welcome" not in told
    assert "What &lt;b&gt;now&lt;/b&gt;?" in told


def test_stage_says_what_is_searched_or_who_is_before(make_answerer: Any) -> None:
    coverage = make_answerer().coverage()
    assert markup.stage(coverage, 0) == "Searching 2 articles, Jan 2026 to Feb 2026…"
    assert markup.stage(coverage, 3).startswith("3 questions are before yours.")
    assert markup.stage(coverage, 1).startswith("One question is before yours.")


def test_spoken_line_sums_an_exchange_up(make_exchange: Make) -> None:
    exchange = make_exchange()
    assert markup.spoken(Growing(exchange)) == "Answered with 2 sentences; 2 articles found."
    refused = make_exchange("Who won the chess match?")
    assert markup.spoken(Growing(refused)).startswith("Not in the archive.")
    failed = Exchange("e", exchange.asked, datetime.now(UTC), trouble="<No>")
    assert markup.spoken(Growing(failed)) == "&lt;No&gt;"


def test_hostile_headline_stays_text(
    make_answerer: Any, make_exchange: Make, ferry: Article
) -> None:
    hostile = replace(ferry, title='"><img src=x onerror=x()>', source="<script>x()</script>")
    page = shown(make_exchange(answerer=make_answerer(articles=(hostile,))))
    assert "<img" not in page
    assert "<script" not in page
    assert page.count("<a ") == 2
