from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rag.errors import IndexUnavailable
from rag.types import Turn
from ui.page.refs import Ref
from ui.page.talk import MAX_QUESTION_CHARS, Exchange, ask, open_source

if TYPE_CHECKING:
    import pytest

    from rag.types import Article

QUESTION = "What did the harbour master say of repairs after the storm?"


def test_stage_line_comes_before_the_answer(make_answerer: Any) -> None:
    first, *rest = ask(make_answerer(), QUESTION, ())
    assert "Searching 2 articles, Jan 2026 to Feb 2026" in first.exchange.shown
    assert first.found is None
    assert "dl-answer" in rest[-1].exchange.shown
    assert "Harbour ferry" in (rest[-1].found or "")


def test_history_is_what_the_server_showed(make_answerer: Any) -> None:
    answerer = make_answerer()
    failed = Exchange("lost?", "", "<p></p>")
    (*_, last) = ask(answerer, QUESTION, (Exchange("before?", "Then.", ""), failed))
    assert answerer.histories == [(Turn("before?", "Then."),)]
    assert last.exchange.text.startswith("EASTMOUTH")


def test_refusal_is_remembered_as_said(make_answerer: Any) -> None:
    (*_, last) = ask(make_answerer(), "Who won the chess match?", ())
    assert last.exchange.text == "The archive does not say what that is."
    assert last.exchange.told == ()


def test_error_on_purpose_is_one_plain_line(make_answerer: Any) -> None:
    broken = make_answerer(error=IndexUnavailable("No index at <b>x</b>. Build one."))
    (*_, last) = ask(broken, QUESTION, ())
    assert "No index at &lt;b&gt;x&lt;/b&gt;. Build one." in last.exchange.shown
    assert "Traceback" not in last.exchange.shown


def test_any_other_error_is_logged_and_one_plain_line(
    make_answerer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make_answerer(error=ZeroDivisionError("secret detail"))
    with caplog.at_level(logging.ERROR):
        (*_, last) = ask(broken, QUESTION, ())
    assert "dl-trouble" in last.exchange.shown
    assert "secret detail" not in last.exchange.shown
    assert "secret detail" in caplog.text


def test_long_question_is_not_asked(make_answerer: Any) -> None:
    answerer = make_answerer()
    (only,) = ask(answerer, "x" * (MAX_QUESTION_CHARS + 1), ())
    assert "dl-trouble" in only.exchange.shown
    assert answerer.histories == []


def test_unprintable_characters_of_a_question_are_dropped(make_answerer: Any) -> None:
    (*_, last) = ask(make_answerer(), " ferry\0 storm\ud800 ", ())
    assert last.exchange.question == "ferry storm"


def test_open_source_marks_the_others_cited_in_the_conversation(make_answerer: Any) -> None:
    answerer = make_answerer(lead="$4.2 million")
    (*_, last) = ask(answerer, QUESTION, ())
    cited = last.exchange.told[1].citation
    page = open_source(answerer, Ref.to_citation(cited).href, (last.exchange,))
    assert "dl-cited" in page
    assert "dl-also" in page
    assert '<mark class="dl-cited dl-lead">$4.2 million</mark>' in page


def test_forged_and_stale_links_say_so(make_answerer: Any, ferry: Article) -> None:
    answerer = make_answerer()
    assert "does not name a source" in open_source(answerer, "#cite-nonsense", ())
    gone = Ref("no such article", 1, 0, 5, "0" * 16)
    assert "no longer holds" in open_source(answerer, gone.href, ())
    forged = Ref(ferry.id, 1, 0, 5, "0" * 16)
    page = open_source(answerer, forged.href, ())
    assert "has changed since" in page
    assert "<mark" not in page


def test_error_while_opening_is_one_plain_line(make_answerer: Any, ferry: Article) -> None:
    broken = make_answerer(error=IndexUnavailable("The index is damaged."))
    href = Ref(ferry.id, 1, 0, 5, "0" * 16).href
    assert "The index is damaged." in open_source(broken, href, ())


def test_newer_version_is_not_taken_for_the_cited_one(make_answerer: Any, ferry: Article) -> None:
    (*_, last) = ask(make_answerer(), QUESTION, ())
    href = Ref.to_citation(last.exchange.told[0].citation).href
    later = make_answerer(articles=(replace(ferry, version=2),))
    assert "no longer holds this version" in open_source(later, href, ())
