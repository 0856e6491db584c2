"""One citation on every path: live, streamed, read again, in every file, for programs, over MCP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rag.record import prediction
from ui.exports import FORMATS
from ui.locator import Locator, locators_in
from ui.page.refs import Ref, read_ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator as Found
    from playwright.sync_api import Page

    from index.answerer import LiveAnswerer

pytestmark = [
    pytest.mark.browser,
    # pytest-playwright 0.10 defines base_url so
    pytest.mark.filterwarnings(
        "ignore:Session-scoped fixtures defined as instance:pytest.PytestRemovedIn10Warning"
    ),
    # the clients' own, in the versions pinned; nothing of ours
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
QUESTION = "How many people died on the Calder Star?"


def test_citations_are_the_same_on_every_path(
    page: Page,
    velland_page: str,
    velland_answerer: LiveAnswerer,
    ask: Callable[[Page, str], Found],
    run_async: Callable[[Any], Any],
) -> None:
    live = velland_answerer.ask(QUESTION)
    refs = [Ref.to_citation(citation) for citation in live.citations]
    locators = [str(Locator.of(citation)) for citation in live.citations]
    records = prediction(live)["citations"]

    page.goto(velland_page)
    turn = ask(page, QUESTION)

    def shown() -> list[Ref | None]:
        links = turn.locator(".dl-answer > .dl-told a.dl-cite")
        hrefs = links.evaluate_all("all => all.map(a => a.getAttribute('href'))")
        return [read_ref(href) for href in hrefs]

    assert shown() == refs  # streamed
    page.reload()
    turn.locator(".dl-tools").last.wait_for()
    assert shown() == refs  # read again

    for form in FORMATS.values():
        turn.locator(".dl-save summary").click()
        with page.expect_download() as coming:
            turn.get_by_role("button", name=form.name, exact=True).click()
        saved = locators_in(Path(coming.value.path()).read_text("utf-8"))
        found = dict.fromkeys(str(one) for one in saved)
        assert [one for one in found if one in locators] == locators, form.name

    client = Client(velland_page, verbose=False, analytics_enabled=False)
    told = run_async(_in_thread(lambda: client.predict(question=QUESTION, api_name="/ask")))
    client.close()
    for answered in (told, run_async(_over_mcp(velland_page))):
        mine = [{key: one[key] for key in records[0]} for one in answered["citations"]]
        assert mine == records
        assert [one["locator"] for one in answered["citations"]] == locators


async def _in_thread(work: Callable[[], Any]) -> Any:
    return work()


async def _over_mcp(url: str) -> Any:
    async with (
        streamablehttp_client(f"{url}/gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        result = await session.call_tool("ask", {"question": QUESTION})
    return json.loads(result.content[0].text)
