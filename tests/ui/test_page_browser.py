"""The page in Debian's Chromium: from the question to the highlighted source, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Locator, Page

    from rag.types import Article

    Ask = Callable[[Page, str], Locator]
    Serve = Callable[..., AbstractContextManager[str]]

pytestmark = [
    pytest.mark.browser,
    # pytest-playwright 0.10 defines base_url so
    pytest.mark.filterwarnings(
        "ignore:Session-scoped fixtures defined as instance:pytest.PytestRemovedIn10Warning"
    ),
]

ENVOY = "Who is Trump's envoy for the conflict?"
STORM = "What did the harbour master say of repairs after the storm?"


def test_citation_opens_the_source_at_its_sentence(
    page: Page, seed_page: str, ask: Ask, requests_made: list[str]
) -> None:
    page.goto(seed_page)
    turn = ask(page, ENVOY)
    told = turn.locator(".dl-told", has_text="Steve Witkoff")
    assert told.count() == 1
    citation = told.locator("a.dl-cite")
    assert "Trump plans talks with Putin over truce" in str(citation.get_attribute("aria-label"))
    page.wait_for_url("**/?c=*")
    address = page.url
    citation.click()
    mark = page.locator("#dl-source mark.dl-cited")
    mark.first.wait_for()
    assert "Steve Witkoff" in "".join(mark.all_inner_texts())
    expect(mark.first).to_be_in_viewport()
    assert page.locator("#dl-source .dl-headline").inner_text() == (
        "Trump plans talks with Putin over truce"
    )
    assert page.url == address
    assert {urlsplit(url).hostname for url in requests_made} <= {"127.0.0.1", None}


def test_keyboard_alone_gets_to_the_source_and_back(page: Page, seed_page: str, ask: Ask) -> None:
    page.goto(seed_page)
    turn = ask(page, ENVOY)
    citation = turn.locator(".dl-told", has_text="Steve Witkoff").locator("a.dl-cite")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if citation.evaluate("a => a === document.activeElement"):
            break
    assert citation.evaluate("a => a === document.activeElement && a.matches(':focus-visible')")
    page.keyboard.press("Enter")
    page.locator("#dl-source mark.dl-cited").first.wait_for()
    page.locator("#dl-source .dl-headline:focus").wait_for()
    page.keyboard.press("Escape")
    page.locator("#dl-said a.dl-cite:focus").wait_for()


def test_refusal_looks_plainly_different(page: Page, seed_page: str, ask: Ask) -> None:
    page.goto(seed_page)
    turn = ask(page, "What is the capital of Australia?")
    assert turn.locator(".dl-refusal").is_visible()
    assert turn.locator(".dl-answer").count() == 0
    assert "Not in the archive" in turn.locator(".dl-verdict").text_content()  # type: ignore[operator]


def test_found_articles_open_beside_the_answer(page: Page, seed_page: str, ask: Ask) -> None:
    page.goto(seed_page)
    ask(page, ENVOY)
    page.locator("#dl-found a.dl-hit").first.click()
    page.locator("#dl-source mark.dl-passage").first.wait_for()


def test_conversation_goes_on_from_what_the_server_holds(
    page: Page, running: Serve, make_answerer: Any, ask: Ask
) -> None:
    answerer = make_answerer()
    with running(answerer) as url:
        page.goto(url)
        ask(page, STORM)
        ask(page, "Who won the chess match?")
        assert [len(history) for history in answerer.histories] == [0, 1]
        assert answerer.histories[1][0].question == STORM
        page.get_by_role("button", name="New conversation").click()
        page.locator("#dl-said .dl-welcome").wait_for()
        ask(page, STORM)
        assert answerer.histories[2] == ()


def test_opening_fills_the_box_at_its_gap(page: Page, running: Serve, make_answerer: Any) -> None:
    with running(make_answerer()) as url:
        page.goto(url)
        page.get_by_role("button", name="When did …?").click()
        page.keyboard.type("the ferry sail after the storm")
        box = page.get_by_label("Your question")
        assert box.input_value() == "When did the ferry sail after the storm?"
        box.press("Enter")
        page.locator("#dl-said .dl-told").first.wait_for()


def test_error_is_one_plain_line(page: Page, running: Serve, make_answerer: Any, ask: Ask) -> None:
    with running(make_answerer(error=IndexUnavailable("The index is damaged. Build it."))) as url:
        page.goto(url)
        turn = ask(page, STORM)
        assert turn.locator(".dl-trouble").inner_text() == "The index is damaged. Build it."


def test_phone_needs_no_sideways_scrolling(
    page: Page, running: Serve, make_answerer: Any, ferry: Article, ask: Ask
) -> None:
    long = replace(ferry, title="W" * 120, url="https://harbour.example/" + "a" * 300)
    page.set_viewport_size({"width": 390, "height": 844})
    with running(make_answerer(articles=(long,))) as url:
        page.goto(url)
        turn = ask(page, STORM + " " + "x" * 200)
        turn.locator("a.dl-cite").first.click()
        page.locator("#dl-source mark.dl-cited").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        # the page itself scrolls, and the box stays at hand
        assert page.evaluate("document.documentElement.scrollHeight > window.innerHeight")
        turn.locator(".dl-question").scroll_into_view_if_needed()
        expect(page.get_by_label("Your question")).to_be_in_viewport()
