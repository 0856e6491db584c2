"""Conversations, filters, timeline, files and feedback in Debian's Chromium, over Velland."""

from __future__ import annotations

import json
import re
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from index import generation as gen
from index.store import Archive
from ui.conversations import Conversations
from ui.exports import FORMATS
from ui.verify import State, verify_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, Locator, Page

    from rag.settings import Settings

    Ask = Callable[[Page, str], Locator]
    Serve = Callable[..., AbstractContextManager[str]]

pytestmark = [
    pytest.mark.browser,
    # pytest-playwright 0.10 defines base_url so
    pytest.mark.filterwarnings(
        "ignore:Session-scoped fixtures defined as instance:pytest.PytestRemovedIn10Warning"
    ),
]
TOLL = "How many people died on the Calder Star?"
HOSPITAL = "How many people rescued from the Calder Star were cared for at St. Brigid's Hospital?"
STORM = "What did the harbour master say of repairs after the storm?"


@pytest.fixture
def home(page: Page, velland_page: str) -> Page:
    page.goto(velland_page)
    page.get_by_label("Your question").wait_for()
    return page


def choose(page: Page, *labels: str) -> None:
    """Open the filters, tick the labels, and leave them."""
    page.locator(".dl-filters summary").click()
    for label in labels:
        page.get_by_role("checkbox", name=label).check()
    page.get_by_role("button", name="Done").click()


def test_filters_are_what_the_archive_has_and_shape_the_answer(home: Page, ask: Ask) -> None:
    home.locator(".dl-filters summary").click()
    post = home.locator(".dl-choice", has_text="The Harbour Post")
    assert int(post.locator(".dl-count").inner_text()) > 1
    home.keyboard.press("Escape")
    choose(home, "The Harbour Post")
    turn = ask(home, "What happened to the Calder Star?")
    assert turn.locator(".dl-chip").all_inner_texts() == ["The Harbour Post"]
    outlets = home.locator("#dl-found .dl-meta").all_inner_texts()
    assert outlets
    assert all(outlet.startswith("The Harbour Post") for outlet in outlets)
    home.get_by_role("button", name="Remove filter The Harbour Post").click()
    turn = ask(home, TOLL)
    assert turn.locator(".dl-chip").count() == 0


def test_as_of_a_day_nothing_later_is_seen(home: Page, ask: Ask) -> None:
    home.locator(".dl-filters summary").click()
    home.get_by_label("As of").fill("2025-09-17")
    home.get_by_role("button", name="Done").click()
    turn = ask(home, TOLL)
    assert turn.locator(".dl-chip").all_inner_texts() == ["As of 17 September 2025"]
    days = home.locator("#dl-found .dl-meta").all_inner_texts()
    assert all(day.endswith("September 2025") for day in days)


def test_search_alone_lists_articles_and_makes_no_answer(home: Page) -> None:
    home.get_by_label("Your question").fill(TOLL)
    home.get_by_role("button", name="Search only").click()
    turn = home.locator("#dl-said .dl-turn")
    expect(turn.locator(".dl-searched")).to_contain_text("articles found, best first")
    assert turn.locator(".dl-told").count() == 0
    assert home.locator("#dl-found li").count() > 3


def test_found_articles_stay_in_sight_beside_an_opened_one(home: Page, ask: Ask) -> None:
    turn = ask(home, HOSPITAL)
    turn.locator("a.dl-cite").first.click()
    home.locator("#dl-source mark.dl-cited").first.wait_for()
    expect(home.locator("#dl-source mark.dl-cited").first).to_be_in_viewport()
    expect(home.locator("#dl-found .dl-hit").first).to_be_in_viewport()
    expect(turn.locator(".dl-told").first).to_be_in_viewport()
    home.get_by_role("button", name="Close").click()
    home.locator("#dl-source .dl-article").wait_for(state="detached")
    home.locator("#dl-said a.dl-cite:focus").wait_for()


def test_next_citation_goes_through_those_of_one_article(
    page: Page, running: Serve, make_answerer: Any, ask: Ask
) -> None:
    with running(make_answerer()) as url:
        page.goto(url)
        ask(page, STORM).locator("a.dl-cite").first.click()
        page.locator("#dl-source mark.dl-cited").first.wait_for()
        assert page.locator("#dl-source mark.dl-also").count() == 1
        page.get_by_role("button", name="Next citation").click()
        page.locator("#dl-source mark.dl-also.dl-here").wait_for()
        page.get_by_role("button", name="Next citation").click()
        page.locator("#dl-source mark.dl-cited.dl-here").wait_for()


