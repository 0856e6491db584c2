from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from rag.record import prediction
from rag.types import Badge, Filters, Note, NoteKind, Span, Status, TimeMark
from ui.exchange import Conversation, Exchange, Mode
from ui.exports import FORMATS, export
from ui.exports.markdown import plain
from ui.locator import Locator, locators_in
from ui.record import record_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Article
    from ui.conversations import Conversations

    Make = Callable[..., Exchange]

_MONDAY = TimeMark(Span(0, 4), "5 January, so to say")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def saved(kind: str, *exchanges: Exchange, title: str = "The storm") -> str:
    return export(Conversation("c" * 32, title, exchanges), kind, AT).text


def dressed(exchange: Exchange) -> Exchange:
    """Add what an answer may carry beside its sentences."""
    assert exchange.answer
    first, *rest = exchange.answer.sentences
    answer = replace(
        exchange.answer,
        sentences=(replace(first, badge=Badge.CORRECTED, times=(_MONDAY,)), *rest),
        notes=(Note(NoteKind.DISAGREEMENT, "City Wire says *ten*."),),
        earlier=(rest[-1],),
    )
    return replace(exchange, answer=answer)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_names_quote_outlet_byline_date_address_hash_and_generation(
    make_exchange: Make, kind: str
) -> None:
    exchange = dressed(make_exchange())
    text = saved(kind, exchange)
    told = json.dumps(json.loads(text), ensure_ascii=False) if "{" in text[:3] else text
    told = unescape(told).replace("\\", "")
    citation = exchange.cited[0]
    for part in (citation.quote, "Harbour Post", "Ann Reporter", "https://harbour.example/ferry"):
        assert part in told
    assert re.search("2026-01-05|5 January 2026|2026/01/05|2026,\\s+1,\\s+5", told)
    assert citation.content_hash in told
    assert "000007" in told
    assert set(locators_in(text)) >= {Locator.of(one) for one in exchange.cited}


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
def test_notes_badges_and_earlier_states_are_taken_along(make_exchange: Make, kind: str) -> None:
    told = unescape(saved(kind, dressed(make_exchange()))).replace("\\", "")
    assert "City Wire says *ten*." in told
    assert re.search("5 January, so to say", told)
    assert "corrected" in told
    assert "Before that" in told or '"earlier"' in told


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
def test_refusal_search_and_filters_are_told(make_exchange: Make, kind: str) -> None:
    refused = make_exchange("Who won the chess match?", filters=Filters(sources=("City Wire",)))
    searched = make_exchange("ferry service", mode=Mode.SEARCH)
    told = saved(kind, refused, searched)
    assert "The archive does not say what that is." in told
    assert "City Wire" in told
    assert searched.answer
    assert all(str(Locator.of(one)) in told for one in searched.answer.found)


def test_citations_are_the_same_on_every_path(
    make_answerer: Any, make_exchange: Make, kept: Conversations
) -> None:
    """Live, kept and read again, in every export: one citation, one record, one locator."""
    live = make_answerer(lead="$4.2 million").ask(make_exchange().asked.question)
    exchange = make_exchange(answerer=make_answerer(lead="$4.2 million"))
    within = kept.keep(exchange, "user:ann", within=None)
    talk = kept.read(within, "user:ann")
    assert talk
    (reloaded,) = talk.exchanges
    assert reloaded.answer
    assert reloaded.answer.citations == live.citations
    records = prediction(live)["citations"]
    for path in (exchange, reloaded):
        mine = [{k: one[k] for k in records[0]} for one in record_of(path)["citations"]]
        assert mine == records
    locators = [Locator.of(citation) for citation in live.citations]
    for kind in FORMATS:
        found = dict.fromkeys(locators_in(export(talk, kind, AT).text))
        assert [one for one in found if one in set(locators)] == locators


def test_articles_are_referenced_once_with_every_place_cited(make_exchange: Make) -> None:
    exchange = make_exchange()
    items = json.loads(saved("csl", exchange, exchange))
    assert len({item["id"] for item in items}) == len(items)
    (ferry,) = [item for item in items if item["title"].startswith("Harbour ferry")]
    assert ferry["type"] == "article-newspaper"
    assert ferry["container-title"] == "Harbour Post"
    assert ferry["author"] == [{"literal": "Ann Reporter"}]
    assert ferry["issued"] == {"date-parts": [[2026, 1, 5]]}
    assert ferry["section"] == "Local"
    n_places = len({c for c in exchange.cited if c.title.startswith("Harbour ferry")})
    assert len(list(locators_in(ferry["note"]))) == n_places
    ris = saved("ris", exchange)
    assert ris.count("TY  - NEWS\r\n") == ris.count("ER  - \r\n") == len(items)
    assert "AU  - Ann Reporter\r\n" in ris


def test_line_break_in_an_article_cannot_begin_a_ris_field(
    make_answerer: Any, make_exchange: Make, ferry: Article
) -> None:
    forged = replace(ferry, title="Storm\r\nER  - \r\nTY  - BOOK", byline="A\nUR  - http://x")
    ris = saved("ris", make_exchange(answerer=make_answerer(articles=(forged,))))
    assert [line for line in ris.split("\r\n") if line.startswith(("TY", "UR"))] == [
        "TY  - NEWS",
        "UR  - https://harbour.example/ferry?x=1&y=2",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1. not a list",
        "- nor this",
        "+ nor this",
        "# no heading",
        "=== no heading",
        "![x](http://evil.example/a.png)",
        "[go](javascript:x())",
        "<script>x()</script>",
        "`code` and ```fence```",
        "*strong* _em_ ~~gone~~",
        "a | b | c",
        "&lt;b&gt; and $x^2$",
        "\\*escaped\\*",
        "> no quote",
    ],
)
def test_markdown_shows_the_words_and_nothing_else(text: str) -> None:
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(plain(text))
    assert page == f"<p>{_shown(text)}</p>\n"


def _shown(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def test_web_page_runs_and_fetches_nothing(
    make_answerer: Any, make_exchange: Make, ferry: Article
) -> None:
    hostile = replace(
        ferry,
        title="</title><script>x()</script>",
        url='https://harbour.example/"onmouseover="x()',
        status=Status.CORRECTED,
    )
    page = saved("html", make_exchange(answerer=make_answerer(articles=(hostile,))))
    assert "<script" not in page
    assert "onmouseover" not in page
    assert "default-src 'none'" in page
    assert page.count("<title>") == 1
    assert "Corrected by the outlet" in page


def test_file_is_named_after_the_conversation(make_exchange: Make) -> None:
    talk = Conversation("c", "../Ça <storm>: what now?", (make_exchange(),))
    assert export(talk, "ris", AT).name == "dateline-a-storm-what-now.ris"
    assert export(replace(talk, title="…"), "csl", AT).name == "dateline-answer.csl.json"
