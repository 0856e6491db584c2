from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import IndexUnavailable
from rag.types import Filters, Turn
from ui.exchange import Asked, Exchange, Mode
from ui.page.desk import Desk
from ui.page.refs import Ref
from ui.page.talk import Services, answer, ask, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.types import Article
    from ui.conversations import Conversations
    from ui.page.markup import Growing

    Make = Callable[..., Exchange]
    Steps = Callable[..., list[Growing]]

QUESTION = "What did the harbour master say of repairs after the storm?"


@pytest.fixture
def steps(kept: Conversations, run_async: Callable[[Any], Any]) -> Iterator[Steps]:
    """Ask as the page does; gives every step it would show."""
    desk = Desk()

    def collect(answerer: Any, question: str, *before: Exchange) -> list[Growing]:
        async def gather() -> list[Growing]:
            services = Services(answerer, kept, desk)
            return [step async for step in ask(services, Asked(question), before)]

        return run_async(gather())  # type: ignore[no-any-return]

    yield collect
    desk.close()


def test_stage_line_comes_before_the_answer(make_answerer: Any, steps: Steps) -> None:
    first, *_, last = steps(make_answerer(), QUESTION)
    assert first.stage == "Searching 2 articles, Jan 2026 to Feb 2026…"
    assert not first.is_done
    assert last.is_done
    assert last.exchange.id == first.exchange.id
    assert last.exchange.answer
    assert last.exchange.answer.found[0].title.startswith("Harbour ferry")


def test_history_is_what_the_server_holds(
    make_answerer: Any, steps: Steps, make_exchange: Make
) -> None:
    answerer = make_answerer()
    answered, searched = make_exchange(), make_exchange(mode=Mode.SEARCH)
    assert answered.answer
    steps(answerer, QUESTION, answered, searched)
    assert answerer.histories == [(Turn(answered.asked.question, answered.answer.text),)]


def test_filters_and_day_reach_the_answerer(make_answerer: Any, make_exchange: Make) -> None:
    answerer = make_answerer()
    filters = Filters(sources=("City Wire",))
    make_exchange(answerer=answerer, filters=filters)
    assert answerer.limits == [(filters, None)]


def test_exchange_says_where_its_articles_come_from(make_exchange: Make, ferry: Article) -> None:
    exchange = make_exchange()
    assert exchange.generation == "000007"
    origin = exchange.origin(exchange.cited[0])
    assert origin
    assert (origin.byline, origin.section) == (ferry.byline, ferry.section)
    assert exchange.answer
    assert exchange.answer.hits == ()


def test_too_many_waiting_is_said_at_once(
    make_answerer: Any, kept: Conversations, run_async: Callable[[Any], Any]
) -> None:
    gate, desk = threading.Event(), Desk(most_waiting=0)

    async def gather() -> list[Growing]:
        services = Services(make_answerer(), kept, desk)
        return [step async for step in ask(services, Asked(QUESTION), ())]

    with desk.take(gate.wait):
        (only,) = run_async(gather())
        gate.set()
    desk.close()
    assert only.exchange.trouble.startswith("Dateline is busy: 1 asked before you.")


def test_error_on_purpose_is_one_plain_line(make_answerer: Any, steps: Steps) -> None:
    broken = make_answerer(error=IndexUnavailable("No index at <b>x</b>. Build one."))
    last = steps(broken, QUESTION)[-1]
    assert last.exchange.trouble == "No index at <b>x</b>. Build one."


def test_any_other_error_is_logged_and_one_plain_line(
    make_answerer: Any, steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make_answerer(error=ZeroDivisionError("secret detail"))
    with caplog.at_level(logging.ERROR):
        last = steps(broken, QUESTION)[-1]
    assert last.exchange.trouble == "Something failed inside Dateline; its log says what."
    assert "secret detail" in caplog.text


def test_open_source_marks_the_others_cited_in_the_conversation(
    make_answerer: Any, make_exchange: Make
) -> None:
    answerer = make_answerer(lead="$4.2 million")
    exchange = make_exchange(answerer=answerer)
    page = open_source(answerer, Ref.to_citation(exchange.cited[1]).href, (exchange,))
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


def test_newer_version_is_not_taken_for_the_cited_one(
    make_answerer: Any, make_exchange: Make, ferry: Article
) -> None:
    href = Ref.to_citation(make_exchange().cited[0]).href
    later = make_answerer(articles=(replace(ferry, version=2),))
    assert "no longer holds this version" in open_source(later, href, ())


def test_the_same_question_twice_has_the_same_answer(make_answerer: Any) -> None:
    answerer, asked = make_answerer(), Asked(QUESTION)
    first, second = (answer(answerer, asked, ()) for _ in range(2))
    assert first.id != second.id
    assert first.answer == second.answer