def test_running_story_has_a_timeline_and_a_plot(home: Page, ask: Ask) -> None:
    turn = ask(home, TOLL)
    timeline = turn.locator(".dl-timeline")
    assert timeline.locator("li").count() >= 2
    told = str(timeline.locator("svg").get_attribute("aria-label"))
    assert re.match(r"How the figure changed: \d+ on \d+ \w+ 202\d; ", told)
    timeline.locator("a.dl-cite").last.click()
    home.locator("#dl-source mark.dl-cited").first.wait_for()


def test_tip_shows_on_hover_and_on_focus(home: Page, ask: Ask) -> None:
    told = ask(home, HOSPITAL).locator(".dl-told").first
    citation, outlet_and_day = told.locator("a.dl-cite"), told.locator(".dl-by").inner_text()
    outlet_and_day = outlet_and_day.split(";")[0]  # what 'Monday' means stands after it
    shown = "a => getComputedStyle(a, '::after').content"
    assert citation.evaluate(shown) == "none"
    citation.hover()
    assert outlet_and_day in citation.evaluate(shown)
    home.mouse.move(0, 0)
    assert citation.evaluate(shown) == "none"
    citation.focus()
    home.keyboard.press("Tab")
    home.keyboard.press("Shift+Tab")
    assert outlet_and_day in citation.evaluate(shown)


def test_follow_up_says_how_it_was_read(home: Page, ask: Ask) -> None:
    ask(home, "Who is the captain of the Calder Star?")
    turn = ask(home, "When did he go on trial?")
    expect(turn.locator(".dl-readas")).to_contain_text("Read as: ")
    # the new question stands at the top, whatever its answer has grown to
    top = home.locator("#dl-said").bounding_box()
    place = turn.locator(".dl-question").bounding_box()
    assert top
    assert place
    assert 0 <= place["y"] - top["y"] < 80
    whole = home.locator(".dl-bar .dl-save")
    whole.locator("summary").click()
    with home.expect_download() as coming:
        whole.get_by_role("button", name="JSON", exact=True).click()
    saved = json.loads(Path(coming.value.path()).read_text("utf-8"))
    assert [one["question"] for one in saved["exchanges"]] == [
        "Who is the captain of the Calder Star?",
        "When did he go on trial?",
    ]


def test_conversation_is_found_again_renamed_and_deleted(home: Page, ask: Ask) -> None:
    ask(home, TOLL)
    home.wait_for_url("**/?c=*")
    link = home.url
    home.get_by_role("button", name="Rename").click()
    title = home.get_by_label("Title")
    title.fill("The ferry")
    title.press("Enter")
    shelf = home.get_by_role("navigation", name="Conversations")
    shelf.get_by_text("The ferry").wait_for()
    shelf.get_by_role("button", name="New conversation").click()
    home.locator(".dl-welcome").wait_for()
    home.wait_for_url(lambda url: "c=" not in url)
    home.goto(link)
    home.locator("#dl-said .dl-turn").wait_for()
    assert home.locator(".dl-title").inner_text() == "The ferry"
    home.get_by_role("button", name="Delete").click()
    home.get_by_role("button", name="Delete for good?").click()
    home.locator(".dl-welcome").wait_for()
    shelf.get_by_text("None yet.").wait_for()
    home.goto(link)
    home.locator("#dl-said .dl-trouble", has_text="not here, or not yours").wait_for()


def test_nobody_elses_browser_opens_it(home: Page, ask: Ask, browser: Browser) -> None:
    ask(home, TOLL)
    home.wait_for_url("**/?c=*")
    with closing(browser.new_context()) as other:
        page = other.new_page()
        page.goto(home.url)
        page.locator("#dl-said .dl-trouble", has_text="not yours").wait_for()
        assert page.locator("#dl-said .dl-turn").count() == 0
        assert page.locator("#dl-shelf .dl-pick").count() == 0


def test_edited_question_replaces_what_followed(home: Page, ask: Ask) -> None:
    first = ask(home, HOSPITAL)
    ask(home, TOLL)
    first.get_by_role("button", name="Edit and ask again").click()
    box = home.get_by_label("Your question")
    expect(box).to_have_value(HOSPITAL)
    home.get_by_text("Asking again replaces this answer").wait_for()
    box.fill("Who is the captain of the Calder Star?")
    box.press("Enter")
    turns = home.locator("#dl-said .dl-turn")
    expect(turns.locator(".dl-question")).to_have_text(["Who is the captain of the Calder Star?"])
    turns.locator(".dl-tools").last.wait_for()
    home.reload()
    expect(turns.locator(".dl-question")).to_have_text(["Who is the captain of the Calder Star?"])


def test_verdict_and_reason_are_kept(home: Page, ask: Ask) -> None:
    turn = ask(home, TOLL)
    turn.get_by_role("button", name="Not useful").click()
    home.get_by_label("Why? (optional)").fill("It is 30 by now.")
    home.keyboard.press("Enter")
    home.locator("#dl-status", has_text="Noted, thank you.").wait_for(state="attached")
    home.reload()
    pressed = home.locator(".dl-rate[aria-pressed=true]")
    expect(pressed).to_have_text("Not useful")


def test_saved_file_is_verified_against_the_archive(
    home: Page, ask: Ask, velland_settings: Settings
) -> None:
    ask(home, HOSPITAL)
    save = home.locator(".dl-turn .dl-save")
    for form in FORMATS.values():
        save.locator("summary").click()
        with home.expect_download() as coming:
            save.get_by_role("button", name=form.name, exact=True).click()
        assert coming.value.suggested_filename.endswith(f".{form.ending}")
        text = Path(coming.value.path()).read_text("utf-8")
        with closing(Archive(gen.current(velland_settings.index).folder)) as archive:
            checks = verify_text(text, archive)
        assert {check.state for check in checks} <= {State.HOLDS, State.CORRECTED}
        assert len(checks) >= home.locator(".dl-answer > .dl-told").count()


def test_stop_stops_and_gives_the_question_back(
    page: Page, running: Serve, make_answerer: Any, ask: Ask, tmp_path: Path
) -> None:
    gate = threading.Event()
    file = tmp_path / "chat.sqlite3"
    answerer = make_answerer(gate=gate)
    with running(answerer, conversations=file) as url:
        page.goto(url)
        box = page.get_by_label("Your question")
        box.fill(STORM)
        box.press("Enter")
        page.locator(".dl-stage").wait_for()
        page.get_by_role("button", name="Stop").click()
        page.locator("#dl-status", has_text="Stopped").wait_for(state="attached")
        expect(box).to_have_value(STORM)
        page.locator(".dl-welcome").wait_for()
        gate.set()
        ask(page, STORM)
        assert page.locator("#dl-said .dl-turn").count() == 1
        assert page.locator("#dl-shelf .dl-pick").count() == 1


def test_server_restarts_under_an_open_page_and_the_conversation_goes_on(
    page: Page, running: Serve, make_answerer: Any, ask: Ask, tmp_path: Path
) -> None:
    file, answerer = tmp_path / "chat.sqlite3", make_answerer()
    with running(answerer, conversations=file) as url:
        page.goto(url)
        ask(page, STORM)
    port = urlsplit(url).port
    with running(answerer, conversations=file, port=port):
        turn = ask(page, "Who won the chess match?")
        assert turn.locator(".dl-refusal").is_visible()
        assert page.locator("#dl-said .dl-turn").count() == 2
        assert [len(history) for history in answerer.histories] == [0, 1]
        page.locator("#dl-said a.dl-cite").first.click()
        page.locator("#dl-source mark.dl-cited").first.wait_for()
    assert len(Conversations(file).listed(_owner(page))) == 1


def _owner(page: Page) -> str:
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return f"browser:{cookies['dateline']}"


def test_signed_in_reader_finds_conversations_in_any_browser(
    browser: Browser, running: Serve, make_answerer: Any, ask: Ask, tmp_path: Path
) -> None:
    login = tmp_path / "login"
    login.write_text("ann:secret word\n")
    login.chmod(0o600)
    with running(make_answerer(), login=login) as url:
        for n_before in (0, 1):
            with closing(browser.new_context()) as context:
                page = context.new_page()
                page.goto(url)
                assert serious(page) == []
                page.get_by_label("Name").fill("ann")
                page.get_by_label("Password").fill("secret word")
                page.get_by_role("button", name="Sign in").click()
                page.get_by_label("Your question").wait_for()
                expect(page.locator("#dl-shelf .dl-pick")).to_have_count(n_before)
                ask(page, STORM)
                expect(page.locator("#dl-shelf .dl-pick")).to_have_count(n_before + 1)
                page.get_by_role("button", name="Sign out").click()
                page.get_by_label("Password").wait_for()


def serious(page: Page) -> list[str]:
    """Have axe-core judge the page; gives its serious and critical findings."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        json.dumps(
            {
                "rule": one["id"],
                "where": [
                    node["html"][:90] + node["any"][0]["message"] for node in one["nodes"][:4]
                ],
            }
        )
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_serious_is_wrong_for_assistive_software(home: Page, ask: Ask, width: int) -> None:
    home.set_viewport_size({"width": width, "height": 900})
    assert serious(home) == []
    turn = ask(home, TOLL)
    turn.locator("a.dl-cite").first.click()
    home.locator("#dl-source mark.dl-cited").first.wait_for()
    assert serious(home) == []
    home.get_by_role("button", name="Dark").click()
    assert serious(home) == []
    ask(home, "What is the capital of Australia?")
    home.locator(".dl-filters summary").click()
    assert serious(home) == []
    home.get_by_role("button", name="Light").click()
    assert serious(home) == []
    assert home.evaluate("document.documentElement.scrollWidth") == width
